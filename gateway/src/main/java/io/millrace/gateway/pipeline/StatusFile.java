package io.millrace.gateway.pipeline;

import io.millrace.catalog.MillraceException;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.StatusDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run leaves its status. A file that cannot be written never stops the pipeline: it is told
 * once, and tried again at the next status. For one thread.
 */
final class StatusFile {
  private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);

  private final StatusDirectory directory;
  private boolean failing;

  StatusFile(StatusDirectory directory) {
    this.directory = directory;
  }

  void write(PipelineStatus status) {
    try {
      directory.write(status);
      failing = false;
    } catch (MillraceException e) {
      if (!failing) {
        LOG.warn(
            "{} (the pipeline goes on; millrace status shows what it knew before)", e.problem());
      }
      failing = true;
    }
  }
}
