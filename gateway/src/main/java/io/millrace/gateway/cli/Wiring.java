package io.millrace.gateway.cli;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.demo.DemoRequest;
import io.millrace.gateway.pipeline.HostedPipelines;
import io.millrace.gateway.pipeline.LocalPipelineRunner;
import io.millrace.gateway.pipeline.PipelineRunner;
import io.millrace.gateway.platform.PipelineHost;

/** Which implementation stands behind each seam. */
final class Wiring {

  private Wiring() {}

  static PipelineHost pipelineHost() {
    return new HostedPipelines();
  }

  static PipelineRunner pipelineRunner() {
    return new LocalPipelineRunner();
  }

  /** Runs the demo; its exit code. */
  static int runDemo(DemoRequest request, Console console) {
    throw noCompiler();
  }

  private static MillraceException noCompiler() {
    return new MillraceException(
        ErrorCode.SQL_UNSUPPORTED,
        "this build can check pipelines, but not run them",
        "use a newer build");
  }
}
