package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.roaringbitmap.RoaringBitmap;

/**
 * Files that were read, and files that hold their rows. Rows which others delete in the old files
 * meanwhile are found in the new ones: a stream that upserts cannot keep a rewrite from ever being
 * committed.
 *
 * @param sources in the order that they were read in
 * @param outputs in order; none if all rows are deleted
 * @param moves where the rows are
 */
record RewrittenBin(List<Source> sources, List<Output> outputs, RowMoves moves) {

  /**
   * A file that was read.
   *
   * @param deleted rows that were left out
   * @param firstRow where its first row went, counted over all outputs, if rows kept their order
   */
  record Source(LiveFile file, RoaringBitmap deleted, long firstRow) {}

  /**
   * A file that was written.
   *
   * @param firstRow its first row, counted over all outputs
   */
  record Output(LiveFile file, long firstRow, long rows) {}

  /**
   * What to commit.
   *
   * @param removed as the table has them now
   * @param added with what others deleted meanwhile
   * @param deleted rows to delete in each added file, empty for most
   */
  record Replacement(List<LiveFile> removed, List<Output> added, List<RoaringBitmap> deleted) {}

  RewrittenBin {
    sources = List.copyOf(sources);
    outputs = List.copyOf(outputs);
  }

  /**
   * What to commit, after what others did meanwhile: a file whose rows they deleted or replaced,
   * all of them, has them deleted in the new files.
   *
   * @param moved paths of files whose rows others moved to other files since this was read
   * @return empty if one of the files is among these, or another writer brought rows back
   */
  Optional<Replacement> against(TableState now, StoredRows rows, Set<String> moved) {
    Map<String, LiveFile> files = now.files();
    List<LiveFile> removed = new ArrayList<>(sources.size());
    List<RoaringBitmap> deleted = new ArrayList<>(outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      deleted.add(new RoaringBitmap());
    }
    Map<Integer, RoaringBitmap> more = new HashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(i);
      LiveFile current = files.get(source.file().path());
      if (current == null) {
        if (moved.contains(source.file().path()) || source.file().records().isEmpty()) {
          return Optional.empty();
        }
        RoaringBitmap all = new RoaringBitmap();
        all.add(0L, source.file().records().getAsLong());
        all.andNot(source.deleted());
        more.put(i, all);
        continue;
      }
      removed.add(current);
      if (current.deletionVector().equals(source.file().deletionVector())) {
        continue;
      }
      RoaringBitmap vector = rows.deleted(current);
      if (!vector.contains(source.deleted())) {
        return Optional.empty();
      }
      RoaringBitmap since = RoaringBitmap.andNot(vector, source.deleted());
      if (!since.isEmpty()) {
        more.put(i, since);
      }
    }
    moves.locate(more, deleted);
    return Optional.of(new Replacement(removed, outputs, deleted));
  }
}
