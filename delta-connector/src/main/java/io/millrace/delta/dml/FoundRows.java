package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.table.data.StringData;
import org.jspecify.annotations.Nullable;

/** Places of rows that a statement found, by file. Owned by one thread. */
final class FoundRows {
  private final Map<String, FoundInFile> files = new LinkedHashMap<>();
  private @Nullable StringData lastPath;
  private @Nullable FoundInFile last;

  /**
   * @return false if the place was found before
   */
  boolean add(StringData path, long position, ChangeKind kind) {
    FoundInFile file = last;
    // Rows of a file come together mostly, and comparing is cheaper than decoding a path.
    if (file == null || !path.equals(lastPath)) {
      String text = path.toString();
      file = files.computeIfAbsent(text, name -> new FoundInFile());
      last = file;
      lastPath = StringData.fromString(text);
    }
    return requireNonNull(file).add(Math.toIntExact(position), kind);
  }

  void merge(String path, FoundInFile found) {
    FoundInFile known = files.putIfAbsent(path, found);
    if (known != null) {
      known.merge(found);
    }
  }

  Map<String, FoundInFile> files() {
    return files;
  }
}
