package io.millrace.delta.row;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.RowLayout.Slot;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.jspecify.annotations.Nullable;

/**
 * Rows as bytes, in one read and without an object per field.
 *
 * <p>Format 1: the number of bytes that follow (varint); the {@link RowKind} (1 byte); a bit per
 * field, least significant first, set where the field is null; then the fields that are not null:
 *
 * <ul>
 *   <li>LONG slots: 1, 2, 4 or 8 bytes by type, little endian
 *   <li>TIMESTAMP slots: 8 bytes of milliseconds, varint of the nanoseconds of the millisecond
 *   <li>BYTES slots: varint of the length, the bytes
 *   <li>OBJECT slots: varint of the length, what Flink's internal serializer of the type writes
 * </ul>
 *
 * <p>{@link #deserialize(RowData, DataInputView)} refills the given {@link FlatRow}; strings are
 * slices of an array that the row owns and that the next call overwrites. Not thread safe.
 */
public final class FlatRowSerializer extends TypeSerializer<RowData> {
  private static final long serialVersionUID = 1;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int MAX_VARINT_BYTES = 5;

  private final RowLayout layout;
  private transient byte[] scratch;
  private transient FlatRow adapter;
  private transient @Nullable TypeSerializer<Object>[] objectSerializers;
  private transient DataOutputSerializer objectOutput;
  private transient DataInputDeserializer objectInput;

  /** The layout last seen to have our slots; saves comparing them for every row. */
  private transient @Nullable RowLayout accepted;

  public FlatRowSerializer(RowType rowType) {
    this.layout = RowLayout.of(requireNonNull(rowType, "rowType is null"));
    createTransients();
  }

  private void createTransients() {
    scratch = new byte[256];
    adapter = new FlatRow(layout);
    objectSerializers = FlatRows.objectSerializers(layout);
    objectOutput = new DataOutputSerializer(64);
    objectInput = new DataInputDeserializer();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    createTransients();
  }

  public RowType rowType() {
    return layout.rowType();
  }

  @Override
  public void serialize(RowData row, DataOutputView out) throws IOException {
    FlatRow flat = flat(row);
    int length = encode(flat);
    writeVarint(out, length);
    out.write(scratch, 0, length);
  }

  @Override
  public RowData deserialize(DataInputView in) throws IOException {
    return deserialize(new FlatRow(layout), in);
  }

  @Override
  public RowData deserialize(RowData reuse, DataInputView in) throws IOException {
    FlatRow row =
        reuse instanceof FlatRow flat && flat.layout() == layout ? flat : createInstance();
    int length = readVarint(in);
    byte[] arena = row.arena(length);
    in.readFully(arena, 0, length);
    decode(row, arena, length);
    return row;
  }

  @Override
  public void copy(DataInputView from, DataOutputView to) throws IOException {
    int length = readVarint(from);
    writeVarint(to, length);
    // Through our own array: DataOutputSerializer.write(DataInputView, int) does not grow its
    // buffer.
    reserve(0, length);
    from.readFully(scratch, 0, length);
    to.write(scratch, 0, length);
  }

  @Override
  public RowData copy(RowData from) {
    return FlatRows.detach(flat(from), createInstance(), objectSerializers);
  }

  @Override
  public RowData copy(RowData from, RowData reuse) {
    FlatRow target =
        reuse instanceof FlatRow flat && flat.layout() == layout && reuse != from
            ? flat
            : createInstance();
    return FlatRows.detach(flat(from), target, objectSerializers);
  }

  private FlatRow flat(RowData row) {
    if (row instanceof FlatRow flat) {
      RowLayout theirs = flat.layout();
      if (theirs == layout || theirs == accepted) {
        return flat;
      }
      if (layout.sameSlots(theirs)) {
        accepted = theirs;
        return flat;
      }
    }
    adapter.copyFrom(row);
    return adapter;
  }

