package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

/**
 * What an optimize did, or would do.
 *
 * @param version the last version that was made, or that was looked at if there was nothing to do
 * @param commits versions that were made
 * @param consideredFiles files of the partitions asked for
 * @param bins groups of files that are rewritten together
 * @param partitions that they are in
 * @param removed files that were rewritten
 * @param added files that took their place
 * @param purgedRows deleted rows that files no longer hold
 * @param vectors vectors of deleted rows that are not needed any more
 * @param conflicts groups of files that others changed meanwhile, which were planned again
 * @param startMillis when it began, milliseconds since 1970
 * @param endMillis when it ended
 * @param dryRun true if it only looked
 */
public record OptimizeReport(
    long version,
    long commits,
    long consideredFiles,
    long bins,
    long partitions,
    FileSizes removed,
    FileSizes added,
    long purgedRows,
    long vectors,
    long conflicts,
    long startMillis,
    long endMillis,
    boolean dryRun) {
  public OptimizeReport {
    requireNonNull(removed, "removed is null");
    requireNonNull(added, "added is null");
  }

  /** Files that were rewritten. */
  public long removedFiles() {
    return removed.files();
  }

  /** Of them together. */
  public long removedBytes() {
    return removed.bytes();
  }

  /** Files that took their place. */
  public long addedFiles() {
    return added.files();
  }

  /** Of them together. */
  public long addedBytes() {
    return added.bytes();
  }
}
