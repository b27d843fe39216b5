package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.ParquetDecodingException;

/** Strings, bytes, and decimals of more than 18 digits. */
final class BytesDecoder extends ValueDecoder<BytesVector> {
  private final IntFunction<BytesVector> vectors;
  private final int fixedLength;
  private byte[][] dictionary = {};

  /**
   * @param fixedLength of every value; 0 if each has its own
   */
  BytesDecoder(IntFunction<BytesVector> vectors, int fixedLength) {
    super(true);
    this.vectors = vectors;
    this.fixedLength = fixedLength;
  }

  @Override
  BytesVector newVector(int capacity) {
    return vectors.apply(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new byte[size][];
    for (int id = 0; id < size; id++) {
      dictionary[id] = from.decodeToBinary(id).getBytes();
    }
  }

  @Override
  void lookUp(int[] ids, int count, BytesVector vector, int at) {
    byte[][] sources = vector.sources;
    int[] lengths = vector.lengths;
    for (int i = 0; i < count; i++) {
      byte[] entry = dictionary[ids[i]];
      sources[at + i] = entry;
      lengths[at + i] = entry.length;
    }
    Arrays.fill(vector.starts, at, at + count, 0);
  }

  @Override
  void copyPlain(ByteBuffer page, int count, BytesVector vector, int at) {
    byte[] bytes = page.array();
    int position = page.position();
    for (int i = at; i < at + count; i++) {
      int length = fixedLength;
      if (length == 0) {
        length = page.getInt(position);
        position += Integer.BYTES;
      }
      if (length < 0 || length > page.limit() - position) {
        throw new ParquetDecodingException(
            "a value of %d bytes where %d are left".formatted(length, page.limit() - position));
      }
      vector.sources[i] = bytes;
      vector.starts[i] = position;
      vector.lengths[i] = length;
      position += length;
    }
    page.position(position);
  }

  @Override
  void readEach(ValuesReader values, int count, BytesVector vector, int at) {
    for (int i = at; i < at + count; i++) {
      byte[] value = values.readBytes().getBytes();
      vector.sources[i] = value;
      vector.starts[i] = 0;
      vector.lengths[i] = value.length;
    }
  }
}
