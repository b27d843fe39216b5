package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.maintenance.RewrittenBin.Source;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.flink.core.fs.Path;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the rows of a bin into new files beside its first one. Owned by one thread. */
final class BinWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BinWriter.class);

  private final String tablePath;
  private final TableState state;
  private final StoredRows rows;
  private final ParquetOptions options;
  private final BooleanSupplier stopped;
  private final List<Output> outputs = new ArrayList<>();
  private long written;
  private long finished;

  /**
   * @param stopped asked now and then; true to give up
   */
  BinWriter(String tablePath, TableState state, ParquetOptions options, BooleanSupplier stopped) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.state = requireNonNull(state, "state is null");
    this.rows = state.storedRows();
    this.options = requireNonNull(options, "options is null");
    this.stopped = requireNonNull(stopped, "stopped is null");
  }

  /**
   * Writes a bin.
   *
   * @param number of the bin, for the names of its files
   * @throws io.millrace.catalog.MillraceException TABLE_CORRUPT naming the file that cannot be
   *     read; DISK_FULL, IO_FAILED; what was written is deleted
   */
  RewrittenBin write(Bin bin, int number) {
    LiveFile first = bin.files().get(0);
    String folder = folder(first.path());
    DeltaTableSpec spec =
        new DeltaTableSpec(
            tablePath,
            folder.isEmpty() ? tablePath : new Path(new Path(tablePath), folder).toString(),
            "optimize",
            rows.rowType(),
            List.of(),
            state.properties());
    List<Source> sources = new ArrayList<>();
    boolean whole = false;
    try (RowDataParquetWriter writer =
        new RowDataParquetWriter(spec, rows.names(), number % (1 << 15), options)) {
      for (LiveFile file : bin.files()) {
        if (stopped.getAsBoolean()) {
          throw new CancellationException("another file could not be rewritten");
        }
        RoaringBitmap deleted = rows.deleted(file);
        sources.add(new Source(file, deleted, written));
        rows.visit(
            file,
            deleted,
            row -> {
              if (writer.isFull()) {
                finish(writer, folder, first);
              }
              writer.write(row);
              written++;
            });
      }
      if (writer.isOpen()) {
        finish(writer, folder, first);
      }
      whole = true;
      return new RewrittenBin(sources, outputs);
    } catch (IOException e) {
      throw StorageFailure.of("rewriting files of table " + tablePath, tablePath, e);
    } finally {
      if (!whole) {
        discard(tablePath, outputs);
      }
    }
  }

  private void finish(RowDataParquetWriter writer, String folder, LiveFile like)
      throws IOException {
    DataFile file = writer.finishFile();
    LiveFile added =
        new LiveFile(
            folder.isEmpty() ? file.path() : folder + "/" + file.path(),
            like.partitionValues(),
            file.sizeBytes(),
            file.modifiedMillis(),
            Optional.of(file.stats()),
            Optional.empty(),
            Map.of(),
            OptionalLong.empty(),
            OptionalLong.empty());
    outputs.add(new Output(added, finished, file.records()));
    finished += file.records();
  }

  /** Where a file lies below the table's folder; the folder itself for one that lies elsewhere. */
  private static String folder(String path) {
    int end = path.lastIndexOf('/');
    return end < 0 || path.contains(":/") ? "" : path.substring(0, end);
  }

  /** Deletes files that no commit names. */
  static void discard(String tablePath, List<Output> outputs) {
    for (Output output : outputs) {
      Path file = new Path(new Path(tablePath), output.file().path());
      try {
        file.getFileSystem().delete(file, false);
      } catch (IOException e) {
        LOG.warn("A file that no version names could not be deleted: file={}", file, e);
      }
    }
  }
}
