package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job came to its end.
 *
 * @param failure what it failed with: an error code of ours, or else the class of the exception; no
 *     message, since those of connectors quote their options. Null unless it failed
 */
public record JobEnded(
    String jobId, String jobName, Outcome outcome, Instant at, @Nullable String failure) {

  /** How it ended. */
  public enum Outcome {
    FINISHED,
    CANCELED,
    FAILED
  }

  public JobEnded {
    requireNonNull(jobId, "jobId is null");
    requireNonNull(jobName, "jobName is null");
    requireNonNull(outcome, "outcome is null");
    requireNonNull(at, "at is null");
  }
}
