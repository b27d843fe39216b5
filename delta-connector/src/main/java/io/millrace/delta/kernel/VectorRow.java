package io.millrace.delta.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.MapValue;
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
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.types.RowKind;
import org.apache.flink.types.variant.Variant;
import org.jspecify.annotations.Nullable;

/**
 * One row of a batch that Kernel has read, as Flink sees rows; moved from row to row. Nested values
 * are copied out, plain ones are read in place.
 */
final class VectorRow implements RowData {
  private static final long MICROS_PER_MILLI = 1000;
  private static final int NANOS_PER_MICRO = 1000;

  private final ColumnVector[] vectors;
  private int row;

  VectorRow(int columns) {
    this.vectors = new ColumnVector[columns];
  }

  /** Shows the rows of a batch from now on. */
  void show(ColumnarBatch batch) {
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = batch.getColumnVector(i);
    }
  }

  void moveTo(int next) {
    row = next;
  }

  @Override
  public int getArity() {
    return vectors.length;
  }

  @Override
  public RowKind getRowKind() {
    return RowKind.INSERT;
  }

  @Override
  public void setRowKind(RowKind kind) {
    throw new UnsupportedOperationException("a stored row has no kind");
  }

  @Override
  public boolean isNullAt(int column) {
    return vectors[column].isNullAt(row);
  }

  @Override
  public boolean getBoolean(int column) {
    return vectors[column].getBoolean(row);
  }

  @Override
  public byte getByte(int column) {
    return vectors[column].getByte(row);
  }

  @Override
  public short getShort(int column) {
    return vectors[column].getShort(row);
  }

  @Override
  public int getInt(int column) {
    return vectors[column].getInt(row);
  }

  @Override
  public long getLong(int column) {
    return vectors[column].getLong(row);
  }

  @Override
  public float getFloat(int column) {
    return vectors[column].getFloat(row);
  }

  @Override
  public double getDouble(int column) {
    return vectors[column].getDouble(row);
  }

  @Override
  public StringData getString(int column) {
    return string(vectors[column], row);
  }

  @Override
  public DecimalData getDecimal(int column, int precision, int scale) {
    return decimal(vectors[column].getDecimal(row), precision, scale);
  }

  @Override
  public TimestampData getTimestamp(int column, int precision) {
    return timestamp(vectors[column].getLong(row));
  }

  @Override
  public <T> RawValueData<T> getRawValue(int column) {
    throw new UnsupportedOperationException("Delta has no raw values");
  }

  @Override
  public byte[] getBinary(int column) {
    return vectors[column].getBinary(row);
  }

  @Override
  public ArrayData getArray(int column) {
    return array(vectors[column].getArray(row), (ArrayType) vectors[column].getDataType());
  }

  @Override
  public MapData getMap(int column) {
    return map(vectors[column].getMap(row), (MapType) vectors[column].getDataType());
  }

  @Override
  public RowData getRow(int column, int fields) {
    return struct(vectors[column], row, (StructType) vectors[column].getDataType());
  }

  @Override
  public Variant getVariant(int column) {
    throw new UnsupportedOperationException("variants are refused before rows are read");
  }

  private static StringData string(ColumnVector vector, int i) {
    return StringData.fromBytes(vector.getString(i).getBytes(UTF_8));
  }

  private static DecimalData decimal(BigDecimal value, int precision, int scale) {
    return DecimalData.fromBigDecimal(value, precision, scale);
  }

  private static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, MICROS_PER_MILLI),
        (int) Math.floorMod(micros, MICROS_PER_MILLI) * NANOS_PER_MICRO);
  }

  private static GenericRowData struct(ColumnVector vector, int i, StructType type) {
    GenericRowData values = new GenericRowData(type.length());
    for (int field = 0; field < type.length(); field++) {
      values.setField(field, value(vector.getChild(field), i, type.at(field).getDataType()));
    }
    return values;
  }

  private static GenericArrayData array(ArrayValue array, ArrayType type) {
    @Nullable Object[] values = new Object[array.getSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value(array.getElements(), i, type.getElementType());
    }
    return new GenericArrayData(values);
  }

  private static GenericMapData map(MapValue map, MapType type) {
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = 0; i < map.getSize(); i++) {
      values.put(
          value(map.getKeys(), i, type.getKeyType()),
          value(map.getValues(), i, type.getValueType()));
    }
    return new GenericMapData(values);
  }

  private static @Nullable Object value(ColumnVector vector, int i, DataType type) {
    if (vector.isNullAt(i)) {
      return null;
    } else if (type instanceof StringType) {
      return string(vector, i);
    } else if (type instanceof LongType) {
      return vector.getLong(i);
    } else if (type instanceof IntegerType || type instanceof DateType) {
      return vector.getInt(i);
    } else if (type instanceof DoubleType) {
      return vector.getDouble(i);
    } else if (type instanceof DecimalType decimal) {
      return decimal(vector.getDecimal(i), decimal.getPrecision(), decimal.getScale());
    } else if (type instanceof BooleanType) {
      return vector.getBoolean(i);
    } else if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      return timestamp(vector.getLong(i));
    } else if (type instanceof FloatType) {
      return vector.getFloat(i);
    } else if (type instanceof ShortType) {
      return vector.getShort(i);
    } else if (type instanceof ByteType) {
      return vector.getByte(i);
    } else if (type instanceof BinaryType) {
      return vector.getBinary(i);
    } else if (type instanceof StructType struct) {
      return struct(vector, i, struct);
    } else if (type instanceof ArrayType array) {
      return array(vector.getArray(i), array);
    } else if (type instanceof MapType map) {
      return map(vector.getMap(i), map);
    }
    throw new IllegalArgumentException("values of Delta type " + type + " cannot be read here");
  }
}
