package io.millrace.delta.state;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.delta.row.RowLayout;
import io.millrace.delta.row.RowLayout.Slot;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.RowType.RowField;
import org.jspecify.annotations.Nullable;

/**
 * The key columns of a row: their hash, their bytes, and their place in a {@link KeyTable}.
 *
 * <p>Two rows have the same key if their key columns are equal, NULL being equal to NULL and NaN to
 * NaN, as GROUP BY sees it. A key of one whole-number column (also DATE, TIME, BOOLEAN, intervals
 * and decimals of at most 18 digits) is one long or null; any other key is bytes.
 *
 * <p>Hash and bytes are part of stored state and never change: the hash decides the key group, the
 * bytes are what tables hold. They depend on the values alone, not on the class of the row. Not
 * thread safe; serializable, and each copy works alone.
 */
public final class RowKeys implements Serializable {
  private static final long serialVersionUID = 1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long NULL_HASH = 0x9AE1_6A3B_2F90_404FL;
  private static final long BYTES_SEED = 0xC3A5_C85C_97CB_3127L;
  private static final long BYTES_MULTIPLIER = 0xC6A4_A793_5BD1_E995L;
  private static final long COMBINE = 0x9E37_79B9_7F4A_7C15L;

  private static final byte FLOAT = 1;
  private static final byte DOUBLE = 2;

  private final RowType rowType;
  private final int[] keys;
  private final RowLayout keyLayout;
  private final Slot[] slots;
  private final byte[] floating;
  private final boolean isLong;

  private transient FlatRow scratch;
  private transient KeyBuffer buffer;
  private transient KeyReader reader;
  private transient @Nullable RowLayout accepted;

  /**
   * The columns at these positions, in this order.
   *
   * @throws MillraceException TYPE_UNSUPPORTED if a column cannot be part of a key, see {@link
   *     #supports}
   */
  public RowKeys(RowType rowType, int... keys) {
    this.rowType = requireNonNull(rowType, "rowType is null");
    this.keys = keys.clone();
    List<RowField> fields = new ArrayList<>();
    for (int key : keys) {
      RowField field = rowType.getFields().get(key);
      if (!supports(field.getType())) {
        throw new MillraceException(
            ErrorCode.TYPE_UNSUPPORTED,
            "column "
                + field.getName()
                + " of type "
                + field.getType().asSummaryString()
                + " cannot be a key",
            "Use key columns of a number, text, binary, date or time type.");
      }
      fields.add(field);
    }
    keyLayout = RowLayout.of(new RowType(false, fields));
    slots = new Slot[keys.length];
    floating = new byte[keys.length];
    for (int i = 0; i < keys.length; i++) {
      slots[i] = keyLayout.slot(i);
      LogicalTypeRoot root = keyLayout.type(i).getTypeRoot();
      floating[i] =
          root == LogicalTypeRoot.FLOAT ? FLOAT : root == LogicalTypeRoot.DOUBLE ? DOUBLE : 0;
    }
    isLong = keys.length == 1 && slots[0] == Slot.LONG && floating[0] == 0;
    createTransients();
  }

  private void createTransients() {
    scratch = new FlatRow(keyLayout);
    buffer = new KeyBuffer(64);
    reader = new KeyReader();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    createTransients();
  }

  /** Whether a column of this type can be part of a key. */
  public static boolean supports(LogicalType type) {
    return RowLayout.slotOf(type) != Slot.OBJECT || type instanceof DecimalType;
  }

  /** Types of the key columns, in the order of the key. */
  public RowType keyType() {
    return keyLayout.rowType();
  }

  /** Whether the key is one long or null, so that {@link #longKey} applies. */
  public boolean isLong() {
    return isLong;
  }

  /** A well mixed hash of the key columns. */
  public int hash(RowData row) {
    if (accepts(row)) {
      return hash((FlatRow) row, keys);
    }
    return hash(keyOf(row), null);
  }

  /** What to key a stream by so that Flink partitions it by {@link #hash}. */
  public KeySelector<RowData, Integer> selector() {
    return new HashSelector(new RowKeys(rowType, keys));
  }

  /** The key as a long; only if {@link #isLong} and the column is not null. */
  public long longKey(RowData row) {
    return accepts(row) ? ((FlatRow) row).longAt(keys[0]) : keyOf(row).longAt(0);
  }

