package io.millrace.delta.row;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.RowLayout.Slot;
import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.types.bitmap.Bitmap;
import org.apache.flink.types.variant.Variant;
import org.jspecify.annotations.Nullable;

/**
 * A row made to be reused: numbers in longs, strings as slices of somebody else's byte array, so
 * that a field costs no object.
 *
 * <p>The slot of each field follows from its type, see {@link Slot}. Setters do not check that a
 * value suits its type. A row <em>borrows</em> the byte arrays and objects it is given, and the row
 * itself is overwritten by whoever emits it: who keeps a row, or a string taken from it, beyond the
 * call in which it was received must {@link #copy} it. Owned by one thread.
 */
public final class FlatRow implements RowData {
  private final RowLayout layout;
  private final boolean[] nulls;
  private final long[] longs;
  private final byte[][] buffers;
  private final int[] offsets;
  private final int[] lengths;
  private final @Nullable Object[] objects;
  private RowKind kind = RowKind.INSERT;

  /**
   * What slices point into after {@link FlatRowSerializer} filled this row; grows, never shrinks.
   */
  private byte[] arena = NO_BYTES;

  private static final byte[] NO_BYTES = {};

  /** A row whose fields are all null. */
  public FlatRow(RowType rowType) {
    this(RowLayout.of(rowType));
  }

  /** A row whose fields are all null; rows of one stream share their layout. */
  public FlatRow(RowLayout layout) {
    this.layout = requireNonNull(layout, "layout is null");
    int arity = layout.arity();
    nulls = new boolean[arity];
    longs = new long[arity];
    buffers = new byte[arity][];
    offsets = new int[arity];
    lengths = new int[arity];
    objects = new Object[arity];
    Arrays.fill(nulls, true);
    Arrays.fill(buffers, NO_BYTES);
  }

  public RowLayout layout() {
    return layout;
  }

  // ---- setters -------------------------------------------------------------------------------

  public void setNull(int field) {
    nulls[field] = true;
  }

  public void setAllNull() {
    Arrays.fill(nulls, true);
  }

  /** Sets a field of a {@link Slot#LONG} slot. */
  public void setLong(int field, long value) {
    nulls[field] = false;
    longs[field] = value;
  }

  public void setBoolean(int field, boolean value) {
    setLong(field, value ? 1 : 0);
  }

  public void setDouble(int field, double value) {
    setLong(field, Double.doubleToRawLongBits(value));
  }

  public void setFloat(int field, float value) {
    setLong(field, Float.floatToRawIntBits(value));
  }

  /** Sets a timestamp: milliseconds since 1970, and 0 to 999,999 nanoseconds on top. */
  public void setTimestamp(int field, long millis, int nanosOfMilli) {
    nulls[field] = false;
    longs[field] = millis;
    lengths[field] = nanosOfMilli;
  }

  /** Sets a string (UTF-8) or binary; the array is borrowed, not copied. */
  public void setBytes(int field, byte[] buffer, int offset, int length) {
    nulls[field] = false;
    buffers[field] = buffer;
    offsets[field] = offset;
    lengths[field] = length;
  }

  public void setString(int field, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    setBytes(field, bytes, 0, bytes.length);
  }

  /** Sets a field of an {@link Slot#OBJECT} slot to Flink's internal object for its type. */
  public void setObject(int field, Object value) {
    nulls[field] = false;
    objects[field] = value;
  }

  /**
   * Takes over a field of another row, whatever its slot; both types must have the same slot. Bytes
   * and objects are shared with the other row.
   */
  public void copyField(FlatRow from, int fromField, int field) {
    nulls[field] = from.nulls[fromField];
    longs[field] = from.longs[fromField];
    buffers[field] = from.buffers[fromField];
    offsets[field] = from.offsets[fromField];
    lengths[field] = from.lengths[fromField];
    objects[field] = from.objects[fromField];
  }

  /** Takes over all fields and the kind of a row of the same types, borrowing its bytes. */
  public void copyFrom(RowData from) {
    kind = from.getRowKind();
    if (from instanceof FlatRow row && layout.sameSlots(row.layout)) {
      for (int i = 0; i < nulls.length; i++) {
        copyField(row, i, i);
      }
    } else {
      for (int i = 0; i < nulls.length; i++) {
        FlatRows.setField(this, i, from, i);
      }
    }
  }

  /** A row that shares nothing that may change with this one. */
  public FlatRow copy() {
    return FlatRows.detach(this, new FlatRow(layout), FlatRows.objectSerializers(layout));
  }

  byte[] arena(int capacity) {
    if (arena.length < capacity) {
      arena = new byte[Math.max(capacity, Math.max(64, arena.length * 2))];
    }
    return arena;
  }

  // ---- raw access ----------------------------------------------------------------------------

  public long longAt(int field) {
    return longs[field];
  }

