package io.millrace.delta.vector;

import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.flink.table.data.columnar.vector.LongColumnVector;

/** Numbers that a file holds for some of its rows; those of the others follow from their place. */
final class DefaultedVector implements LongColumnVector, PositionedVector {
  private final OutputColumn.Defaulted column;
  private ColumnVector stored;
  private long position;

  DefaultedVector(OutputColumn.Defaulted column, ColumnVector stored) {
    this.column = column;
    this.stored = stored;
  }

  ColumnVector stored() {
    return stored;
  }

  void fill(ColumnVector values) {
    stored = values;
  }

  @Override
  public void startAt(long first) {
    position = first;
  }

  @Override
  public long getLong(int i) {
    if (!stored.isNullAt(i)) {
      return ((LongColumnVector) stored).getLong(i);
    }
    return column.counts() ? column.first() + position + i : column.first();
  }

  @Override
  public boolean isNullAt(int i) {
    return false;
  }
}
