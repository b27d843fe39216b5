package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.ShortColumnVector;

final class ShortVector extends HeapVector implements ShortColumnVector {
  short[] values;

  ShortVector(int capacity) {
    super(capacity);
    values = new short[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public short getShort(int i) {
    return values[i];
  }
}