  /**
   * Appends the key to a buffer: a bit per column, set where it is null, then the other columns.
   *
   * @return how many bytes were appended
   */
  public int encode(RowData row, KeyBuffer into) {
    int start = into.length();
    if (accepts(row)) {
      encode((FlatRow) row, keys, into);
    } else {
      encode(keyOf(row), null, into);
    }
    return into.length() - start;
  }

  /**
   * Sets the fields of {@code target} from {@code firstField} on to the columns of an encoded key.
   * Strings borrow {@code bytes}.
   */
  public void decode(byte[] bytes, int offset, int length, FlatRow target, int firstField) {
    reader.reset(bytes, offset, length);
    int bitmap = offset;
    reader.skip((keys.length + 7) / 8);
    for (int i = 0; i < keys.length; i++) {
      int field = firstField + i;
      if ((bytes[bitmap + (i >> 3)] & (1 << (i & 7))) != 0) {
        target.setNull(field);
        continue;
      }
      switch (slots[i]) {
        case LONG:
          target.setLong(field, reader.nextLong());
          break;
        case TIMESTAMP:
          long millis = reader.nextLong();
          target.setTimestamp(field, millis, (int) reader.nextLong());
          break;
        default:
          int size = (int) reader.nextLong();
          if (slots[i] == Slot.BYTES) {
            target.setBytes(field, bytes, reader.position(), size);
          } else {
            target.setObject(field, decimal(bytes, reader.position(), size, keyLayout.type(i)));
          }
          reader.skip(size);
      }
    }
    if (reader.position() != offset + length) {
      throw new IllegalStateException("key of " + length + " bytes does not fit " + keyLayout);
    }
  }

  /** An empty table for such keys with this many longs of value an entry. */
  public KeyTable newTable(int valueLongs) {
    return isLong ? KeyTable.ofLongs(valueLongs) : KeyTable.ofBytes(valueLongs);
  }

  /** The slot of the row's key, or -1. */
  public int find(KeyTable table, int hash, RowData row) {
    if (isLong) {
      LongKeyTable longs = (LongKeyTable) table;
      return isNull(row) ? longs.findNull() : longs.find(longKey(row));
    }
    buffer.clear();
    encode(row, buffer);
    return ((BytesKeyTable) table).find(hash, buffer.bytes(), 0, buffer.length());
  }

  /**
   * The slot of the row's key, which is added if it is not there.
   *
   * @return the slot of a key that was added, or {@code ~slot} of one that was there
   */
  public int insert(KeyTable table, int hash, RowData row) {
    if (isLong) {
      LongKeyTable longs = (LongKeyTable) table;
      return isNull(row) ? longs.insertNull() : longs.insert(longKey(row));
    }
    buffer.clear();
    encode(row, buffer);
    return ((BytesKeyTable) table).insert(hash, buffer.bytes(), 0, buffer.length());
  }

  /** Sets fields of {@code target} to the key of an entry; strings borrow the table's bytes. */
  public void readKey(KeyTable table, int slot, FlatRow target, int firstField) {
    if (!isLong) {
      BytesKeyTable bytes = (BytesKeyTable) table;
      decode(bytes.keyBytes(), bytes.keyOffset(slot), bytes.keyLength(slot), target, firstField);
      return;
    }
    LongKeyTable longs = (LongKeyTable) table;
    if (longs.isNullKey(slot)) {
      target.setNull(firstField);
    } else {
      target.setLong(firstField, longs.longKey(slot));
    }
  }

  /** Sets fields of {@code target} to the key columns of a row, borrowing its strings. */
  public void copyKey(FlatRow row, FlatRow target, int firstField) {
    for (int i = 0; i < keys.length; i++) {
      target.copyField(row, keys[i], firstField + i);
    }
  }

  /** Whether the key is null; only if {@link #isLong}. */
  public boolean isNull(RowData row) {
    return row.isNullAt(keys[0]);
  }

  private boolean accepts(RowData row) {
    if (!(row instanceof FlatRow flat)) {
      return false;
    }
    RowLayout theirs = flat.layout();
    if (theirs == accepted) {
      return true;
    }
    for (int i = 0; i < keys.length; i++) {
      if (theirs.slot(keys[i]) != slots[i]) {
        return false;
      }
    }
    accepted = theirs;
    return true;
  }

  private FlatRow keyOf(RowData row) {
    for (int i = 0; i < keys.length; i++) {
      FlatRows.setField(scratch, i, row, keys[i]);
    }
    return scratch;
  }

