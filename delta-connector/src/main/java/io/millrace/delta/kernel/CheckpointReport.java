package io.millrace.delta.kernel;

import java.util.List;

/**
 * What a table checkpoint that was asked for did.
 *
 * @param version that it holds
 * @param expired files of the log that were deleted with it, below the log's folder, sorted
 */
public record CheckpointReport(long version, List<String> expired) {
  public CheckpointReport {
    expired = List.copyOf(expired);
  }

  /** How many files of the log were deleted. */
  public long deletedFiles() {
    return expired.size();
  }
}
