package io.millrace.delta.maintenance;

/**
 * What a restore did, or would do.
 *
 * @param restored the version that the table is like again
 * @param before the version that was the latest
 * @param version the version that was made; {@code before} if there was nothing to do, or it was
 *     only asked
 * @param filesAfter data files of the table
 * @param bytesAfter of them together
 * @param removedFiles files that left the table
 * @param removedBytes of them together
 * @param restoredFiles files that came back
 * @param restoredBytes of them together
 */
public record RestoreReport(
    long restored,
    long before,
    long version,
    long filesAfter,
    long bytesAfter,
    long removedFiles,
    long removedBytes,
    long restoredFiles,
    long restoredBytes) {}
