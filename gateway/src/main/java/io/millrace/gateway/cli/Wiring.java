package io.millrace.gateway.cli;

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
}
