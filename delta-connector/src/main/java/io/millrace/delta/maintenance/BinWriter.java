package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.maintenance.RewrittenBin.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/** Writes the rows of a bin into new files beside its first one. Owned by one thread. */
final class BinWriter {
  private final String tablePath;
  private final TableState state;
  private final long targetBytes;
  private final Runnable requireRunning;
  private long written;

  /**
   * @param requireRunning called now and then; throws to give up
   */
  BinWriter(String tablePath, TableState state, long targetBytes, Runnable requireRunning) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.state = requireNonNull(state, "state is null");
    this.targetBytes = targetBytes;
    this.requireRunning = requireNonNull(requireRunning, "requireRunning is null");
  }

  /**
   * Writes a bin.
   *
   * @param number of the bin, for the names of its files
   * @throws io.millrace.catalog.MillraceException TABLE_CORRUPT naming the file that cannot be
   *     read; DISK_FULL, IO_FAILED; what was written is deleted
   */
  RewrittenBin write(Bin bin, int number) {
    StoredRows rows = state.storedRows();
    OutputFiles files =
        new OutputFiles(tablePath, state, rows, bin.files().get(0), number, targetBytes);
    boolean whole = false;
    try (files) {
      List<Source> sources = new ArrayList<>();
      for (LiveFile file : bin.files()) {
        requireRunning.run();
        RoaringBitmap deleted = rows.deleted(file);
        sources.add(new Source(file, deleted, written));
        rows.visit(
            file,
            deleted,
            row -> {
              files.write(row);
              written++;
            });
      }
      files.finish();
      whole = true;
      return new RewrittenBin(
          sources, files.outputs(), new RowMoves.InOrder(sources, files.outputs()));
    } catch (IOException e) {
      throw StorageFailure.of("rewriting files of table " + tablePath, tablePath, e);
    } finally {
      if (!whole) {
        OutputFiles.discard(tablePath, files.outputs());
      }
    }
  }
}
