package io.millrace.delta.vector;

import org.apache.flink.table.data.columnar.vector.LongColumnVector;

/** Positions of rows that follow each other in a file: known by the first, never filled in. */
final class PositionVector implements LongColumnVector, PositionedVector {
  private long first;

  @Override
  public void startAt(long position) {
    first = position;
  }

  @Override
  public long getLong(int i) {
    return first + i;
  }

  @Override
  public boolean isNullAt(int i) {
    return false;
  }
}
