package io.millrace.delta.dml;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What a statement did, in numbers, under delta-spark's names. Owned by one thread. */
final class StatementMetrics {
  private final Map<ChangeKind, Long> rows = new EnumMap<>(ChangeKind.class);
  private long copiedRows;
  private long removedFiles;
  private long removedBytes;
  private long addedFiles;
  private long addedBytes;
  private long changeFiles;
  private long vectorsAdded;
  private long vectorsUpdated;
  private long vectorsRemoved;

  void rows(Map<ChangeKind, Long> counts) {
    counts.forEach((kind, count) -> rows.merge(kind, count, Long::sum));
  }

  void copied(long count) {
    copiedRows += count;
  }

  void listed(long files) {
    changeFiles += files;
  }

  void removed(long bytes) {
    removedFiles++;
    removedBytes += bytes;
  }

  void added(long bytes) {
    addedFiles++;
    addedBytes += bytes;
  }

  /** A file got a deletion vector, in place of another one if it had one. */
  void vector(boolean replaced) {
    if (replaced) {
      vectorsUpdated++;
    } else {
      vectorsAdded++;
    }
  }

  /** A file with a deletion vector left. */
  void vectorRemoved() {
    vectorsRemoved++;
  }

  long count(ChangeKind... kinds) {
    long sum = 0;
    for (ChangeKind kind : kinds) {
      sum += rows.getOrDefault(kind, 0L);
    }
    return sum;
  }

  /**
   * @param operation as the history has it
   * @param sourceRows rows that a MERGE read of its source
   */
  Map<String, String> named(String operation, long sourceRows, long millis) {
    Map<String, Long> named = new LinkedHashMap<>();
    named.put("executionTimeMs", millis);
    named.put("scanTimeMs", millis);
    named.put("rewriteTimeMs", 0L);
    if (operation.equals("MERGE")) {
      merge(named, sourceRows);
    } else {
      if (operation.equals("DELETE")) {
        named.put("numDeletedRows", count(ChangeKind.DELETE));
      } else {
        named.put("numUpdatedRows", count(ChangeKind.UPDATE));
      }
      named.put("numCopiedRows", copiedRows);
      named.put("numAddedFiles", addedFiles);
      named.put("numRemovedFiles", removedFiles);
      named.put("numAddedBytes", addedBytes);
      named.put("numRemovedBytes", removedBytes);
      named.put("numAddedChangeFiles", changeFiles);
      named.put("numDeletionVectorsAdded", vectorsAdded + vectorsUpdated);
      named.put("numDeletionVectorsUpdated", vectorsUpdated);
      named.put("numDeletionVectorsRemoved", vectorsRemoved + vectorsUpdated);
    }
    Map<String, String> texts = new TreeMap<>();
    named.forEach((name, value) -> texts.put(name, Long.toString(value)));
    return texts;
  }

  private void merge(Map<String, Long> named, long sourceRows) {
    long updated = count(ChangeKind.UPDATE, ChangeKind.SOURCELESS_UPDATE);
    long inserted = count(ChangeKind.INSERT);
    named.put("numSourceRows", sourceRows);
    named.put("numTargetRowsInserted", inserted);
    named.put("numTargetRowsUpdated", updated);
    named.put("numTargetRowsMatchedUpdated", count(ChangeKind.UPDATE));
    named.put("numTargetRowsNotMatchedBySourceUpdated", count(ChangeKind.SOURCELESS_UPDATE));
    named.put("numTargetRowsDeleted", count(ChangeKind.DELETE, ChangeKind.SOURCELESS_DELETE));
    named.put("numTargetRowsMatchedDeleted", count(ChangeKind.DELETE));
    named.put("numTargetRowsNotMatchedBySourceDeleted", count(ChangeKind.SOURCELESS_DELETE));
    named.put("numTargetRowsCopied", copiedRows);
    named.put("numOutputRows", updated + inserted + copiedRows);
    named.put("numTargetFilesAdded", addedFiles);
    named.put("numTargetFilesRemoved", removedFiles);
    named.put("numTargetBytesAdded", addedBytes);
    named.put("numTargetBytesRemoved", removedBytes);
    named.put("numTargetChangeFilesAdded", changeFiles);
    named.put("numTargetDeletionVectorsAdded", vectorsAdded + vectorsUpdated);
    named.put("numTargetDeletionVectorsUpdated", vectorsUpdated);
    named.put("numTargetDeletionVectorsRemoved", vectorsRemoved + vectorsUpdated);
  }
}
