package io.millrace.gateway.pipeline;

import io.millrace.catalog.MillraceException;
import io.millrace.gateway.status.PipelineStatus;
import java.util.function.Consumer;

/** Runs one pipeline in this process, from start to end. */
public interface PipelineRunner {

  /**
   * Goes on where the pipeline was, and returns when everything is committed (if asked to run once)
   * or when it was asked to stop and has stopped with a savepoint.
   *
   * @param watcher told the state about once a second, and the last one; on one thread
   * @return the last state, FINISHED or STOPPED
   * @throws MillraceException why it cannot start, or why it failed; the tables then hold their
   *     last commits
   */
  PipelineStatus run(RunRequest request, StopRequest stop, Consumer<PipelineStatus> watcher)
      throws InterruptedException;
}
