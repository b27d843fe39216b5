package io.millrace.delta.state;

import java.util.Arrays;

/**
 * A growing byte array that keys and table entries are encoded into.
 *
 * <p>Whole numbers are zigzag varints: 7 bits a byte, least significant first, at most 10 bytes.
 * Owned by one thread.
 */
public final class KeyBuffer {
  private static final int MAX_VARINT_BYTES = 10;

  private byte[] bytes;
  private int length;

  public KeyBuffer(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  public void clear() {
    length = 0;
  }

  void putByte(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void putLong(long value) {
    reserve(MAX_VARINT_BYTES);
    long rest = (value << 1) ^ (value >> 63);
    int at = length;
    while ((rest & ~0x7FL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    length = at;
  }

  void putBytes(byte[] from, int offset, int count) {
    putLong(count);
    reserve(count);
    System.arraycopy(from, offset, bytes, length, count);
    length += count;
  }

  private void reserve(int more) {
    int needed = Math.addExact(length, more);
    if (bytes.length < needed) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(bytes.length * 2L, 1 << 30)));
    }
  }
}
