package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.data.RowData;

/**
 * The files that one subtask writes for one table between two barriers, with the metrics {@code
 * rowsWritten}, {@code filesWritten} and {@code bytesWritten} of the table. Owned by the task's
 * thread.
 */
final class TableFiles implements AutoCloseable {
  private final RowDataParquetWriter writer;
  private final Counter rows;
  private final Counter files;
  private final Counter bytes;
  private List<DataFile> finished = new ArrayList<>();

  TableFiles(DeltaTableSpec spec, int subtask, ParquetOptions options, MetricGroup metrics) {
    writer = new RowDataParquetWriter(spec, subtask, options);
    MetricGroup table = metrics.addGroup("table", spec.name());
    rows = table.counter("rowsWritten");
    files = table.counter("filesWritten");
    bytes = table.counter("bytesWritten");
  }

  /** Appends a row and returns its position in the file {@link #fileId()}. */
  long write(RowData row) throws IOException {
    if (writer.isFull()) {
      finishFile();
    }
    long position = writer.write(row);
    rows.inc();
    return position;
  }

  /** Number of the file that the last row went into. */
  long fileId() {
    return writer.fileId();
  }

  /** Finishes the open file and hands over all files since the call before. */
  List<DataFile> take() throws IOException {
    if (writer.isOpen()) {
      finishFile();
    }
    List<DataFile> taken = finished;
    finished = new ArrayList<>();
    return taken;
  }

  private void finishFile() throws IOException {
    DataFile file = writer.finishFile();
    finished.add(file);
    files.inc();
    bytes.inc(file.sizeBytes());
  }

  /** Deletes the open file. Finished files that nobody took stay behind for vacuum. */
  @Override
  public void close() throws IOException {
    writer.close();
  }
}
