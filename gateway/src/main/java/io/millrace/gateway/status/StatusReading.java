package io.millrace.gateway.status;

import org.jspecify.annotations.Nullable;

/**
 * A status file as it was found.
 *
 * @param status null if the file cannot be read
 * @param alive whether the process that wrote it still runs
 * @param problem why the file cannot be read; empty if it can
 */
public record StatusReading(
    String name, @Nullable PipelineStatus status, boolean alive, String problem) {

  /** Of a pipeline whose status is at hand. */
  public static StatusReading of(PipelineStatus status, boolean alive) {
    return new StatusReading(status.name(), status, alive, "");
  }

  static StatusReading unreadable(String name, String problem) {
    return new StatusReading(name, null, false, problem);
  }

  /** What a person is told: the state, or that its process is gone without a last word. */
  public String stateText() {
    if (status == null) {
      return "UNREADABLE";
    }
    boolean running =
        status.state() == PipelineStatus.State.RUNNING
            || status.state() == PipelineStatus.State.RETRYING;
    return running && !alive ? "NOT RUNNING" : status.state().name();
  }
}
