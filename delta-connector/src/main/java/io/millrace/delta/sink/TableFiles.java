package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.util.List;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.data.RowData;

/**
 * The files that one subtask writes for one table between two barriers, with the metrics {@code
 * rowsWritten}, {@code filesWritten} and {@code bytesWritten} of the table. Owned by the task's
 * thread.
 */
public interface TableFiles extends AutoCloseable {
  static TableFiles of(
      DeltaTableSpec spec,
      WriteRules rules,
      int subtask,
      ParquetOptions options,
      PartitionOptions partitions,
      MetricGroup metrics) {
    var counters = new FileCounters(metrics.addGroup("table", spec.name()));
    var writer = new RowDataParquetWriter(spec, rules.names(), subtask, options);
    return spec.partitionColumns().isEmpty()
        ? new PlainFiles(writer, counters)
        : new PartitionedFiles(spec, rules.names(), writer, partitions, counters);
  }

  /** Appends a row and returns its position in the file {@link #fileId()}. */
  long write(RowData row) throws IOException;

  /** Number of the file that the last row went into. */
  long fileId();

  /** Finishes the open files and hands over all files since the call before. */
  List<DataFile> take() throws IOException;

  /** Deletes the open files. Finished files that nobody took stay behind for vacuum. */
  @Override
  void close() throws IOException;
}
