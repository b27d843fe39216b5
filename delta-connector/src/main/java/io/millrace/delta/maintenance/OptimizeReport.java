package io.millrace.delta.maintenance;

/**
 * What an optimize did, or would do.
 *
 * @param version the last version that was made, or that was looked at if there was nothing to do
 * @param commits versions that were made
 * @param consideredFiles files of the partitions asked for
 * @param bins groups of files that are rewritten together
 * @param removedFiles files that were rewritten
 * @param removedBytes of them together
 * @param addedFiles files that took their place
 * @param addedBytes of them together
 * @param purgedRows deleted rows that files no longer hold
 * @param conflicts groups of files that others changed meanwhile, which were planned again
 * @param dryRun true if it only looked
 */
public record OptimizeReport(
    long version,
    long commits,
    long consideredFiles,
    long bins,
    long removedFiles,
    long removedBytes,
    long addedFiles,
    long addedBytes,
    long purgedRows,
    long conflicts,
    boolean dryRun) {}
