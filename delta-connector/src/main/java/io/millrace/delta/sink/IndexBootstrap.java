package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.RowPositions;

/** An index read from the table itself, for a start without state. */
final class IndexBootstrap {
  private IndexBootstrap() {}

  /**
   * Adds the table's current rows whose keys belong to this subtask; none if there is no table.
   * Every subtask reads the key columns of the whole table.
   *
   * @throws io.millrace.catalog.MillraceException STATE_INCOMPATIBLE if the table has two rows of
   *     one key; what {@link RowPositions#visit} throws
   */
  static void read(DeltaTableSpec spec, UpsertIndex index, RowFolders folders) {
    RowPositions.visit(
        spec.path(),
        spec.rowType(),
        spec.primaryKeyPositions(),
        (path, position, row) -> {
          if (index.isMine(row)) {
            String folder = folders.of(row);
            index.found(spec, row, folder, index.fileId(path, folder), position);
          }
        });
  }
}
