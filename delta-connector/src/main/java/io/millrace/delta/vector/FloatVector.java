package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.FloatColumnVector;

final class FloatVector extends HeapVector implements FloatColumnVector {
  float[] values;

  FloatVector(int capacity) {
    super(capacity);
    values = new float[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public float getFloat(int i) {
    return values[i];
  }
}
