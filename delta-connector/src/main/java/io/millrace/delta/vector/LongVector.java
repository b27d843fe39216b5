package io.millrace.delta.vector;

import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.columnar.vector.DecimalColumnVector;
import org.apache.flink.table.data.columnar.vector.LongColumnVector;
import org.apache.flink.table.data.columnar.vector.TimestampColumnVector;

/** Numbers of 64 bits: integers, and whatever is kept as one. */
class LongVector extends HeapVector implements LongColumnVector {
  long[] values;

  LongVector(int capacity) {
    super(capacity);
    values = new long[capacity];
  }

  @Override
  final void grow(int capacity) {
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public final long getLong(int i) {
    return values[i];
  }

  /** Microseconds since 1970. */
  static final class Micros extends LongVector implements TimestampColumnVector {
    private static final int MILLIS_PRECISION = 3;
    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MICRO = 1000;

    Micros(int capacity) {
      super(capacity);
    }

    @Override
    public TimestampData getTimestamp(int i, int precision) {
      return timestamp(values[i], precision);
    }

    /** Finer digits than the column's type has are cut off, as a cast would. */
    static TimestampData timestamp(long micros, int precision) {
      long millis = Math.floorDiv(micros, MICROS_PER_MILLI);
      if (precision <= MILLIS_PRECISION) {
        return TimestampData.fromEpochMillis(millis);
      }
      return TimestampData.fromEpochMillis(
          millis, (int) (micros - millis * MICROS_PER_MILLI) * NANOS_PER_MICRO);
    }
  }

  /** Decimals of at most 18 digits, unscaled. */
  static final class Decimals extends LongVector implements DecimalColumnVector {
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
      if (scale == wantedScale && DecimalData.isCompact(wantedPrecision)) {
        return DecimalData.fromUnscaledLong(values[i], wantedPrecision, wantedScale);
      }
      return DecimalData.fromBigDecimal(
          BigDecimal.valueOf(values[i], scale), wantedPrecision, wantedScale);
    }
  }
}