  private int hash(FlatRow row, int @Nullable [] positions) {
    if (isLong) {
      int field = positions == null ? 0 : positions[0];
      return (int) ((row.isNullAt(field) ? NULL_HASH : mix(row.longAt(field))) >>> 32);
    }
    long hash = 0;
    for (int i = 0; i < slots.length; i++) {
      hash = mix(hash * COMBINE + fieldHash(row, positions == null ? i : positions[i], i));
    }
    return (int) (hash >>> 32);
  }

  private long fieldHash(FlatRow row, int field, int key) {
    if (row.isNullAt(field)) {
      return NULL_HASH;
    }
    switch (slots[key]) {
      case LONG:
        return mix(canonical(row.longAt(field), key));
      case TIMESTAMP:
        return mix(row.longAt(field)) + row.nanosAt(field);
      case BYTES:
        return hash(row.bufferAt(field), row.offsetAt(field), row.lengthAt(field));
      default:
        byte[] unscaled = ((DecimalData) row.objectAt(field)).toUnscaledBytes();
        return hash(unscaled, 0, unscaled.length);
    }
  }

  private void encode(FlatRow row, int @Nullable [] positions, KeyBuffer into) {
    int bits = 0;
    for (int i = 0; i < slots.length; i++) {
      if (row.isNullAt(positions == null ? i : positions[i])) {
        bits |= 1 << (i & 7);
      }
      if ((i & 7) == 7 || i == slots.length - 1) {
        into.putByte(bits);
        bits = 0;
      }
    }
    for (int i = 0; i < slots.length; i++) {
      int field = positions == null ? i : positions[i];
      if (row.isNullAt(field)) {
        continue;
      }
      switch (slots[i]) {
        case LONG:
          into.putLong(canonical(row.longAt(field), i));
          break;
        case TIMESTAMP:
          into.putLong(row.longAt(field));
          into.putLong(row.nanosAt(field));
          break;
        case BYTES:
          into.putBytes(row.bufferAt(field), row.offsetAt(field), row.lengthAt(field));
          break;
        default:
          byte[] unscaled = ((DecimalData) row.objectAt(field)).toUnscaledBytes();
          into.putBytes(unscaled, 0, unscaled.length);
      }
    }
  }

  /** All NaNs are one key; -0.0 and 0.0 are two, as in Flink. */
  private long canonical(long value, int key) {
    if (floating[key] == DOUBLE) {
      return Double.doubleToLongBits(Double.longBitsToDouble(value));
    }
    if (floating[key] == FLOAT) {
      return Float.floatToIntBits(Float.intBitsToFloat((int) value));
    }
    return value;
  }

  private static DecimalData decimal(byte[] bytes, int offset, int length, LogicalType type) {
    byte[] unscaled = new byte[length];
    System.arraycopy(bytes, offset, unscaled, 0, length);
    DecimalType decimal = (DecimalType) type;
    return DecimalData.fromUnscaledBytes(unscaled, decimal.getPrecision(), decimal.getScale());
  }

  /** The finalizer of MurmurHash3 by Austin Appleby, public domain. */
  static long mix(long value) {
    long h = value;
    h ^= h >>> 33;
    h *= 0xFF51_AFD7_ED55_8CCDL;
    h ^= h >>> 33;
    h *= 0xC4CE_B9FE_1A85_EC53L;
    return h ^ (h >>> 33);
  }

  /** The body of MurmurHash64A by Austin Appleby, public domain; the tail is one partial word. */
  private static long hash(byte[] bytes, int offset, int length) {
    long h = BYTES_SEED ^ (length * BYTES_MULTIPLIER);
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      h = (h ^ scramble((long) LONGS.get(bytes, at))) * BYTES_MULTIPLIER;
    }
    if (at < end) {
      long word = 0;
      for (int shift = 0; at < end; at++, shift += 8) {
        word |= (bytes[at] & 0xFFL) << shift;
      }
      h = (h ^ scramble(word)) * BYTES_MULTIPLIER;
    }
    return mix(h);
  }

  private static long scramble(long word) {
    long k = word * BYTES_MULTIPLIER;
    return (k ^ (k >>> 47)) * BYTES_MULTIPLIER;
  }

  private static final class HashSelector implements KeySelector<RowData, Integer> {
    private static final long serialVersionUID = 1;
    private final RowKeys keys;

    HashSelector(RowKeys keys) {
      this.keys = keys;
    }

    @Override
    public Integer getKey(RowData row) {
      return keys.hash(row);
    }
  }
}
