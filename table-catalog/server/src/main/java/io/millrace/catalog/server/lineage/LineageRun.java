package io.millrace.catalog.server.lineage;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One run of a job.
 *
 * @param id ours; {@code externalId} is what the job calls it
 * @param updated when something was last heard of it
 * @param epoch last one of the pipeline
 */
public record LineageRun(
    UUID id,
    UUID job,
    UUID externalId,
    String statement,
    State state,
    Instant started,
    Instant updated,
    Optional<Instant> ended,
    Optional<Long> epoch) {

  /** How it stands, by its own word. */
  public enum State {
    RUNNING,
    COMPLETE,
    ABORTED,
    FAILED;

    public boolean isEnd() {
      return this != RUNNING;
    }
  }

  /** Whether it runs: it said so, and was heard of within {@code silence}. */
  public boolean isRunning(Instant now, Duration silence) {
    return !state.isEnd() && updated.plus(silence).isAfter(now);
  }
}
