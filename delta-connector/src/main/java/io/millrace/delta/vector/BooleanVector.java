package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.BooleanColumnVector;

final class BooleanVector extends HeapVector implements BooleanColumnVector {
  boolean[] values;

  BooleanVector(int capacity) {
    super(capacity);
    values = new boolean[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public boolean getBoolean(int i) {
    return values[i];
  }
}
