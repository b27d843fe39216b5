package io.millrace.gateway.platform;

import io.millrace.catalog.MillraceException;
import java.time.Duration;

/** What turns a registered pipeline into a Flink job; the platform knows pipelines by this only. */
public interface PipelineHost {

  /**
   * Starts the pipeline where it was: from its newest savepoint or retained checkpoint, or from the
   * beginning if it never ran. Returns when the job is submitted.
   *
   * @throws MillraceException why it cannot run; the platform reports it and goes on with the
   *     others
   */
  HostedPipeline resume(PipelineRegistration registration, Platform platform);

  /** A job that runs on the platform. Safe for use by several threads. */
  interface HostedPipeline {
    String name();

    /**
     * Stops with a savepoint, so that the next {@link PipelineHost#resume} goes on there; returns
     * when the job has ended. A job that has ended already is fine.
     *
     * @throws MillraceException if it did not stop in time; its checkpoints remain
     */
    void stop(Duration timeout);

    /**
     * Ends the job at once; its last checkpoint remains. For a platform that cannot go on.
     *
     * @throws MillraceException if it does not end
     */
    void abandon();
  }
}
