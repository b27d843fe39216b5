package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.ByteColumnVector;

final class ByteVector extends HeapVector implements ByteColumnVector {
  byte[] values;

  ByteVector(int capacity) {
    super(capacity);
    values = new byte[capacity];
  }

  @Override
  void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public byte getByte(int i) {
    return values[i];
  }
}
