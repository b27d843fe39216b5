package io.millrace.gateway.cli;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.PipelineHost;

/** Which implementation stands behind each seam. */
final class Wiring {

  private Wiring() {}

  static PipelineHost pipelineHost() {
    return (registration, platform) -> {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "this build has no pipeline compiler for " + registration.project(),
          "use a build that has one");
    };
  }
}
