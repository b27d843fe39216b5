package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.RowData;

/** Files of a table without partitions, one after the other. */
final class PlainFiles implements TableFiles {
  private final RowDataParquetWriter writer;
  private final FileCounters counters;
  private List<DataFile> finished = new ArrayList<>();

  PlainFiles(RowDataParquetWriter writer, FileCounters counters) {
    this.writer = writer;
    this.counters = counters;
  }

  @Override
  public long write(RowData row) throws IOException {
    if (writer.isFull()) {
      finishFile();
    }
    long position = writer.write(row);
    counters.wroteRow();
    return position;
  }

  @Override
  public long fileId() {
    return writer.fileId();
  }

  @Override
  public List<DataFile> take() throws IOException {
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
    counters.finished(file);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