  public int nanosAt(int field) {
    return lengths[field];
  }

  public byte[] bufferAt(int field) {
    return buffers[field];
  }

  public int offsetAt(int field) {
    return offsets[field];
  }

  public int lengthAt(int field) {
    return lengths[field];
  }

  /** The object of an {@link Slot#OBJECT} slot that is not null. */
  public Object objectAt(int field) {
    return requireNonNull(objects[field], "no object in this slot");
  }

  // ---- RowData -------------------------------------------------------------------------------

  @Override
  public int getArity() {
    return nulls.length;
  }

  @Override
  public RowKind getRowKind() {
    return kind;
  }

  @Override
  public void setRowKind(RowKind kind) {
    this.kind = kind;
  }

  @Override
  public boolean isNullAt(int field) {
    return nulls[field];
  }

  @Override
  public boolean getBoolean(int field) {
    return longs[field] != 0;
  }

  @Override
  public byte getByte(int field) {
    return (byte) longs[field];
  }

  @Override
  public short getShort(int field) {
    return (short) longs[field];
  }

  @Override
  public int getInt(int field) {
    return (int) longs[field];
  }

  @Override
  public long getLong(int field) {
    return longs[field];
  }

  @Override
  public float getFloat(int field) {
    return Float.intBitsToFloat((int) longs[field]);
  }

  @Override
  public double getDouble(int field) {
    return Double.longBitsToDouble(longs[field]);
  }

  @Override
  public StringData getString(int field) {
    return BinaryStringData.fromBytes(buffers[field], offsets[field], lengths[field]);
  }

  @Override
  public DecimalData getDecimal(int field, int precision, int scale) {
    return layout.slot(field) == Slot.LONG
        ? DecimalData.fromUnscaledLong(longs[field], precision, scale)
        : (DecimalData) objectAt(field);
  }

  @Override
  public TimestampData getTimestamp(int field, int precision) {
    return TimestampData.fromEpochMillis(longs[field], lengths[field]);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> RawValueData<T> getRawValue(int field) {
    return (RawValueData<T>) objectAt(field);
  }

  @Override
  public byte[] getBinary(int field) {
    return Arrays.copyOfRange(buffers[field], offsets[field], offsets[field] + lengths[field]);
  }

  @Override
  public ArrayData getArray(int field) {
    return (ArrayData) objectAt(field);
  }

  @Override
  public MapData getMap(int field) {
    return (MapData) objectAt(field);
  }

  @Override
  public RowData getRow(int field, int arity) {
    return (RowData) objectAt(field);
  }

  @Override
  public Variant getVariant(int field) {
    return (Variant) objectAt(field);
  }

  @Override
  public Bitmap getBitmap(int field) {
    return (Bitmap) objectAt(field);
  }

  // ---- for tests and messages ----------------------------------------------------------------

  /**
   * Equal to a {@link FlatRow} of the same kind whose fields are equal; column names are ignored.
   */
  @Override
  public boolean equals(Object other) {
    if (!(other instanceof FlatRow that)
        || kind != that.kind
        || nulls.length != that.nulls.length) {
      return false;
    }
    for (int i = 0; i < nulls.length; i++) {
      if (layout.slot(i) != that.layout.slot(i)
          || nulls[i] != that.nulls[i]
          || (!nulls[i] && !sameValue(that, i))) {
        return false;
      }
    }
    return true;
  }

  private boolean sameValue(FlatRow that, int i) {
    switch (layout.slot(i)) {
      case LONG:
        return longs[i] == that.longs[i];
      case TIMESTAMP:
        return longs[i] == that.longs[i] && lengths[i] == that.lengths[i];
      case BYTES:
        return Arrays.equals(
            buffers[i],
            offsets[i],
            offsets[i] + lengths[i],
            that.buffers[i],
            that.offsets[i],
            that.offsets[i] + that.lengths[i]);
      default:
        return Objects.equals(objects[i], that.objects[i]);
    }
  }

  @Override
  public int hashCode() {
    int hash = kind.toByteValue();
    for (int i = 0; i < nulls.length; i++) {
      hash = 31 * hash + (nulls[i] ? 0 : valueHash(i));
    }
    return hash;
  }

  private int valueHash(int i) {
    switch (layout.slot(i)) {
      case LONG:
        return Long.hashCode(longs[i]);
      case TIMESTAMP:
        return 31 * Long.hashCode(longs[i]) + lengths[i];
      case BYTES:
        int hash = 1;
        for (int at = offsets[i]; at < offsets[i] + lengths[i]; at++) {
          hash = 31 * hash + buffers[i][at];
        }
        return hash;
      default:
        return Objects.hashCode(objects[i]);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.shortString()).append('(');
    for (int i = 0; i < nulls.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      text.append(nulls[i] ? "null" : FlatRows.text(this, i));
    }
    return text.append(')').toString();
  }
}
