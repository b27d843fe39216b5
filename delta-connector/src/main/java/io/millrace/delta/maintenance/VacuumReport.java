package io.millrace.delta.maintenance;

import java.time.Instant;
import java.util.List;

/**
 * What a vacuum did, or would do.
 *
 * @param version of the table that was looked at
 * @param horizon files from before that were not needed after it
 * @param unneeded files that no retained version needs, old enough to go, below the table's folder
 * @param unneededBytes of them together
 * @param deletedFiles files that were deleted
 * @param deletedBytes of them together
 * @param folders folders looked into
 * @param deletedFolders empty folders that were deleted
 * @param dryRun true if it only looked
 */
public record VacuumReport(
    long version,
    Instant horizon,
    List<String> unneeded,
    long unneededBytes,
    long deletedFiles,
    long deletedBytes,
    long folders,
    long deletedFolders,
    boolean dryRun) {
  public VacuumReport {
    unneeded = List.copyOf(unneeded);
  }
}
