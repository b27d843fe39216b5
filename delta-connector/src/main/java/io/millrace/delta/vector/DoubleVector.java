package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.DoubleColumnVector;

final class DoubleVector extends HeapVector implements DoubleColumnVector {
  double[] values;

  DoubleVector(int capacity) {
    super(capacity);
    values = new double[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public double getDouble(int i) {
    return values[i];
  }
}
