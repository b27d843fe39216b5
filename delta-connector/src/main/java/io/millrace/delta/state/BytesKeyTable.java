package io.millrace.delta.state;

import java.util.Arrays;

/**
 * A table whose keys are bytes. They lie in one array, each led by its length; the word of an entry
 * is where (counted from 1) in its upper half, and the hash in its lower half.
 */
public final class BytesKeyTable extends KeyTable {
  private static final int FREED_MIN = 1 << 16;

  private byte[] keyBytes = {};
  private int used;
  private int freed;

  BytesKeyTable(int valueLongs) {
    super(valueLongs, 0);
  }

  /** The slot of a key, or -1. */
  public int find(int hash, byte[] key, int offset, int length) {
    for (int slot = homeOf(hash); ; slot = after(slot)) {
      long word = entries[slot * stride];
      if (word == 0) {
        return -1;
      }
      if ((int) word == hash && sameKey(word, key, offset, length)) {
        return slot;
      }
    }
  }

  /**
   * The slot of a key that was added, with values of 0; {@code ~slot} of one that was there. Equal
   * keys must come with equal hashes.
   */
  public int insert(int hash, byte[] key, int offset, int length) {
    int slot = homeOf(hash);
    for (long word = entries[slot * stride]; word != 0; word = entries[slot * stride]) {
      if ((int) word == hash && sameKey(word, key, offset, length)) {
        return ~slot;
      }
      slot = after(slot);
    }
    long place = append(key, offset, length) + 1L;
    return take(slot, place << 32 | (hash & 0xFFFF_FFFFL));
  }

  /**
   * The array in which {@link #keyOffset} and {@link #keyLength} point; until the next insertion.
   */
  public byte[] keyBytes() {
    return keyBytes;
  }

  public int keyOffset(int slot) {
    int at = place(slot);
    return at + lengthBytes(length(at));
  }

  public int keyLength(int slot) {
    return length(place(slot));
  }

  private int place(int slot) {
    return place(entries[slot * stride]);
  }

  private static int place(long word) {
    return (int) (word >>> 32) - 1;
  }

  private boolean sameKey(long word, byte[] key, int offset, int length) {
    int at = place(word);
    if (length(at) != length) {
      return false;
    }
    int start = at + lengthBytes(length);
    return Arrays.equals(keyBytes, start, start + length, key, offset, offset + length);
  }

  /** The length that was written at a place: 7 bits a byte, least significant first. */
  private int length(int place) {
    int length = keyBytes[place];
    if (length >= 0) {
      return length;
    }
    length &= 0x7F;
    for (int at = place + 1, shift = 7; ; at++, shift += 7) {
      byte more = keyBytes[at];
      length |= (more & 0x7F) << shift;
      if (more >= 0) {
        return length;
      }
    }
  }

  private static int lengthBytes(int length) {
    return length < 1 << 7 ? 1 : (38 - Integer.numberOfLeadingZeros(length)) / 7;
  }

  private int append(byte[] key, int offset, int length) {
    long needed = (long) used + lengthBytes(length) + length;
    if (needed > MAX_KEY_BYTES) {
      throw tooLarge(needed + " bytes of keys");
    }
    if (keyBytes.length < needed) {
      long larger = Math.max(needed, Math.max(256, keyBytes.length + (keyBytes.length >> 1)));
      keyBytes = Arrays.copyOf(keyBytes, (int) Math.min(larger, MAX_KEY_BYTES));
    }
    int place = used;
    int rest = length;
    for (; rest >= 1 << 7; rest >>>= 7) {
      keyBytes[used++] = (byte) (rest | 0x80);
    }
    keyBytes[used++] = (byte) rest;
    System.arraycopy(key, offset, keyBytes, used, length);
    used += length;
    return place;
  }

  @Override
  int homeOf(long word) {
    return slotFor((int) word * GOLDEN);
  }

  @Override
  public void remove(int slot) {
    int length = keyLength(slot);
    freed += lengthBytes(length) + length;
    super.remove(slot);
    if (freed > FREED_MIN && freed > used / 2) {
      pack();
    }
  }

  private void pack() {
    byte[] packed = new byte[Math.max(256, used - freed)];
    int to = 0;
    for (int slot = next(-1); slot >= 0; slot = next(slot)) {
      int from = place(slot);
      int length = length(from);
      int bytes = lengthBytes(length) + length;
      System.arraycopy(keyBytes, from, packed, to, bytes);
      entries[slot * stride] = (to + 1L) << 32 | (entries[slot * stride] & 0xFFFF_FFFFL);
      to += bytes;
    }
    keyBytes = packed;
    used = to;
    freed = 0;
  }

  @Override
  public void clear() {
    super.clear();
    used = 0;
    freed = 0;
  }

  @Override
  public long memoryBytes() {
    return super.memoryBytes() + keyBytes.length;
  }

  @Override
  void writeKey(int slot, KeyBuffer block) {
    block.putLong((int) entries[slot * stride]);
    block.putBytes(keyBytes, keyOffset(slot), keyLength(slot));
  }

  @Override
  int readKey(KeyReader block) {
    int hash = (int) block.nextLong();
    int length = (int) block.nextLong();
    block.skip(length);
    KeyTableFormat.checkEnd(block);
    return insert(hash, block.bytes(), block.position() - length, length);
  }
}
