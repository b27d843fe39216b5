package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.BooleanStatistics;
import org.apache.parquet.column.statistics.Statistics;

/** A column of truth values, eight a byte. */
final class BooleanColumn extends PlainColumn {
  private int count;
  private boolean anyTrue;
  private boolean anyFalse;

  BooleanColumn(ColumnDescriptor descriptor, int pageBytes, FlatEncoder encoder) {
    super(descriptor, pageBytes, encoder);
  }

  @Override
  void appendPlain(FlatRow row, int field) {
    if ((count & 7) == 0) {
      values.putByte(0);
    }
    if (row.longAt(field) != 0) {
      anyTrue = true;
      values.bytes()[values.end() - 1] |= (byte) (1 << (count & 7));
    } else {
      anyFalse = true;
    }
    count++;
  }

  @Override
  void takeBounds(Statistics<?> statistics, boolean fromDictionary) {
    ((BooleanStatistics) statistics).setMinMax(!anyFalse, anyTrue);
    count = 0;
    anyTrue = false;
    anyFalse = false;
  }
}
