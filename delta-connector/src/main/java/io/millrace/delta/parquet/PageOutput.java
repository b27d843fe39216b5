package io.millrace.delta.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of a page under way: growing, with room in front for what is known only at its end.
 * Owned by one thread.
 */
final class PageOutput {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bytes kept free in front. */
  static final int FRONT = 16;

  private byte[] bytes;
  private int end = FRONT;

  PageOutput(int capacity) {
    bytes = new byte[FRONT + capacity];
  }

  byte[] bytes() {
    return bytes;
  }

  /** Index behind the last byte. */
  int end() {
    return end;
  }

  /** Bytes since the front. */
  int size() {
    return end - FRONT;
  }

  void clear() {
    end = FRONT;
  }

  /** Makes room for so many bytes at {@link #end()}. */
  void ensure(int length) {
    if (bytes.length - end < length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + length));
    }
  }

  /** Takes over bytes that were written behind the end. */
  void advance(int length) {
    end += length;
  }

  void putByte(int value) {
    ensure(1);
    bytes[end++] = (byte) value;
  }

  void putInt(int value) {
    ensure(Integer.BYTES);
    INT.set(bytes, end, value);
    end += Integer.BYTES;
  }

  void putLong(long value) {
    ensure(Long.BYTES);
    LONG.set(bytes, end, value);
    end += Long.BYTES;
  }

  void putBytes(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, end, length);
    end += length;
  }

  void putUnsignedVarInt(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      putByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    putByte(rest);
  }

  /** Parquet's run of equal values of one bit or none: length and value. */
  void putRun(int count, int value, int bitWidth) {
    putUnsignedVarInt(count << 1);
    if (bitWidth > 0) {
      putByte(value);
    }
  }

  /** Parquet's bit-packed run: values from the lowest bit up, padded to a multiple of eight. */
  void putBitPacked(short[] values, int count, int bitWidth) {
    int groups = (count + 7) / 8;
    putUnsignedVarInt(groups << 1 | 1);
    int length = groups * bitWidth;
    ensure(length + Long.BYTES);
    int at = end;
    long pending = 0;
    int bits = 0;
    for (int i = 0; i < count; i++) {
      pending |= (values[i] & 0xFFFFL) << bits;
      bits += bitWidth;
      if (bits >= Integer.SIZE) {
        INT.set(bytes, at, (int) pending);
        at += Integer.BYTES;
        pending >>>= Integer.SIZE;
        bits -= Integer.SIZE;
      }
    }
    LONG.set(bytes, at, pending);
    at += (bits + 7) / 8;
    Arrays.fill(bytes, at, end + length, (byte) 0);
    end += length;
  }
}
