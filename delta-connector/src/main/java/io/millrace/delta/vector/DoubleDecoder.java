package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Numbers of double precision, from files that may still have narrower ones. */
final class DoubleDecoder extends ValueDecoder<DoubleVector> {
  private final PrimitiveTypeName file;
  private double[] dictionary = {};

  /**
   * @param file DOUBLE, FLOAT or INT32
   */
  DoubleDecoder(PrimitiveTypeName file) {
    super(file == PrimitiveTypeName.DOUBLE);
    this.file = file;
  }

  @Override
  DoubleVector newVector(int capacity) {
    return new DoubleVector(capacity);
  }

  @Override
  void loadDictionary(Dictionary from, int size) {
    dictionary = new double[size];
    for (int id = 0; id < size; id++) {
      dictionary[id] =
          switch (file) {
            case DOUBLE -> from.decodeToDouble(id);
            case FLOAT -> from.decodeToFloat(id);
            default -> from.decodeToInt(id);
          };
    }
  }

  @Override
  void lookUp(int[] ids, int count, DoubleVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] = dictionary[ids[i]];
    }
  }

  @Override
  void copyPlain(ByteBuffer page, int count, DoubleVector vector, int at) {
    page.asDoubleBuffer().get(vector.values, at, count);
    page.position(page.position() + count * Double.BYTES);
  }

  @Override
  void readEach(ValuesReader values, int count, DoubleVector vector, int at) {
    for (int i = 0; i < count; i++) {
      vector.values[at + i] =
          switch (file) {
            case DOUBLE -> values.readDouble();
            case FLOAT -> values.readFloat();
            default -> values.readInteger();
          };
    }
  }
}
