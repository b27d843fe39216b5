package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;

/** Numbers of single precision. */
final class FloatDecoder extends ValueDecoder<FloatVector> {
  private float[] dictionary = {};

  FloatDecoder() {
    super(true);
  }

  @Override
  FloatVector newVector(int capacity) {
    return new FloatVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new float[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] = from.decodeToFloat(id);
    }
  }

  @Override
  void lookUp(int[] ids, int count, FloatVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void copyPlain(ByteBuffer page, int count, FloatVector vector, int at) {
    page.asFloatBuffer().get(vector.values, at, count);
    page.position(page.position() + count * Float.BYTES);
  }

  @Override
  void readEach(ValuesReader values, int count, FloatVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = values.readFloat();
    }
  }
}
