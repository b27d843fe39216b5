package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.OptionalLong;

/**
 * Whether a job packs the small files that it writes, beside its commits.
 *
 * @param when of which tables
 * @param minFiles so many small files in a partition are worth packing
 * @param targetBytes size that files are packed up to; -1 for 128 MiB
 */
public record CompactionOptions(When when, int minFiles, long targetBytes) implements Serializable {
  /** Of which tables files are packed. */
  public enum When {
    NEVER,
    /** Of those whose property {@code delta.autoOptimize.autoCompact} says so. */
    BY_TABLE,
    ALWAYS
  }

  /** As tables say, fifty files at a time, which is delta-spark's number. */
  public static final CompactionOptions DEFAULT = new CompactionOptions(When.BY_TABLE, 50, -1);

  public CompactionOptions {
    requireNonNull(when, "when is null");
    if (minFiles < 2) {
      throw new IllegalArgumentException("minFiles is " + minFiles + ", expected at least 2");
    }
    if (targetBytes == 0 || targetBytes < -1) {
      throw new IllegalArgumentException("targetBytes is " + targetBytes);
    }
  }

  OptionalLong target() {
    return targetBytes < 0 ? OptionalLong.empty() : OptionalLong.of(targetBytes);
  }
}
