package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.IntColumnVector;

final class IntVector extends HeapVector implements IntColumnVector {
  int[] values;

  IntVector(int capacity) {
    super(capacity);
    values = new int[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public int getInt(int i) {
    return values[i];
  }
}
