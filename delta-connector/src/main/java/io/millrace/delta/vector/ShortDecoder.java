package io.millrace.delta.vector;

import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;

/** Integers of 16 bits, which files keep in 32. */
final class ShortDecoder extends ValueDecoder<ShortVector> {
  private short[] dictionary = {};

  ShortDecoder() {
    super(false);
  }

  @Override
  ShortVector newVector(int capacity) {
    return new ShortVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new short[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] = (short) from.decodeToInt(id);
    }
  }

  @Override
  void lookUp(int[] ids, int count, ShortVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void readEach(ValuesReader values, int count, ShortVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = (short) values.readInteger();
    }
  }
}
