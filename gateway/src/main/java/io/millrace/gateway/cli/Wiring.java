package io.millrace.gateway.cli;

import io.millrace.gateway.Home;
import io.millrace.gateway.pipeline.HostedPipelines;
import io.millrace.gateway.pipeline.LocalPipelineRunner;
import io.millrace.gateway.pipeline.PipelineRunner;
import io.millrace.gateway.platform.PipelineHost;
import io.millrace.gateway.tables.TableStorage;

/** Which implementation stands behind each seam. */
final class Wiring {

  private Wiring() {}

  static PipelineHost pipelineHost() {
    return new HostedPipelines();
  }

  static PipelineRunner pipelineRunner() {
    return new LocalPipelineRunner();
  }

  static TableStorage tableStorage() {
    return TableStorage.of(System.getenv(), Home.fromLauncher());
  }
}
