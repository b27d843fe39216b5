package io.millrace.delta.parquet;

import java.io.IOException;
import org.apache.flink.table.data.RowData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/** Turns the rows of one file into its bytes. Owned by one thread; used for one file. */
interface RowEncoder {
  /** Appends a row; keeps nothing of it. */
  void write(RowData row) throws IOException;

  /** Bytes written so far and about to be written. */
  long size();

  /** Bytes of rows that wait in memory. */
  long memoryBytes();

  /** Writes what is left and the footer, and closes the file. */
  ParquetMetadata finish() throws IOException;

  /** Frees memory; the file stays as it is. */
  void abandon();
}
