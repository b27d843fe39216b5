package io.millrace.delta.row;

import io.millrace.delta.row.RowLayout.Slot;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.runtime.typeutils.InternalSerializers;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DistinctType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/** Fields of any {@link RowData} into {@link FlatRow}s. Stateless. */
public final class FlatRows {
  private FlatRows() {}

  /**
   * A row with these values: null, Flink's internal objects ({@code StringData}, {@code
   * DecimalData}, {@code TimestampData}, {@code byte[]}, boxed numbers …), or {@code String}.
   */
  public static FlatRow of(RowType rowType, @Nullable Object... values) {
    FlatRow row = new FlatRow(rowType);
    if (values.length != row.getArity()) {
      throw new IllegalArgumentException(
          values.length + " values for " + row.getArity() + " columns");
    }
    for (int i = 0; i < values.length; i++) {
      setValue(row, i, values[i]);
    }
    return row;
  }

  /** Sets a field to an internal object of its type, see {@link #of}. */
  public static void setValue(FlatRow row, int field, @Nullable Object value) {
    if (value == null) {
      row.setNull(field);
      return;
    }
    switch (row.layout().slot(field)) {
      case LONG:
        row.setLong(field, longOf(value, row.layout().type(field)));
        break;
      case TIMESTAMP:
        TimestampData timestamp = (TimestampData) value;
        row.setTimestamp(field, timestamp.getMillisecond(), timestamp.getNanoOfMillisecond());
        break;
      case BYTES:
        if (value instanceof byte[] bytes) {
          row.setBytes(field, bytes, 0, bytes.length);
        } else if (value instanceof StringData string) {
          setString(row, field, string);
        } else {
          row.setString(field, (String) value);
        }
        break;
      default:
        row.setObject(field, value);
    }
  }

