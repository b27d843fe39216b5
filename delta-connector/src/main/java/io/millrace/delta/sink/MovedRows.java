package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.FileRewrite;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows to be superseded in files that others have rewritten meanwhile: found again, by their keys,
 * in the files that took their place. A key has one row at most in a table, so that it has one row
 * at most in the files of a rewrite.
 *
 * <p>The index of the writers goes on naming the old files, until its keys change or the job is
 * restored; so where rows went is kept for the next checkpoints, for rewrites that are not too
 * large. Not thread-safe.
 */
final class MovedRows {
  private static final Logger LOG = LoggerFactory.getLogger(MovedRows.class);
  private static final int FILE = 0;
  private static final int POSITION = 1;
  private static final int REWRITES_KEPT_MAX = 4;
  private static final long ROWS_KEPT_MAX = 2_000_000;

  private final DeltaTableSpec spec;
  private final TableLog table;
  private final List<String> columns;
  private final RowKeys keys;
  private final FlatRow key;
  private final Map<Place, KeyTable> kept =
      new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, KeyTable> eldest) {
          return size() > REWRITES_KEPT_MAX;
        }
      };

  MovedRows(DeltaTableSpec spec, TableLog table) {
    this.spec = requireNonNull(spec, "spec is null");
    this.table = requireNonNull(table, "table is null");
    this.columns =
        spec.primaryKey().stream()
            .filter(column -> !spec.partitionColumns().contains(column))
            .toList();
    RowType keyType =
        new RowType(
            columns.stream()
                .map(column -> spec.rowType().getFields().get(spec.rowType().getFieldIndex(column)))
                .toList());
    this.key = new FlatRow(keyType);
    this.keys = new RowKeys(keyType, IntStream.range(0, keyType.getFieldCount()).toArray());
  }

  /**
   * The same rows, where they are as of the table's version that is known.
   *
   * @param fresh paths of files that are about to be added
   * @return rows of a file that nobody rewrote and that is not there stay as they are
   * @throws MillraceException COMMIT_CONFLICT if rows are not in the files that they were moved to,
   *     or the old file was vacuumed; TABLE_CORRUPT
   */
  List<SupersededRows> follow(List<SupersededRows> superseded, Set<String> fresh) {
    Map<String, Positions> found = new TreeMap<>();
    List<SupersededRows> open = superseded;
    while (!open.isEmpty()) {
      Map<Place, List<Moved>> moved = new LinkedHashMap<>();
      for (SupersededRows rows : open) {
        Optional<FileRewrite> rewrite =
            columns.isEmpty() || fresh.contains(rows.path()) || table.file(rows.path()).isPresent()
                ? Optional.empty()
                : table.rewriteOf(rows.path());
        if (rewrite.isPresent()) {
          moved
              .computeIfAbsent(Place.of(rewrite.get()), ignored -> new ArrayList<>())
              .add(new Moved(rewrite.get(), rows));
        } else {
          Positions positions = found.computeIfAbsent(rows.path(), ignored -> new Positions());
          positions.add(rows.positions());
        }
      }
      List<SupersededRows> next = new ArrayList<>();
      for (List<Moved> together : moved.values()) {
        next.addAll(follow(together));
      }
      open = next;
    }
    return found.entrySet().stream()
        .map(entry -> new SupersededRows(entry.getKey(), entry.getValue().toArray()))
        .toList();
  }

  /** A rewrite in one partition: rows never leave theirs, and their keys are told apart in it. */
  private record Place(long version, Map<String, String> partition) {
    static Place of(FileRewrite rewrite) {
      return new Place(rewrite.version(), rewrite.removed().partitionValues());
    }

    List<LiveFile> files(FileRewrite rewrite) {
      return rewrite.added().stream()
          .filter(file -> file.partitionValues().equals(partition))
          .toList();
    }
  }

  /** Rows of a file, and the version that moved them. */
  private record Moved(FileRewrite rewrite, SupersededRows rows) {}

  private static final class Positions {
    private final RoaringBitmap values = new RoaringBitmap();

    void add(long[] more) {
      for (long position : more) {
        values.add(Math.toIntExact(position));
      }
    }

    long[] toArray() {
      return IntStream.of(values.toArray()).asLongStream().toArray();
    }
  }

  private List<SupersededRows> follow(List<Moved> moved) {
    FileRewrite rewrite = moved.get(0).rewrite();
    StoredRows stored = table.storedRows(columns);
    KeyTable wanted = keys.newTable(1);
    try {
      for (Moved one : moved) {
        collectKeys(stored, one, wanted);
      }
      return locate(stored, rewrite, wanted);
    } catch (IOException e) {
      throw StorageFailure.of(
          "following rows of table %s that version %d moved"
              .formatted(spec.name(), rewrite.version()),
          spec.path(),
          e);
    }
  }

  private void collectKeys(StoredRows stored, Moved moved, KeyTable wanted) throws IOException {
    LiveFile file = moved.rewrite().removed();
    RoaringBitmap positions = new RoaringBitmap();
    for (long position : moved.rows().positions()) {
      positions.add(Math.toIntExact(position));
    }
    // Rows that were deleted before the file was rewritten did not move.
    positions.andNot(stored.deleted(file));
    if (positions.isEmpty()) {
      return;
    }
    try {
      stored.visitPositions(
          file,
          new RoaringBitmap(),
          (position, row) -> {
            if (positions.contains((int) position)) {
              keys.insert(wanted, keys.hash(row), row);
            }
          });
    } catch (MillraceException e) {
      throw new MillraceException(
          ErrorCode.COMMIT_CONFLICT,
          ("rows of file %s are to be replaced in table %s, but version %d moved them to other files"
                  + " and the file is not there any more: %s")
              .formatted(file.path(), spec.name(), moved.rewrite().version(), e.problem()),
          "restart the job from its last checkpoint, so that the keys of rewritten files are read"
              + " afresh",
          e);
    }
  }

  private List<SupersededRows> locate(StoredRows stored, FileRewrite rewrite, KeyTable wanted)
      throws IOException {
    Place place = Place.of(rewrite);
    List<LiveFile> files = place.files(rewrite);
    KeyTable located = located(stored, place, files, wanted);
    List<Positions> positions = new ArrayList<>();
    files.forEach(file -> positions.add(new Positions()));
    long missing = 0;
    for (int slot = wanted.next(-1); slot >= 0; slot = wanted.next(slot)) {
      keys.readKey(wanted, slot, key, 0);
      int at = keys.find(located, keys.hash(key), key);
      if (at < 0) {
        missing++;
        continue;
      }
      positions.get((int) located.value(at, FILE)).add(new long[] {located.value(at, POSITION)});
    }
    if (missing > 0) {
      throw new MillraceException(
          ErrorCode.COMMIT_CONFLICT,
          "%d rows that are to be replaced in table %s are not in the files that version %d moved them to"
              .formatted(missing, spec.name(), rewrite.version()),
          "restore the table to the version before, or restart without state so that the keys are"
              + " read afresh");
    }
    LOG.debug(
        "Followed rows that another writer moved: table={}, version={}, rows={}",
        spec.name(),
        rewrite.version(),
        wanted.size());
    List<SupersededRows> rows = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      long[] ofFile = positions.get(i).toArray();
      if (ofFile.length > 0) {
        rows.add(new SupersededRows(files.get(i).path(), ofFile));
      }
    }
    return rows;
  }

  /** Where the keys of a rewrite's files lie; all of them if they are not too many. */
  private KeyTable located(StoredRows stored, Place place, List<LiveFile> files, KeyTable wanted)
      throws IOException {
    KeyTable known = kept.get(place);
    if (known != null) {
      return known;
    }
    long records = files.stream().mapToLong(f -> f.records().orElse(Long.MAX_VALUE / 1024)).sum();
    boolean keep = records <= ROWS_KEPT_MAX;
    KeyTable located = keys.newTable(2);
    for (int i = 0; i < files.size(); i++) {
      int file = i;
      stored.visitPositions(
          files.get(i),
          new RoaringBitmap(),
          (position, row) -> {
            if (keep || keys.find(wanted, keys.hash(row), row) >= 0) {
              put(located, row, file, position);
            }
          });
    }
    if (keep) {
      kept.put(place, located);
    }
    return located;
  }

  private void put(KeyTable located, RowData row, int file, long position) {
    int slot = keys.insert(located, keys.hash(row), row);
    if (slot < 0) {
      slot = ~slot;
    }
    located.setValue(slot, FILE, file);
    located.setValue(slot, POSITION, position);
  }
}
