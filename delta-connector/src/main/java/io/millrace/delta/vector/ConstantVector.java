package io.millrace.delta.vector;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.data.columnar.vector.ArrayColumnVector;
import org.apache.flink.table.data.columnar.vector.BooleanColumnVector;
import org.apache.flink.table.data.columnar.vector.ByteColumnVector;
import org.apache.flink.table.data.columnar.vector.BytesColumnVector;
import org.apache.flink.table.data.columnar.vector.DecimalColumnVector;
import org.apache.flink.table.data.columnar.vector.DoubleColumnVector;
import org.apache.flink.table.data.columnar.vector.FloatColumnVector;
import org.apache.flink.table.data.columnar.vector.IntColumnVector;
import org.apache.flink.table.data.columnar.vector.LongColumnVector;
import org.apache.flink.table.data.columnar.vector.MapColumnVector;
import org.apache.flink.table.data.columnar.vector.RowColumnVector;
import org.apache.flink.table.data.columnar.vector.ShortColumnVector;
import org.apache.flink.table.data.columnar.vector.TimestampColumnVector;
import org.jspecify.annotations.Nullable;

/**
 * The same value in every row: a partition's value, or NULL where a file lacks a column. It stands
 * in for a vector of any type.
 */
final class ConstantVector
    implements BooleanColumnVector,
        ByteColumnVector,
        ShortColumnVector,
        IntColumnVector,
        LongColumnVector,
        FloatColumnVector,
        DoubleColumnVector,
        BytesColumnVector,
        DecimalColumnVector,
        TimestampColumnVector,
        ArrayColumnVector,
        MapColumnVector,
        RowColumnVector {
  static final ConstantVector NULL = new ConstantVector(null);

  private final @Nullable Object value;
  private final @Nullable Bytes bytes;

  /**
   * @param value in Flink's internal form ({@code StringData}, {@code TimestampData}, …)
   */
  ConstantVector(@Nullable Object value) {
    this.value = value;
    if (value instanceof StringData text) {
      byte[] utf8 = text.toBytes();
      bytes = new Bytes(utf8, 0, utf8.length);
    } else if (value instanceof byte[] binary) {
      bytes = new Bytes(binary, 0, binary.length);
    } else {
      bytes = null;
    }
  }

  @SuppressWarnings("unchecked")
  private <T> T known() {
    if (value == null) {
      throw new NullPointerException("the value is NULL");
    }
    return (T) value;
  }

  @Override
  public boolean isNullAt(int i) {
    return value == null;
  }

  @Override
  public boolean getBoolean(int i) {
    return this.<Boolean>known();
  }

  @Override
  public byte getByte(int i) {
    return this.<Byte>known();
  }

  @Override
  public short getShort(int i) {
    return this.<Short>known();
  }

  @Override
  public int getInt(int i) {
    return this.<Integer>known();
  }

  @Override
  public long getLong(int i) {
    return this.<Long>known();
  }

  @Override
  public float getFloat(int i) {
    return this.<Float>known();
  }

  @Override
  public double getDouble(int i) {
    return this.<Double>known();
  }

  @Override
  public Bytes getBytes(int i) {
    if (bytes == null) {
      throw new NullPointerException("the value is NULL");
    }
    return bytes;
  }

  @Override
  public DecimalData getDecimal(int i, int precision, int scale) {
    return known();
  }

  @Override
  public TimestampData getTimestamp(int i, int precision) {
    return known();
  }

  @Override
  public ArrayData getArray(int i) {
    return known();
  }

  @Override
  public MapData getMap(int i) {
    return known();
  }

  @Override
  public ColumnarRowData getRow(int i) {
    return known();
  }
}
