package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What all writers have announced for one table since the last checkpoint, merged so that each file
 * is named once. Owned by the task's thread.
 */
final class TableChanges {
  private final List<DataFile> added = new ArrayList<>();
  private final Map<String, long[]> superseded = new TreeMap<>();

  void add(WriterOutput output) {
    added.addAll(output.added());
    for (SupersededRows rows : output.superseded()) {
      superseded.merge(rows.path(), rows.positions(), TableChanges::concatenated);
    }
  }

  private static long[] concatenated(long[] first, long[] second) {
    long[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  boolean isEmpty() {
    return added.isEmpty() && superseded.isEmpty();
  }

  List<DataFile> added() {
    return added;
  }

  List<SupersededRows> superseded() {
    List<SupersededRows> rows = new ArrayList<>(superseded.size());
    superseded.forEach((path, positions) -> rows.add(new SupersededRows(path, positions)));
    return rows;
  }
}
