package io.millrace.gateway.pipeline;

import java.time.Duration;

/** Whether somebody wants the work to stop. Safe for use by several threads. */
public interface StopRequest {
  boolean asked();

  /** Waits at most so long; whether it is asked now. */
  boolean await(Duration timeout) throws InterruptedException;
}
