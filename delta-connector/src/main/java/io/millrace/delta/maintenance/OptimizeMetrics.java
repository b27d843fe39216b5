package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.LiveFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The numbers of a rewrite, by the names that delta-spark gives them in the history. */
final class OptimizeMetrics {
  private final List<Long> addedSizes = new ArrayList<>();
  private final List<Long> removedSizes = new ArrayList<>();
  private long vectors;
  private long vectorRows;
  private long vectorBytes;

  void removed(Collection<LiveFile> files) {
    for (LiveFile file : files) {
      removedSizes.add(file.sizeBytes());
      if (file.deletionVector().isPresent()) {
        DeletionVector vector = file.deletionVector().get();
        vectors++;
        vectorRows += vector.cardinality();
        vectorBytes += vector.sizeBytes();
      }
    }
  }

  void added(Collection<LiveFile> files) {
    files.forEach(file -> addedSizes.add(file.sizeBytes()));
  }

  void add(OptimizeMetrics other) {
    addedSizes.addAll(other.addedSizes);
    removedSizes.addAll(other.removedSizes);
    vectors += other.vectors;
    vectorRows += other.vectorRows;
    vectorBytes += other.vectorBytes;
  }

  FileSizes removed() {
    return FileSizes.of(removedSizes);
  }

  FileSizes added() {
    return FileSizes.of(addedSizes);
  }

  long vectors() {
    return vectors;
  }

  long purgedRows() {
    return vectorRows;
  }

  Map<String, String> toMap() {
    List<Long> sorted = new ArrayList<>(addedSizes);
    Collections.sort(sorted);
    Map<String, String> metrics = new TreeMap<>();
    put(metrics, "numRemovedFiles", removed().files());
    put(metrics, "numRemovedBytes", removed().bytes());
    put(metrics, "numAddedFiles", added().files());
    put(metrics, "numAddedBytes", added().bytes());
    put(metrics, "numDeletionVectorsRemoved", vectors);
    put(metrics, "numDeletionVectorRowsRemoved", vectorRows);
    put(metrics, "numDeletionVectorBytesRemoved", vectorBytes);
    if (!sorted.isEmpty()) {
      int count = sorted.size();
      put(metrics, "minFileSize", sorted.get(0));
      put(metrics, "p25FileSize", sorted.get(count / 4));
      put(metrics, "p50FileSize", sorted.get(count / 2));
      put(metrics, "p75FileSize", sorted.get(count * 3 / 4));
      put(metrics, "maxFileSize", sorted.get(count - 1));
    }
    return metrics;
  }

  private static void put(Map<String, String> metrics, String name, long value) {
    metrics.put(name, Long.toString(value));
  }
}
