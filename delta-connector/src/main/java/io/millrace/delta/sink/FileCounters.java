package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** What one subtask has written for one table. */
final class FileCounters {
  private final Counter rows;
  private final Counter files;
  private final Counter bytes;

  FileCounters(MetricGroup table) {
    rows = table.counter("rowsWritten");
    files = table.counter("filesWritten");
    bytes = table.counter("bytesWritten");
  }

  void wroteRow() {
    rows.inc();
  }

  void finished(DataFile file) {
    files.inc();
    bytes.inc(file.sizeBytes());
  }
}