  private static long longOf(Object value, LogicalType type) {
    if (value instanceof Double number) {
      return Double.doubleToRawLongBits(number);
    }
    if (value instanceof Float number) {
      return Float.floatToRawIntBits(number);
    }
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value instanceof DecimalData decimal) {
      return unscaled(decimal, (DecimalType) source(type));
    }
    return ((Number) value).longValue();
  }

  /**
   * Sets a field of {@code target} from a field of a row of any class whose type there has the same
   * root as in the target. Bytes and objects are borrowed where the other row allows it.
   */
  public static void setField(FlatRow target, int field, RowData from, int fromField) {
    if (from.isNullAt(fromField)) {
      target.setNull(field);
      return;
    }
    RowLayout layout = target.layout();
    if (from instanceof FlatRow row && row.layout().slot(fromField) == layout.slot(field)) {
      target.copyField(row, fromField, field);
      return;
    }
    LogicalType type = source(layout.type(field));
    switch (type.getTypeRoot()) {
      case BOOLEAN:
        target.setBoolean(field, from.getBoolean(fromField));
        break;
      case TINYINT:
        target.setLong(field, from.getByte(fromField));
        break;
      case SMALLINT:
        target.setLong(field, from.getShort(fromField));
        break;
      case INTEGER:
      case DATE:
      case TIME_WITHOUT_TIME_ZONE:
      case INTERVAL_YEAR_MONTH:
        target.setLong(field, from.getInt(fromField));
        break;
      case BIGINT:
      case INTERVAL_DAY_TIME:
        target.setLong(field, from.getLong(fromField));
        break;
      case FLOAT:
        target.setFloat(field, from.getFloat(fromField));
        break;
      case DOUBLE:
        target.setDouble(field, from.getDouble(fromField));
        break;
      case DECIMAL:
        DecimalType decimalType = (DecimalType) type;
        DecimalData decimal =
            from.getDecimal(fromField, decimalType.getPrecision(), decimalType.getScale());
        if (RowLayout.isCompact(decimalType)) {
          target.setLong(field, unscaled(decimal, decimalType));
        } else {
          target.setObject(field, decimal);
        }
        break;
      case TIMESTAMP_WITHOUT_TIME_ZONE:
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        TimestampData timestamp =
            from.getTimestamp(fromField, LogicalTypeChecks.getPrecision(type));
        target.setTimestamp(field, timestamp.getMillisecond(), timestamp.getNanoOfMillisecond());
        break;
      case CHAR:
      case VARCHAR:
        setString(target, field, from.getString(fromField));
        break;
      case BINARY:
      case VARBINARY:
        byte[] bytes = from.getBinary(fromField);
        target.setBytes(field, bytes, 0, bytes.length);
        break;
      default:
        Object value = RowData.createFieldGetter(type, fromField).getFieldOrNull(from);
        setValue(target, field, value);
    }
  }

  /** Sets a string field, borrowing the bytes of the string where they lie in one array. */
  public static void setString(FlatRow target, int field, StringData string) {
    if (string instanceof BinaryStringData binary) {
      binary.ensureMaterialized();
      MemorySegment[] segments = binary.getSegments();
      if (segments.length == 1 && !segments[0].isOffHeap()) {
        target.setBytes(field, segments[0].getArray(), binary.getOffset(), binary.getSizeInBytes());
        return;
      }
    }
    byte[] bytes = string.toBytes();
    target.setBytes(field, bytes, 0, bytes.length);
  }

  /** Rows built by hand may carry a decimal of another scale than their type says. */
  private static long unscaled(DecimalData decimal, DecimalType type) {
    if (decimal.scale() == type.getScale() && decimal.precision() <= 18) {
      return decimal.toUnscaledLong();
    }
    DecimalData rescaled =
        DecimalData.fromBigDecimal(decimal.toBigDecimal(), type.getPrecision(), type.getScale());
    if (rescaled == null) {
      throw new ArithmeticException("decimal does not fit " + type.asSummaryString());
    }
    return rescaled.toUnscaledLong();
  }

  private static LogicalType source(LogicalType type) {
    return type instanceof DistinctType distinct ? source(distinct.getSourceType()) : type;
  }

  /** Serializers of the OBJECT slots by field; null at the other slots. */
  @SuppressWarnings("unchecked")
  static @Nullable TypeSerializer<Object>[] objectSerializers(RowLayout layout) {
    TypeSerializer<Object>[] serializers = new TypeSerializer[layout.arity()];
    for (int i = 0; i < serializers.length; i++) {
      if (layout.slot(i) == Slot.OBJECT) {
        serializers[i] = InternalSerializers.create(source(layout.type(i)));
      }
    }
    return serializers;
  }

  /** Makes {@code target} an independent copy, its slices in its own arena. */
  static FlatRow detach(
      FlatRow from, FlatRow target, @Nullable TypeSerializer<Object>[] objectSerializers) {
    RowLayout layout = target.layout();
    int bytes = 0;
    for (int i = 0; i < layout.arity(); i++) {
      if (layout.slot(i) == Slot.BYTES && !from.isNullAt(i)) {
        bytes += from.lengthAt(i);
      }
    }
    byte[] arena = target.arena(bytes);
    int position = 0;
    target.setRowKind(from.getRowKind());
    for (int i = 0; i < layout.arity(); i++) {
      if (from.isNullAt(i)) {
        target.setNull(i);
      } else if (layout.slot(i) == Slot.BYTES) {
        int length = from.lengthAt(i);
        System.arraycopy(from.bufferAt(i), from.offsetAt(i), arena, position, length);
        target.setBytes(i, arena, position, length);
        position += length;
      } else {
        target.copyField(from, i, i);
        TypeSerializer<Object> serializer = objectSerializers[i];
        if (serializer != null) {
          target.setObject(i, serializer.copy(from.objectAt(i)));
        }
      }
    }
    return target;
  }

  static String text(FlatRow row, int field) {
    LogicalType type = source(row.layout().type(field));
    switch (type.getTypeRoot()) {
      case BINARY:
      case VARBINARY:
        return "0x"
            + HexFormat.of()
                .formatHex(
                    row.bufferAt(field),
                    row.offsetAt(field),
                    row.offsetAt(field) + row.lengthAt(field));
      case NULL:
        return "null";
      default:
        Object value = RowData.createFieldGetter(type.copy(false), field).getFieldOrNull(row);
        return value instanceof Object[] array ? Arrays.toString(array) : String.valueOf(value);
    }
  }
}
