package io.millrace.delta;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A finished data file that no commit names yet.
 *
 * @param path relative to the table's folder; fixed here, so that a repeated commit adds the same
 *     file
 * @param sizeBytes length of the file
 * @param modifiedMillis when it was finished, milliseconds since 1970
 * @param records rows in the file, deleted ones included
 * @param stats Delta statistics as JSON: numRecords, minValues, maxValues, nullCount
 * @param partitionValues of all rows of the file, by column, as text in the way of the Delta
 *     protocol; empty on a table without partitions
 */
public record DataFile(
    String path,
    long sizeBytes,
    long modifiedMillis,
    long records,
    String stats,
    Map<String, @Nullable String> partitionValues) {
  public DataFile {
    requireNonNull(path, "path is null");
    requireNonNull(stats, "stats is null");
    partitionValues =
        partitionValues.isEmpty()
            ? Map.of()
            : Collections.unmodifiableMap(new TreeMap<>(partitionValues));
    if (sizeBytes < 0 || records < 1) {
      throw new IllegalArgumentException(
          "file %s has %d bytes and %d records".formatted(path, sizeBytes, records));
    }
  }

  /** A file of a table without partitions. */
  public DataFile(String path, long sizeBytes, long modifiedMillis, long records, String stats) {
    this(path, sizeBytes, modifiedMillis, records, stats, Map.of());
  }
}
