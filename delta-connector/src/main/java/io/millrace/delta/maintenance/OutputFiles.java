package io.millrace.delta.maintenance;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** New files of one partition, beside a file that is there. Owned by one thread. */
final class OutputFiles implements AutoCloseable {
  /** An open file's row group, what is read for it, and what Parquet keeps beside. */
  static final long MEMORY_BYTES = 4 * ParquetOptions.DEFAULT.rowGroupBytes();

  private static final Logger LOG = LoggerFactory.getLogger(OutputFiles.class);

  private final LiveFile like;
  private final String folder;
  private final RowDataParquetWriter writer;
  private final List<Output> outputs = new ArrayList<>();
  private long finished;

  /**
   * @param rows that are written
   * @param like a file of the same partition
   * @param number for the names of the files
   * @param targetBytes size from which on the next file is begun
   */
  OutputFiles(
      String tablePath,
      TableState state,
      StoredRows rows,
      LiveFile like,
      int number,
      long targetBytes) {
    this.like = requireNonNull(like, "like is null");
    this.folder = folder(like.path());
    DeltaTableSpec spec =
        new DeltaTableSpec(
            tablePath,
            folder.isEmpty() ? tablePath : new Path(new Path(tablePath), folder).toString(),
            "optimize",
            rows.rowType(),
            List.of(),
            properties(state, rows));
    ParquetOptions defaults = ParquetOptions.DEFAULT;
    this.writer =
        new RowDataParquetWriter(
            spec,
            rows.names(),
            number % (1 << 15),
            new ParquetOptions(
                defaults.zstdLevel(),
                targetBytes,
                defaults.rowGroupBytes(),
                defaults.pageBytes(),
                defaults.dictionaryBytes()));
  }

  /** Without statistics of columns that are not people's. */
  private static Map<String, String> properties(TableState state, StoredRows rows) {
    if (rows.trackingColumns() == 0) {
      return state.properties();
    }
    List<LogicalType> columns = rows.rowType().getChildren();
    return TrackingColumns.withoutStatistics(
        state.properties(), columns.subList(0, columns.size() - rows.trackingColumns()));
  }

  /** Where a file lies below the table's folder; the folder itself for one that lies elsewhere. */
  private static String folder(String path) {
    int end = path.lastIndexOf('/');
    return end < 0 || path.startsWith("/") || path.contains(":/") ? "" : path.substring(0, end);
  }

  /**
   * @return true if the row is the first of another file than the row before
   */
  boolean write(RowData row) throws IOException {
    boolean full = writer.isFull();
    if (full) {
      finishFile();
    }
    writer.write(row);
    return full;
  }

  /** Ends the last file, if a row was written. */
  void finish() throws IOException {
    if (writer.isOpen()) {
      finishFile();
    }
  }

  private void finishFile() throws IOException {
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

  /** The files that are finished, in order. */
  List<Output> outputs() {
    return List.copyOf(outputs);
  }

  /** Deletes the open file, if there is one. */
  @Override
  public void close() throws IOException {
    writer.close();
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
