package io.millrace.delta.vector;

import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;

/** Integers of 8 bits, which files keep in 32. */
final class ByteDecoder extends ValueDecoder<ByteVector> {
  private byte[] dictionary = {};

  ByteDecoder() {
    super(false);
  }

  @Override
  ByteVector newVector(int capacity) {
    return new ByteVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new byte[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] = (byte) from.decodeToInt(id);
    }
  }

  @Override
  void lookUp(int[] ids, int count, ByteVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void readEach(ValuesReader values, int count, ByteVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = (byte) values.readInteger();
    }
  }
}
