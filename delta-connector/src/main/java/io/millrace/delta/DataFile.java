package io.millrace.delta;

import static java.util.Objects.requireNonNull;

/**
 * A finished data file that no commit names yet.
 *
 * @param path relative to the table's folder; fixed here, so that a repeated commit adds the same
 *     file
 * @param sizeBytes length of the file
 * @param modifiedMillis when it was finished, milliseconds since 1970
 * @param records rows in the file, deleted ones included
 * @param stats Delta statistics as JSON: numRecords, minValues, maxValues, nullCount
 */
public record DataFile(
    String path, long sizeBytes, long modifiedMillis, long records, String stats) {
  public DataFile {
    requireNonNull(path, "path is null");
    requireNonNull(stats, "stats is null");
    if (sizeBytes < 0 || records < 1) {
      throw new IllegalArgumentException(
          "file %s has %d bytes and %d records".formatted(path, sizeBytes, records));
    }
  }
}
