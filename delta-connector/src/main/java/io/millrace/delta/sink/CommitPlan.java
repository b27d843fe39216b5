package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/**
 * A committable against one version of its table: which files go, which come, and which get another
 * deletion vector.
 *
 * <p>Deletion vectors change only here, one merge per file whoever superseded its rows, and always
 * starting from the vector that the planned-against version has. A plan is good for one attempt.
 *
 * @param removed as the version has them
 * @param added as the next version shall have them
 * @param replaced vectors that no file has any more once this is committed
 * @param written vectors that this plan made, in one file
 * @param gone rows that go, if the table keeps change data
 * @param come rows that come, if the table keeps change data
 * @param metrics for the operation metrics of {@code commitInfo}
 */
record CommitPlan(
    List<LiveFile> removed,
    List<LiveFile> added,
    List<DeletionVector> replaced,
    List<DeletionVector> written,
    List<ChangedRows> gone,
    List<ChangedRows> come,
    Map<String, String> metrics) {

  /**
   * @throws MillraceException COMMIT_CONFLICT if a file with superseded rows is not in the table
   *     any more; TABLE_CORRUPT, DISK_FULL
   */
  static CommitPlan of(TableCommittable committable, TableLog table) {
    return new Builder(table).plan(committable);
  }

  /** A file and the rows of it that are deleted from now on. */
  private record Rewrite(LiveFile file, boolean isNew, RoaringBitmap deleted) {}

  private static final class Builder {
    private final TableLog table;
    private final List<LiveFile> removed = new ArrayList<>();
    private final List<LiveFile> added = new ArrayList<>();
    private final List<DeletionVector> replaced = new ArrayList<>();
    private List<DeletionVector> written = List.of();
    private final List<Rewrite> rewrites = new ArrayList<>();
    private final boolean listsChanges;
    private final List<ChangedRows> gone = new ArrayList<>();
    private final List<ChangedRows> come = new ArrayList<>();
    private long deletedRows;
    private long removedFiles;

    Builder(TableLog table) {
      this.table = table;
      this.listsChanges = table.hasChangeDataFeed();
    }

    CommitPlan plan(TableCommittable committable) {
      Map<String, LiveFile> fresh = new LinkedHashMap<>();
      for (DataFile file : committable.added()) {
        fresh.put(
            file.path(),
            LiveFile.of(
                file.path(),
                file.sizeBytes(),
                file.modifiedMillis(),
                file.stats(),
                file.partitionValues()));
      }
      for (SupersededRows rows : committable.superseded()) {
        LiveFile ours = fresh.remove(rows.path());
        if (ours != null) {
          supersede(ours, true, rows);
        } else {
          supersede(existing(committable, rows.path()), false, rows);
        }
      }
      added.addAll(fresh.values());
      if (listsChanges) {
        fresh.values().forEach(file -> come.add(new ChangedRows(file, new RoaringBitmap())));
      }
      writeVectors();
      return new CommitPlan(removed, added, replaced, written, gone, come, metrics(committable));
    }

    private LiveFile existing(TableCommittable committable, String path) {
      return table
          .file(path)
          .orElseThrow(
              () -> {
                OptionalLong addedBy = table.versionThatAdded(path);
                return new MillraceException(
                    ErrorCode.COMMIT_CONFLICT,
                    ("rows of file %s are to be replaced in table %s, but the file is not in "
                            + "version %d of it: another writer rewrote or removed it%s")
                        .formatted(
                            path,
                            committable.table(),
                            table.version(),
                            addedBy.isPresent()
                                ? " (it was added in version " + addedBy.getAsLong() + ")"
                                : ""),
                    "do not delete or rewrite rows of the table while this job upserts it; to go on, "
                        + "restore the table to the version before, "
                        + "or restart without state so that the keys are read afresh");
              });
    }

    private void supersede(LiveFile file, boolean isNew, SupersededRows rows) {
      long records =
          file.records()
              .orElseThrow(
                  () ->
                      new MillraceException(
                          ErrorCode.TABLE_UNSUPPORTED,
                          "file %s has no statistics, so that its rows cannot be counted"
                              .formatted(file.path()),
                          "rewrite the table with statistics, or to a new table"));
      RoaringBitmap deleted = table.deletionVectors().load(file);
      RoaringBitmap deletedBefore = listsChanges && !isNew ? deleted.clone() : deleted;
      long before = deleted.getLongCardinality();
      for (long position : rows.positions()) {
        if (position < 0 || position >= records) {
          throw new MillraceException(
              ErrorCode.INTERNAL,
              "row %d of file %s is to be deleted, which has %d rows"
                  .formatted(position, file.path(), records),
              "report this; nothing was committed");
        }
        deleted.add((int) position);
      }
      long after = deleted.getLongCardinality();
      deletedRows += after - before;
      if (listsChanges) {
        listChanges(file, isNew, after < records, deleted, deletedBefore);
      }
      if (after == before) {
        // Others deleted the same rows meanwhile, or there were none.
        if (isNew) {
          added.add(file);
        }
        return;
      }
      if (!isNew) {
        removed.add(file);
        file.deletionVector().ifPresent(replaced::add);
      }
      if (after < records) {
        rewrites.add(new Rewrite(file, isNew, deleted));
      } else if (!isNew) {
        removedFiles++;
      }
      // A new file of which all rows are superseded never enters the table.
    }

    private void listChanges(
        LiveFile file,
        boolean isNew,
        boolean hasRows,
        RoaringBitmap deleted,
        RoaringBitmap deletedBefore) {
      if (isNew && hasRows) {
        come.add(new ChangedRows(file, deleted));
      } else if (!isNew && !deleted.equals(deletedBefore)) {
        gone.add(new ChangedRows(file, RoaringBitmap.andNot(deleted, deletedBefore)));
      }
    }

    private void writeVectors() {
      if (rewrites.isEmpty()) {
        return;
      }
      written = table.deletionVectors().write(rewrites.stream().map(Rewrite::deleted).toList());
      for (int i = 0; i < written.size(); i++) {
        added.add(rewrites.get(i).file().withDeletionVector(written.get(i)));
      }
    }

    private Map<String, String> metrics(TableCommittable committable) {
      Map<String, String> metrics = new TreeMap<>();
      long newFiles = added.size() - rewrites.stream().filter(r -> !r.isNew()).count();
      long bytes = committable.added().stream().mapToLong(DataFile::sizeBytes).sum();
      long records = committable.added().stream().mapToLong(DataFile::records).sum();
      metrics.put("numAddedFiles", Long.toString(newFiles));
      metrics.put("numOutputRows", Long.toString(records));
      metrics.put("numOutputBytes", Long.toString(bytes));
      metrics.put("numRemovedFiles", Long.toString(removedFiles));
      metrics.put("numDeletedRows", Long.toString(deletedRows));
      metrics.put("numDeletionVectorsAdded", Long.toString(rewrites.size()));
      return metrics;
    }
  }
}
