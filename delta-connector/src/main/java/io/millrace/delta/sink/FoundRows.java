package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.LongKeyTable;
import io.millrace.delta.state.RowKeys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Adds the rows that a table has, if their keys belong to this subtask, to an index that is empty
 * at first. All rows of a file lie in one folder.
 *
 * <p>The tables of a large index are in no cache, and a row waits for the memory much longer than
 * for anything else. So whole numbers wait for each other, and all their slots are asked for
 * together.
 */
final class FoundRows implements TableKeys.Visitor, TableKeys.RowVisitor {
  private static final int PLACE = 0;
  private static final int WAITING_MAX = 512;

  private final DeltaTableSpec spec;
  private final UpsertIndex index;
  private final RowFolders folders;
  private final RowKeys keys;
  private final KeyedTables tables;

  private final LongKeyTable[] waitingTables = new LongKeyTable[WAITING_MAX];
  private final long[] waitingKeys = new long[WAITING_MAX];
  private final long[] waitingPlaces = new long[WAITING_MAX];
  private int waiting;

  /** Nobody asks; without it the compiler would leave out the reads that fill the cache. */
  @SuppressWarnings("UnusedVariable")
  private long touched;

  private String path = "";
  private @Nullable String folder;
  private long file;

  FoundRows(DeltaTableSpec spec, UpsertIndex index, RowFolders folders) {
    this.spec = requireNonNull(spec, "spec is null");
    this.index = requireNonNull(index, "index is null");
    this.folders = requireNonNull(folders, "folders is null");
    this.keys = index.keys();
    this.tables = index.tables();
  }

  @Override
  public void expect(long rows) {
    tables.reserve(rows);
  }

  @Override
  public TableKeys.RowVisitor file(String next) {
    insertWaiting();
    path = next;
    folder = null;
    return this;
  }

  /**
   * @throws MillraceException STATE_INCOMPATIBLE if the table has two rows of one key, here or at a
   *     later row or {@link #finish}
   */
  @Override
  public void row(long position, FlatRow row) {
    int hash = keys.hash(row);
    int number = tables.indexFor(hash);
    if (number < 0 || number >= tables.count()) {
      return;
    }
    if (folder == null) {
      folder = folders.of(row);
      file = index.fileId(path, folder);
    }
    KeyTable table = tables.table(number);
    long place = index.places().of(file, position);
    if (table instanceof LongKeyTable longs && !keys.isNull(row)) {
      waitingTables[waiting] = longs;
      waitingKeys[waiting] = keys.longKey(row);
      waitingPlaces[waiting] = place;
      waiting++;
      if (waiting == WAITING_MAX) {
        insertWaiting();
      }
    } else {
      note(table, keys.insert(table, hash, row), place);
    }
  }

  /** To be called after the last row. */
  void finish() {
    insertWaiting();
    Arrays.fill(waitingTables, null);
  }

  private void insertWaiting() {
    long seen = 0;
    for (int i = 0; i < waiting; i++) {
      seen ^= waitingTables[i].touch(waitingKeys[i]);
    }
    touched = seen;
    for (int i = 0; i < waiting; i++) {
      LongKeyTable table = waitingTables[i];
      note(table, table.insert(waitingKeys[i]), waitingPlaces[i]);
    }
    waiting = 0;
  }

  private void note(KeyTable table, int slot, long place) {
    if (slot < 0) {
      throw twice(table.value(~slot, PLACE), place);
    }
    table.setValue(slot, PLACE, place);
  }

  private MillraceException twice(long one, long other) {
    String where = requireNonNull(folder, "a row was met, but no folder");
    return new MillraceException(
        ErrorCode.STATE_INCOMPATIBLE,
        ("table %s has two rows of one primary key (%s): row %d of file %s and row %d of file %s;"
                + " it cannot be the table that was upserted so far")
            .formatted(
                spec.name(),
                String.join(", ", spec.primaryKey()),
                RowPlaces.position(one),
                index.path(where, index.places().file(one)),
                RowPlaces.position(other),
                path),
        "remove the duplicates, or write to another table");
  }
}
