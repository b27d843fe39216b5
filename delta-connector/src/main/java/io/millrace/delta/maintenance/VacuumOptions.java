package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How to vacuum.
 *
 * @param retention how long a file that no version needs any more stays; empty for what the table
 *     says, a week if it says nothing
 * @param force true to take a retention shorter than the table's, which can break writers and
 *     readers that are at work
 * @param dryRun true to delete nothing
 */
public record VacuumOptions(Optional<Duration> retention, boolean force, boolean dryRun) {
  /** As the table says. */
  public static final VacuumOptions DEFAULT = new VacuumOptions(Optional.empty(), false, false);

  public VacuumOptions {
    requireNonNull(retention, "retention is null");
    if (retention.isPresent() && retention.get().isNegative()) {
      throw new IllegalArgumentException("retention is " + retention.get());
    }
  }
}
