package io.millrace.delta.vector;

import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.ParquetDecodingException;

/** Truth values. */
final class BooleanDecoder extends ValueDecoder<BooleanVector> {
  BooleanDecoder() {
    super(false);
  }

  @Override
  BooleanVector newVector(int capacity) {
    return new BooleanVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    throw new ParquetDecodingException("a dictionary of booleans");
  }

  @Override
  void lookUp(int[] ids, int count, BooleanVector vector, int at) {
    throw new ParquetDecodingException("a dictionary of booleans");
  }

  @Override
  void readEach(ValuesReader values, int count, BooleanVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = values.readBoolean();
    }
  }
}
