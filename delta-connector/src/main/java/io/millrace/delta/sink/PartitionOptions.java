package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * How a partitioned table is written.
 *
 * @param openFilesMax most files that one subtask has open at a time; when one more is needed, the
 *     one that was used least recently is finished
 * @param bufferedBytesMax about how many bytes of rows the open files of one subtask may keep in
 *     memory together; when there are more, the greatest is finished
 * @param distribution which subtask writes a row
 */
public record PartitionOptions(int openFilesMax, long bufferedBytesMax, Distribution distribution)
    implements Serializable {
  public static final PartitionOptions DEFAULT =
      new PartitionOptions(100, 256L << 20, Distribution.BY_PARTITION);

  /** Which subtask writes a row of an append-only table. */
  public enum Distribution {
    /**
     * All rows of a partition go to one subtask: few files, and as many subtasks at work as there
     * are partitions at a time.
     */
    BY_PARTITION,
    /**
     * Rows stay where they are, so that each subtask writes files of each partition it sees: for
     * streams of which most rows are in one partition, such as today's.
     */
    AS_THEY_COME
  }

  public PartitionOptions {
    requireNonNull(distribution, "distribution is null");
    if (openFilesMax < 1 || bufferedBytesMax < 1) {
      throw new IllegalArgumentException(
          "openFilesMax is %d and bufferedBytesMax %d, expected at least 1"
              .formatted(openFilesMax, bufferedBytesMax));
    }
  }

  PartitionOptions with(Distribution other) {
    return new PartitionOptions(openFilesMax, bufferedBytesMax, other);
  }
}
