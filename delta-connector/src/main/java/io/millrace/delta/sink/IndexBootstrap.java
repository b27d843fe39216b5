package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.RewrittenFiles;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An index read from the table itself, for a start without state. */
final class IndexBootstrap {
  private static final Logger LOG = LoggerFactory.getLogger(IndexBootstrap.class);

  private IndexBootstrap() {}

  /**
   * Adds the table's current rows whose keys belong to this subtask; none if there is no table.
   * Every subtask reads the key columns of the whole table.
   *
   * @throws io.millrace.catalog.MillraceException STATE_INCOMPATIBLE if the table has two rows of
   *     one key; what {@link TableKeys#visit} throws
   */
  static void read(DeltaTableSpec spec, UpsertIndex index, RowFolders folders) {
    FoundRows found = new FoundRows(spec, index, folders);
    TableKeys.visit(spec, found);
    found.finish();
  }

  /**
   * Corrects a restored index for files that others rewrote since it was taken, so that the old
   * files may be vacuumed. Rows of commits that are still to come are not concerned: the index
   * names files of ours for these, which nobody has rewritten.
   *
   * @throws io.millrace.catalog.MillraceException what {@link TableKeys#visit} throws
   */
  static void refresh(DeltaTableSpec spec, UpsertIndex index, RowFolders folders) {
    Set<String> rewritten;
    try {
      rewritten =
          RewrittenFiles.among(
              spec.path(), index.paths(spec.rowType(), spec.primaryKeyPositions(), folders));
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        // The committer says what it thinks of a table that is gone.
        return;
      }
      throw e;
    }
    if (rewritten.isEmpty()) {
      return;
    }
    LOG.info(
        "Reading the keys of rewritten files: table={}, files={}", spec.name(), rewritten.size());
    TableKeys.visit(spec, path -> moving(index, folders, rewritten, path));
  }

  /**
   * Who notes where the rows of a file lie that lay in other files before.
   *
   * @param left paths of these
   */
  static TableKeys.RowVisitor moving(
      UpsertIndex index, RowFolders folders, Set<String> left, String path) {
    return (position, row) -> {
      if (index.isMine(row)) {
        index.moved(row, left, folders.of(row), path, position);
      }
    };
  }
}
