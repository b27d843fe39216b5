package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How to optimize.
 *
 * @param targetBytes size that files are packed up to; empty for the table's {@code
 *     delta.targetFileSize}, 128 MiB if it has none
 * @param purge true to rewrite every file with deleted rows, not only those with many
 * @param where values of partition columns, as the log has them; files of other partitions are left
 *     alone
 * @param threads files that are written at a time; 0 for as many as processors and memory allow
 * @param dryRun true to write nothing
 * @param zOrderBy columns to cluster the rows of all files by; none to pack small files
 */
public record OptimizeOptions(
    OptionalLong targetBytes,
    boolean purge,
    Map<String, String> where,
    int threads,
    boolean dryRun,
    List<String> zOrderBy) {
  /** Small files of all partitions. */
  public static final OptimizeOptions DEFAULT =
      new OptimizeOptions(OptionalLong.empty(), false, Map.of(), 0, false);

  public OptimizeOptions {
    requireNonNull(targetBytes, "targetBytes is null");
    where = new TreeMap<>(where);
    if (targetBytes.isPresent() && targetBytes.getAsLong() < 1) {
      throw new IllegalArgumentException("targetBytes is " + targetBytes.getAsLong());
    }
    zOrderBy = List.copyOf(zOrderBy);
    if (threads < 0) {
      throw new IllegalArgumentException("threads is " + threads);
    }
  }

  /** Packs small files. */
  public OptimizeOptions(
      OptionalLong targetBytes,
      boolean purge,
      Map<String, String> where,
      int threads,
      boolean dryRun) {
    this(targetBytes, purge, where, threads, dryRun, List.of());
  }
}
