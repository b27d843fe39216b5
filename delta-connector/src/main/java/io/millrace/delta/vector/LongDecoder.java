package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;

/** Whatever becomes a number of 64 bits: integers, timestamps, decimals of up to 18 digits. */
final class LongDecoder extends ValueDecoder<LongVector> {
  /** How one value is made from the file's. */
  interface Reading {
    long next(ValuesReader values);

    long at(Dictionary dictionary, int id);
  }

  private final IntFunction<LongVector> vectors;
  private final Reading reading;
  private final int plainBytes;
  private long[] dictionary = {};

  /**
   * @param plainBytes bytes of a plain value that is the number itself; 0 if it is not
   */
  LongDecoder(IntFunction<LongVector> vectors, Reading reading, int plainBytes) {
    super(plainBytes > 0);
    this.vectors = vectors;
    this.reading = reading;
    this.plainBytes = plainBytes;
  }

  @Override
  LongVector newVector(int capacity) {
    return vectors.apply(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new long[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] = reading.at(from, id);
    }
  }

  @Override
  void lookUp(int[] ids, int count, LongVector vector, int at) {
    long[] values = vector.values;
    for (int i = 0; i < count; i++) {
      values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void copyPlain(ByteBuffer page, int count, LongVector vector, int at) {
    if (plainBytes == Long.BYTES) {
      page.asLongBuffer().get(vector.values, at, count);
    } else {
      for (int i = 0; i < count; i++) {
        vector.values[at + i] = page.getInt(page.position() + i * Integer.BYTES);
      }
    }
    page.position(page.position() + count * plainBytes);
  }

  @Override
  void readEach(ValuesReader values, int count, LongVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = reading.next(values);
    }
  }
}
