package io.millrace.delta.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.io.ParquetDecodingException;
import org.apache.parquet.io.api.Binary;

/** Ways from a file's value to a number of 64 bits. */
final class LongReadings {
  private static final int JULIAN_DAY_OF_EPOCH = 2_440_588;
  private static final long MICROS_PER_DAY = TimeUnit.DAYS.toMicros(1);
  private static final int INT96_BYTES = 12;
  private static final int NANOS_PER_MICRO = 1000;

  static final LongDecoder.Reading INT64 = int64(LongUnaryOperator.identity());
  static final LongDecoder.Reading INT32 = int32(LongUnaryOperator.identity());
  static final LongDecoder.Reading DAYS_AS_MICROS = int32(days -> days * MICROS_PER_DAY);
  static final LongDecoder.Reading MILLIS_AS_MICROS =
      int64(millis -> Math.multiplyExact(millis, NANOS_PER_MICRO));
  static final LongDecoder.Reading NANOS_AS_MICROS =
      int64(nanos -> Math.floorDiv(nanos, NANOS_PER_MICRO));
  static final LongDecoder.Reading INT96_AS_MICROS = binary(LongReadings::microsOfInt96);
  static final LongDecoder.Reading BIG_ENDIAN = binary(LongReadings::bigEndian);

  private LongReadings() {}

  private interface OfBinary {
    long convert(ByteBuffer value);
  }

  private static LongDecoder.Reading int64(LongUnaryOperator conversion) {
    return new LongDecoder.Reading() {
      @Override
      public long next(ValuesReader values) {
        return conversion.applyAsLong(values.readLong());
      }

      @Override
      public long at(Dictionary dictionary, int id) {
        return conversion.applyAsLong(dictionary.decodeToLong(id));
      }
    };
  }

  private static LongDecoder.Reading int32(LongUnaryOperator conversion) {
    return new LongDecoder.Reading() {
      @Override
      public long next(ValuesReader values) {
        return conversion.applyAsLong(values.readInteger());
      }

      @Override
      public long at(Dictionary dictionary, int id) {
        return conversion.applyAsLong(dictionary.decodeToInt(id));
      }
    };
  }

  private static LongDecoder.Reading binary(OfBinary conversion) {
    return new LongDecoder.Reading() {
      @Override
      public long next(ValuesReader values) {
        return convert(values.readBytes());
      }

      @Override
      public long at(Dictionary dictionary, int id) {
        return convert(dictionary.decodeToBinary(id));
      }

      private long convert(Binary value) {
        return conversion.convert(value.toByteBuffer().slice());
      }
    };
  }

  /** Nanoseconds of the day, then the Julian day, both little-endian. */
  private static long microsOfInt96(ByteBuffer value) {
    if (value.remaining() != INT96_BYTES) {
      throw new ParquetDecodingException("an INT96 of %d bytes".formatted(value.remaining()));
    }
    value.order(ByteOrder.LITTLE_ENDIAN);
    long nanosOfDay = value.getLong(0);
    long day = (long) value.getInt(Long.BYTES) - JULIAN_DAY_OF_EPOCH;
    return day * MICROS_PER_DAY + Math.floorDiv(nanosOfDay, NANOS_PER_MICRO);
  }

  /** A number in two's complement that fits, whatever its length. */
  private static long bigEndian(ByteBuffer value) {
    long number = value.hasRemaining() ? value.get(0) >> (Byte.SIZE - 1) : 0;
    for (int i = 0; i < value.limit(); i++) {
      number = number << Byte.SIZE | (value.get(i) & 0xFF);
    }
    return number;
  }
}
