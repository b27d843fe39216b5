package io.millrace.delta;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A finished file of a table's change data feed that no commit names yet.
 *
 * @param path relative to the table's folder, below {@code _change_data}
 * @param sizeBytes length of the file
 * @param partitionValues of all rows of the file, by column, as text in the way of the Delta
 *     protocol; empty on a table without partitions
 */
public record ChangeFile(
    String path, long sizeBytes, Map<String, @Nullable String> partitionValues) {
  public ChangeFile {
    requireNonNull(path, "path is null");
    partitionValues =
        partitionValues.isEmpty()
            ? Map.of()
            : Collections.unmodifiableMap(new TreeMap<>(partitionValues));
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("file %s has %d bytes".formatted(path, sizeBytes));
    }
  }
}
