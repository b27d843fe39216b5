package io.millrace.delta.kernel;

import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.MapValue;
import io.delta.kernel.data.Row;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kernel's values as plain Java ones. */
final class KernelValues {
  private KernelValues() {}

  static @Nullable Object value(Row row, int column, DataType type) {
    if (row.isNullAt(column)) {
      return null;
    } else if (type instanceof StringType) {
      return row.getString(column);
    } else if (type instanceof LongType) {
      return row.getLong(column);
    } else if (type instanceof IntegerType) {
      return row.getInt(column);
    } else if (type instanceof DoubleType) {
      return row.getDouble(column);
    } else if (type instanceof DecimalType) {
      return row.getDecimal(column);
    } else if (type instanceof BooleanType) {
      return row.getBoolean(column);
    } else if (type instanceof TimestampType) {
      return instant(row.getLong(column));
    } else if (type instanceof TimestampNTZType) {
      return dateTime(row.getLong(column));
    } else if (type instanceof DateType) {
      return LocalDate.ofEpochDay(row.getInt(column));
    } else if (type instanceof FloatType) {
      return row.getFloat(column);
    } else if (type instanceof ShortType) {
      return row.getShort(column);
    } else if (type instanceof ByteType) {
      return row.getByte(column);
    } else if (type instanceof BinaryType) {
      return row.getBinary(column);
    } else if (type instanceof StructType struct) {
      return struct(row.getStruct(column), struct);
    } else if (type instanceof ArrayType array) {
      return list(row.getArray(column), array);
    } else if (type instanceof MapType map) {
      return map(row.getMap(column), map);
    }
    throw unsupported(type);
  }

  private static @Nullable Object element(ColumnVector vector, int index, DataType type) {
    if (vector.isNullAt(index)) {
      return null;
    } else if (type instanceof StringType) {
      return vector.getString(index);
    } else if (type instanceof LongType) {
      return vector.getLong(index);
    } else if (type instanceof IntegerType) {
      return vector.getInt(index);
    } else if (type instanceof DoubleType) {
      return vector.getDouble(index);
    } else if (type instanceof DecimalType) {
      return vector.getDecimal(index);
    } else if (type instanceof BooleanType) {
      return vector.getBoolean(index);
    } else if (type instanceof TimestampType) {
      return instant(vector.getLong(index));
    } else if (type instanceof TimestampNTZType) {
      return dateTime(vector.getLong(index));
    } else if (type instanceof DateType) {
      return LocalDate.ofEpochDay(vector.getInt(index));
    } else if (type instanceof FloatType) {
      return vector.getFloat(index);
    } else if (type instanceof ShortType) {
      return vector.getShort(index);
    } else if (type instanceof ByteType) {
      return vector.getByte(index);
    } else if (type instanceof BinaryType) {
      return vector.getBinary(index);
    } else if (type instanceof StructType struct) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      for (int i = 0; i < struct.length(); i++) {
        values.put(
            struct.at(i).getName(), element(vector.getChild(i), index, struct.at(i).getDataType()));
      }
      return values;
    } else if (type instanceof ArrayType array) {
      return list(vector.getArray(index), array);
    } else if (type instanceof MapType map) {
      return map(vector.getMap(index), map);
    }
    throw unsupported(type);
  }

  static Map<String, @Nullable Object> struct(Row row, StructType type) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < type.length(); i++) {
      values.put(type.at(i).getName(), value(row, i, type.at(i).getDataType()));
    }
    return values;
  }

  private static List<@Nullable Object> list(ArrayValue array, ArrayType type) {
    List<@Nullable Object> values = new ArrayList<>(array.getSize());
    for (int i = 0; i < array.getSize(); i++) {
      values.add(element(array.getElements(), i, type.getElementType()));
    }
    return values;
  }

  private static Map<@Nullable Object, @Nullable Object> map(MapValue map, MapType type) {
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < map.getSize(); i++) {
      values.put(
          element(map.getKeys(), i, type.getKeyType()),
          element(map.getValues(), i, type.getValueType()));
    }
    return values;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static LocalDateTime dateTime(long micros) {
    return LocalDateTime.ofInstant(instant(micros), ZoneOffset.UTC);
  }

  private static MillraceException unsupported(DataType type) {
    return new MillraceException(
        ErrorCode.TYPE_UNSUPPORTED,
        "values of Delta type %s cannot be read here".formatted(type),
        "leave the column out");
  }
}
