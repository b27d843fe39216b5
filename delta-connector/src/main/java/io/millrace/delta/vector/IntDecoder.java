package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;

/** Integers of 32 bits, and days since 1970. */
final class IntDecoder extends ValueDecoder<IntVector> {
  private int[] dictionary = {};

  IntDecoder() {
    super(true);
  }

  @Override
  IntVector newVector(int capacity) {
    return new IntVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new int[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] = from.decodeToInt(id);
    }
  }

  @Override
  void lookUp(int[] ids, int count, IntVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void copyPlain(ByteBuffer page, int count, IntVector vector, int at) {
    page.asIntBuffer().get(vector.values, at, count);
    page.position(page.position() + count * Integer.BYTES);
  }

  @Override
  void readEach(ValuesReader values, int count, IntVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = values.readInteger();
    }
  }
}
