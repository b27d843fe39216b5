package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.LiveFile;
import org.roaringbitmap.RoaringBitmap;

/**
 * Rows of one file that a commit takes away or brings.
 *
 * @param file that they are in
 * @param rows of a file that is there, positions of those that go; of a new file, positions of
 *     those that do not come
 */
record ChangedRows(LiveFile file, RoaringBitmap rows) {
  ChangedRows {
    requireNonNull(file, "file is null");
    requireNonNull(rows, "rows is null");
  }

  boolean sameRows(ChangedRows other) {
    return file.path().equals(other.file.path()) && rows.equals(other.rows);
  }
}
