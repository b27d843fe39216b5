package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.flink.table.data.RowData;

/**
 * Hands the value of one field, which is not null, to parquet-java. There are three ways in: a
 * field of a row, the same of a {@link FlatRow} without an object per value, and a boxed value, for
 * elements of arrays and maps.
 */
abstract class FieldWriter {
  /** Field {@code field} of any row. */
  abstract void write(RowData row, int field);

  /** Field {@code field} of a flat row. */
  abstract void writeFlat(FlatRow row, int field);

  /** A value in Flink's internal form. */
  abstract void writeValue(Object value);
}
