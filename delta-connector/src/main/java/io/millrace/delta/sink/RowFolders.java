package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.Partition;
import org.apache.flink.table.data.RowData;

/** The folder in a table that the row of a key lies in, as its key alone tells. */
@FunctionalInterface
interface RowFolders {
  /** Relative to the table's folder, ending in a slash; empty for a table without partitions. */
  String of(RowData row);

  /**
   * @param names what the table calls its columns in its files
   */
  static RowFolders of(DeltaTableSpec spec, ColumnNames names) {
    if (spec.partitionColumns().isEmpty()) {
      return row -> "";
    }
    Partitions<String> folders = new Partitions<>(spec, names, Partition::folder);
    return row -> {
      folders.forgetIfMany();
      return folders.of(row);
    };
  }
}