  private int encode(FlatRow row) throws IOException {
    int arity = layout.arity();
    int bitmap = 1;
    int at = bitmap + (arity + 7) / 8;
    reserve(0, at + arity * (Long.BYTES + MAX_VARINT_BYTES));
    scratch[0] = row.getRowKind().toByteValue();
    for (int i = bitmap; i < at; i++) {
      scratch[i] = 0;
    }
    for (int i = 0; i < arity; i++) {
      if (row.isNullAt(i)) {
        scratch[bitmap + (i >> 3)] |= (byte) (1 << (i & 7));
        continue;
      }
      switch (layout.slot(i)) {
        case LONG:
          at = putLong(at, row.longAt(i), layout.width(i));
          break;
        case TIMESTAMP:
          at = putLong(at, row.longAt(i), Long.BYTES);
          at = putVarint(at, row.nanosAt(i));
          break;
        case BYTES:
          at = putBytes(at, arity - i, row.bufferAt(i), row.offsetAt(i), row.lengthAt(i));
          break;
        default:
          objectOutput.clear();
          serializerAt(i).serialize(row.objectAt(i), objectOutput);
          at = putBytes(at, arity - i, objectOutput.getSharedBuffer(), 0, objectOutput.length());
      }
    }
    return at;
  }

  private void decode(FlatRow row, byte[] from, int length) throws IOException {
    int arity = layout.arity();
    int bitmap = 1;
    int at = bitmap + (arity + 7) / 8;
    row.setRowKind(RowKind.fromByteValue(from[0]));
    for (int i = 0; i < arity; i++) {
      if ((from[bitmap + (i >> 3)] & (1 << (i & 7))) != 0) {
        row.setNull(i);
        continue;
      }
      Slot slot = layout.slot(i);
      if (slot == Slot.LONG) {
        int width = layout.width(i);
        row.setLong(i, longAt(from, at, width));
        at += width;
        continue;
      }
      if (slot == Slot.TIMESTAMP) {
        long millis = (long) LONGS.get(from, at);
        at += Long.BYTES;
        int nanos = varintAt(from, at);
        at += varintBytes(nanos);
        row.setTimestamp(i, millis, nanos);
        continue;
      }
      int size = varintAt(from, at);
      at += varintBytes(size);
      if (slot == Slot.BYTES) {
        row.setBytes(i, from, at, size);
      } else {
        objectInput.setBuffer(from, at, size);
        row.setObject(i, serializerAt(i).deserialize(objectInput));
      }
      at += size;
    }
    if (at != length) {
      throw new IOException("row of " + length + " bytes was read as " + at + " bytes: " + layout);
    }
  }

  private TypeSerializer<Object> serializerAt(int field) {
    return requireNonNull(objectSerializers[field], "no object serializer");
  }

  private void reserve(int used, int more) {
    if (scratch.length - used < more) {
      byte[] larger = new byte[Math.max(used + more, scratch.length * 2)];
      System.arraycopy(scratch, 0, larger, 0, used);
      scratch = larger;
    }
  }

  private int putLong(int at, long value, int width) {
    switch (width) {
      case 1:
        scratch[at] = (byte) value;
        break;
      case 2:
        SHORTS.set(scratch, at, (short) value);
        break;
      case 4:
        INTS.set(scratch, at, (int) value);
        break;
      default:
        LONGS.set(scratch, at, value);
    }
    return at + width;
  }

  private static long longAt(byte[] from, int at, int width) {
    switch (width) {
      case 1:
        return from[at];
      case 2:
        return (short) SHORTS.get(from, at);
      case 4:
        return (int) INTS.get(from, at);
      default:
        return (long) LONGS.get(from, at);
    }
  }

  /** Keeps room for the fields that are still to come, which need at most 13 bytes each. */
  private int putBytes(int at, int fieldsLeft, byte[] bytes, int offset, int length) {
    reserve(at, length + fieldsLeft * (Long.BYTES + MAX_VARINT_BYTES));
    int start = putVarint(at, length);
    System.arraycopy(bytes, offset, scratch, start, length);
    return start + length;
  }

  private int putVarint(int start, int value) {
    int at = start;
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      scratch[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    scratch[at++] = (byte) rest;
    return at;
  }

  private static int varintAt(byte[] from, int start) {
    int at = start;
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = from[at++];
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static int varintBytes(int value) {
    return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
  }

  private static void writeVarint(DataOutputView out, int value) throws IOException {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      out.writeByte(rest | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static int readVarint(DataInputView in) throws IOException {
    int value = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      byte next = in.readByte();
      value |= (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("length of a row is not a varint of at most 5 bytes");
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public FlatRowSerializer duplicate() {
    return new FlatRowSerializer(layout.rowType());
  }

  @Override
  public FlatRow createInstance() {
    return new FlatRow(layout);
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FlatRowSerializer that && rowType().equals(that.rowType());
  }

  @Override
  public int hashCode() {
    return rowType().hashCode();
  }

  @Override
  public TypeSerializerSnapshot<RowData> snapshotConfiguration() {
    return new FlatRowSerializerSnapshot(layout.rowType());
  }
}
