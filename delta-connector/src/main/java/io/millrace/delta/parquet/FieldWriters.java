package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.RowLayout;
import java.util.Arrays;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** The field writer of each type. Values go to the consumer; columns may keep bytes only copied. */
final class FieldWriters {
  private final RecordConsumer out;
  private final NullChecks nulls;

  FieldWriters(RecordConsumer out, NullChecks nulls) {
    this.out = out;
    this.nulls = nulls;
  }

  /**
   * @param path of the column, for messages and statistics: {@code address.street}
   */
  FieldWriter of(LogicalType type, String path) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> new BooleanWriter();
      case TINYINT, SMALLINT, INTEGER, DATE -> new IntWriter(type);
      case BIGINT -> new LongWriter();
      case FLOAT -> new FloatWriter();
      case DOUBLE -> new DoubleWriter();
      case CHAR, VARCHAR -> new StringWriter();
      case BINARY, VARBINARY -> new BinaryWriter();
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          new TimestampWriter(LogicalTypeChecks.getPrecision(type));
      case DECIMAL -> new DecimalWriter((DecimalType) type);
      case ARRAY -> new ListWriter((ArrayType) type, path, this);
      case MAP -> new MapWriter((MapType) type, path, this);
      case ROW -> new GroupWriter((RowType) type, path, this);
      default -> throw new IllegalStateException("type " + type + " passed the schema");
    };
  }

  RecordConsumer out() {
    return out;
  }

  NullChecks nulls() {
    return nulls;
  }

  private final class BooleanWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      out.addBoolean(row.getBoolean(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addBoolean(row.longAt(field) != 0);
    }

    @Override
    void writeValue(Object value) {
      out.addBoolean((Boolean) value);
    }
  }

  /** Everything that Parquet stores as int32 apart from small decimals. */
  private final class IntWriter extends FieldWriter {
    private final LogicalType type;

    IntWriter(LogicalType type) {
      this.type = type;
    }

    @Override
    void write(RowData row, int field) {
      out.addInteger(
          switch (type.getTypeRoot()) {
            case TINYINT -> row.getByte(field);
            case SMALLINT -> row.getShort(field);
            default -> row.getInt(field);
          });
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addInteger((int) row.longAt(field));
    }

    @Override
    void writeValue(Object value) {
      out.addInteger(((Number) value).intValue());
    }
  }

  private final class LongWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      out.addLong(row.getLong(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addLong(row.longAt(field));
    }

    @Override
    void writeValue(Object value) {
      out.addLong((Long) value);
    }
  }

  private final class FloatWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      out.addFloat(row.getFloat(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addFloat(row.getFloat(field));
    }

    @Override
    void writeValue(Object value) {
      out.addFloat((Float) value);
    }
  }

  private final class DoubleWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      out.addDouble(row.getDouble(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addDouble(row.getDouble(field));
    }

    @Override
    void writeValue(Object value) {
      out.addDouble((Double) value);
    }
  }

  private final class StringWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      writeValue(row.getString(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      // Reused: parquet-java copies what its dictionary and statistics keep.
      out.addBinary(
          Binary.fromReusedByteArray(
              row.bufferAt(field), row.offsetAt(field), row.lengthAt(field)));
    }

    @Override
    void writeValue(Object value) {
      out.addBinary(bytesOf((StringData) value));
    }
  }

  private static Binary bytesOf(StringData value) {
    if (value instanceof BinaryStringData binary) {
      binary.ensureMaterialized();
      MemorySegment[] segments = binary.getSegments();
      if (segments.length == 1 && !segments[0].isOffHeap()) {
        return Binary.fromReusedByteArray(
            segments[0].getArray(), binary.getOffset(), binary.getSizeInBytes());
      }
    }
    return Binary.fromConstantByteArray(value.toBytes());
  }

  private final class BinaryWriter extends FieldWriter {
    @Override
    void write(RowData row, int field) {
      writeValue(row.getBinary(field));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addBinary(
          Binary.fromReusedByteArray(
              row.bufferAt(field), row.offsetAt(field), row.lengthAt(field)));
    }

    @Override
    void writeValue(Object value) {
      out.addBinary(Binary.fromReusedByteArray((byte[]) value));
    }
  }

  /** Microseconds since 1970; Delta has no more, so nanoseconds are cut off. */
  private final class TimestampWriter extends FieldWriter {
    private final int precision;

    TimestampWriter(int precision) {
      this.precision = precision;
    }

    @Override
    void write(RowData row, int field) {
      writeValue(row.getTimestamp(field, precision));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      out.addLong(micros(row.longAt(field), row.nanosAt(field)));
    }

    @Override
    void writeValue(Object value) {
      TimestampData timestamp = (TimestampData) value;
      out.addLong(micros(timestamp.getMillisecond(), timestamp.getNanoOfMillisecond()));
    }
  }

  static long micros(long millis, int nanosOfMilli) {
    return Math.addExact(Math.multiplyExact(millis, 1000L), nanosOfMilli / 1000);
  }

  private final class DecimalWriter extends FieldWriter {
    private final int precision;
    private final int scale;
    private final byte[] fixed;

    DecimalWriter(DecimalType type) {
      precision = type.getPrecision();
      scale = type.getScale();
      fixed = new byte[ParquetTypes.decimalBytes(precision)];
    }

    @Override
    void write(RowData row, int field) {
      writeValue(row.getDecimal(field, precision, scale));
    }

    @Override
    void writeFlat(FlatRow row, int field) {
      if (row.layout().slot(field) == RowLayout.Slot.LONG) {
        writeUnscaled(row.longAt(field));
      } else {
        writeValue(row.objectAt(field));
      }
    }

    @Override
    void writeValue(Object value) {
      DecimalData decimal = (DecimalData) value;
      if (precision <= 18) {
        writeUnscaled(decimal.toUnscaledLong());
        return;
      }
      byte[] unscaled = decimal.toUnscaledBytes();
      int padding = fixed.length - unscaled.length;
      Arrays.fill(fixed, 0, padding, (byte) (unscaled[0] < 0 ? -1 : 0));
      System.arraycopy(unscaled, 0, fixed, padding, unscaled.length);
      out.addBinary(Binary.fromReusedByteArray(fixed));
    }

    private void writeUnscaled(long unscaled) {
      if (precision <= 9) {
        out.addInteger((int) unscaled);
      } else {
        out.addLong(unscaled);
      }
    }
  }
}
