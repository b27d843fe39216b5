package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all writers have announced for one table since the last checkpoint, merged so that each file
 * is named once. Owned by the task's thread.
 */
final class TableChanges {
  private final List<DataFile> added = new ArrayList<>();
  private final Map<String, long[]> superseded = new TreeMap<>();
  private @Nullable Set<String> checked;
  private boolean anyUnchecked;

  void add(WriterOutput output) {
    if (!output.added().isEmpty()) {
      addChecked(output.checked());
    }
    added.addAll(output.added());
    for (SupersededRows rows : output.superseded()) {
      superseded.merge(rows.path(), rows.positions(), TableChanges::concatenated);
    }
  }

  private void addChecked(Optional<String> constraints) {
    if (constraints.isEmpty()) {
      anyUnchecked = true;
      return;
    }
    Set<String> lines = new LinkedHashSet<>(Arrays.asList(constraints.get().split("\n")));
    if (checked == null) {
      checked = lines;
    } else {
      checked.retainAll(lines);
    }
  }

  /** The constraints that all rows were asked for; empty if that is not known of some. */
  Optional<String> checked() {
    return anyUnchecked || checked == null
        ? Optional.empty()
        : Optional.of(String.join("\n", checked));
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
