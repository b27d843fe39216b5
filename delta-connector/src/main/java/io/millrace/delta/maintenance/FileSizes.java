package io.millrace.delta.maintenance;

import java.util.Collection;

/**
 * How large some files are.
 *
 * @param files how many
 * @param bytes of them together
 * @param min the smallest, 0 if there are none
 * @param max the largest, 0 if there are none
 */
public record FileSizes(long files, long bytes, long min, long max) {
  static FileSizes of(Collection<Long> sizes) {
    var all = sizes.stream().mapToLong(Long::longValue).summaryStatistics();
    return all.getCount() == 0
        ? new FileSizes(0, 0, 0, 0)
        : new FileSizes(all.getCount(), all.getSum(), all.getMin(), all.getMax());
  }

  /** Bytes of a file on average. */
  public double average() {
    return files == 0 ? 0 : (double) bytes / files;
  }
}
