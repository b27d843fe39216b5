package io.millrace.delta.parquet;

import java.util.Arrays;

/**
 * Distinct byte strings in the order of their first appearance, a few thousand short ones at most.
 * Knows the least and the greatest in the order of unsigned bytes.
 */
final class BytesDictionary {
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

  private final int limit;
  private final int bytesLimit;
  private byte[] bytes = new byte[512];
  private int[] ends = new int[33];
  private int[] hashes = new int[32];
  private short[] slots = new short[64];
  private int size;
  private int least;
  private int greatest;

  /**
   * @param limit most entries, up to 32,767
   * @param bytesLimit most bytes of all entries together
   */
  BytesDictionary(int limit, int bytesLimit) {
    this.limit = limit;
    this.bytesLimit = bytesLimit;
  }

  /** The number of a value, or -1 if it is new and there is no room for it. */
  int idOf(byte[] source, int offset, int length) {
    int hash = hash(source, offset, length);
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (true) {
      int id = slots[slot] - 1;
      if (id < 0) {
        break;
      }
      if (hashes[id] == hash
          && Arrays.equals(bytes, ends[id], ends[id + 1], source, offset, offset + length)) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    return add(hash, slot, source, offset, length);
  }

  private int add(int hash, int freeSlot, byte[] source, int offset, int length) {
    int start = ends[size];
    if (size == limit || length > bytesLimit - start) {
      return -1;
    }
    if (size == hashes.length) {
      hashes = Arrays.copyOf(hashes, size * 2);
      ends = Arrays.copyOf(ends, size * 2 + 1);
    }
    if (bytes.length - start < length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, start + length));
    }
    System.arraycopy(source, offset, bytes, start, length);
    int id = size++;
    hashes[id] = hash;
    ends[size] = start + length;
    slots[freeSlot] = (short) size;
    if (id == 0 || compare(id, least) < 0) {
      least = id;
    }
    if (id == 0 || compare(id, greatest) > 0) {
      greatest = id;
    }
    if (size * 2 > slots.length) {
      rehash();
    }
    return id;
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(bytes, ends[a], ends[a + 1], bytes, ends[b], ends[b + 1]);
  }

  private void rehash() {
    slots = new short[slots.length * 2];
    int mask = slots.length - 1;
    for (int id = 0; id < size; id++) {
      int slot = hashes[id] & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = (short) (id + 1);
    }
  }

  private static int hash(byte[] source, int offset, int length) {
    long hash = length;
    int at = offset;
    int end = offset + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = (hash ^ (long) PageOutput.LONG.get(source, at)) * MULTIPLIER;
      hash ^= hash >>> 32;
    }
    long tail = 0;
    for (; at < end; at++) {
      tail = tail << 8 | (source[at] & 0xFF);
    }
    hash = (hash ^ tail) * MULTIPLIER;
    return (int) (hash >>> 32);
  }

  byte[] bytes() {
    return bytes;
  }

  int offset(int id) {
    return ends[id];
  }

  int length(int id) {
    return ends[id + 1] - ends[id];
  }

  int size() {
    return size;
  }

  int least() {
    return least;
  }

  int greatest() {
    return greatest;
  }

  byte[] copyOf(int id) {
    return Arrays.copyOfRange(bytes, ends[id], ends[id + 1]);
  }

  void clear() {
    Arrays.fill(slots, (short) 0);
    size = 0;
  }
}
