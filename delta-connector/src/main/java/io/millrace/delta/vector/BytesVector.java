package io.millrace.delta.vector;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.columnar.vector.BytesColumnVector;
import org.apache.flink.table.data.columnar.vector.DecimalColumnVector;

/** Strings and bytes: slices of the pages and dictionaries that they came in, not copies. */
class BytesVector extends HeapVector implements BytesColumnVector {
  byte[][] sources;
  int[] starts;
  int[] lengths;

  BytesVector(int capacity) {
    super(capacity);
    sources = new byte[capacity][];
    starts = new int[capacity];
    lengths = new int[capacity];
  }

  @Override
  final void grow(int capacity) {
    sources = Arrays.copyOf(sources, capacity);
    starts = Arrays.copyOf(starts, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
  }

  @Override
  public final Bytes getBytes(int i) {
    return new Bytes(sources[i], starts[i], lengths[i]);
  }

  /** Decimals of more than 18 digits, unscaled, in two's complement, big-endian. */
  static final class Decimals extends BytesVector implements DecimalColumnVector {
    private final int scale;

    /**
     * @param scale of the file's numbers, which may be less than the column's
     */
    Decimals(int capacity, int scale) {
      super(capacity);
      this.scale = scale;
    }

    @Override
    public DecimalData getDecimal(int i, int wantedPrecision, int wantedScale) {
      BigInteger unscaled = new BigInteger(sources[i], starts[i], lengths[i]);
      return DecimalData.fromBigDecimal(
          new BigDecimal(unscaled, scale), wantedPrecision, wantedScale);
    }
  }
}
