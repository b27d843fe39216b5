package io.millrace.delta.state;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A hash table from a long (or null), or from bytes, to a fixed number of longs, in plain arrays.
 *
 * <p>Open addressing with linear probing and removal by backward shift (Knuth, The Art of Computer
 * Programming, volume 3, 6.4, algorithm R). An entry is named by its <em>slot</em>; slots hold
 * until the next insertion or removal. {@link #moves} tells whether an insertion moved them.
 *
 * <p>A table holds at most 2^29 slots and 1 GiB of key bytes and refuses more with PIPELINE_FAILED.
 * Owned by one thread.
 */
public final class KeyTable {
  private static final int VERSION = 1;
  private static final int END = 0;
  private static final int BLOCK_BYTES = 32 << 10;
  private static final int MIN_CAPACITY = 16;
  private static final int MAX_CAPACITY = 1 << 29;
  private static final int MAX_KEY_BYTES = 1 << 30;

  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private final boolean longKeys;
  private final int valueLongs;

  private int capacity;
  private int shift;

  /** Entries in the probed slots; the two special entries are counted apart. */
  private int probed;

  private int moves;
  private long stamp;

  /**
   * Long tables: the keys, 0 where a slot is free. Two more slots follow for the keys that cannot
   * be told from a free slot: null at {@code capacity}, 0 at {@code capacity + 1}.
   */
  private long[] keys = {};

  private boolean hasNull;
  private boolean hasZero;

  /** Bytes tables: offset of the key plus one, 0 where a slot is free; its length; its hash. */
  private int[] positions = {};

  private int[] lengths = {};
  private int[] hashes = {};
  private byte[] keyBytes = {};
  private int keyBytesUsed;
  private int keyBytesFreed;

  private long[] values = {};

  private KeyTable(boolean longKeys, int valueLongs) {
    if (valueLongs < 0) {
      throw new IllegalArgumentException("valueLongs is " + valueLongs);
    }
    this.longKeys = longKeys;
    this.valueLongs = valueLongs;
    allocate(MIN_CAPACITY);
  }

  /** An empty table whose keys are longs, or null. */
  public static KeyTable ofLongs(int valueLongs) {
    return new KeyTable(true, valueLongs);
  }

  /** An empty table whose keys are bytes. */
  public static KeyTable ofBytes(int valueLongs) {
    return new KeyTable(false, valueLongs);
  }

  // ---- long keys -----------------------------------------------------------------------------

  /** The slot of a key, or -1. */
  public int find(long key) {
    if (key == 0) {
      return hasZero ? capacity + 1 : -1;
    }
    int mask = capacity - 1;
    for (int slot = home(key); ; slot = (slot + 1) & mask) {
      long present = keys[slot];
      if (present == key) {
        return slot;
      }
      if (present == 0) {
        return -1;
      }
    }
  }

  /** The slot of a key that was added, with values of 0; {@code ~slot} of one that was there. */
  public int insert(long key) {
    if (key == 0) {
      int slot = capacity + 1;
      if (hasZero) {
        return ~slot;
      }
      hasZero = true;
      return slot;
    }
    int mask = capacity - 1;
    int slot = home(key);
    for (; ; slot = (slot + 1) & mask) {
      long present = keys[slot];
      if (present == key) {
        return ~slot;
      }
      if (present == 0) {
        break;
      }
    }
    if (isFull()) {
      grow();
      slot = freeSlot(key);
    }
    keys[slot] = key;
    probed++;
    return slot;
  }

  /** The slot of the null key, or -1. */
  public int findNull() {
    return hasNull ? capacity : -1;
  }

  /** As {@link #insert(long)}, for the null key. */
  public int insertNull() {
    if (hasNull) {
      return ~capacity;
    }
    hasNull = true;
    return capacity;
  }

  public boolean isNullKey(int slot) {
    return slot == capacity;
  }

  /** The key of an entry that is not the null key. */
  public long longKey(int slot) {
    return keys[slot];
  }

  private int home(long key) {
    long h = key * GOLDEN;
    return (int) (((h ^ (h >>> 32)) * GOLDEN) >>> shift);
  }

  private int freeSlot(long key) {
    int mask = capacity - 1;
    int slot = home(key);
    while (keys[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  // ---- bytes ---------------------------------------------------------------------------------

  /** The slot of a key, or -1. */
  public int find(int hash, byte[] key, int offset, int length) {
    int mask = capacity - 1;
    for (int slot = home(hash); ; slot = (slot + 1) & mask) {
      if (positions[slot] == 0) {
        return -1;
      }
      if (hashes[slot] == hash && sameKey(slot, key, offset, length)) {
        return slot;
      }
    }
  }

  /**
   * The slot of a key that was added, with values of 0; {@code ~slot} of one that was there. Equal
   * keys must come with equal hashes.
   */
  public int insert(int hash, byte[] key, int offset, int length) {
    int mask = capacity - 1;
    int slot = home(hash);
    for (; positions[slot] != 0; slot = (slot + 1) & mask) {
      if (hashes[slot] == hash && sameKey(slot, key, offset, length)) {
        return ~slot;
      }
    }
    if (isFull()) {
      grow();
      slot = freeSlot(hash);
    }
    positions[slot] = append(key, offset, length) + 1;
    lengths[slot] = length;
    hashes[slot] = hash;
    probed++;
    return slot;
  }

  /**
   * The array in which {@link #keyOffset} and {@link #keyLength} point; until the next insertion.
   */
  public byte[] keyBytes() {
    return keyBytes;
  }

  public int keyOffset(int slot) {
    return positions[slot] - 1;
  }

  public int keyLength(int slot) {
    return lengths[slot];
  }

  private boolean sameKey(int slot, byte[] key, int offset, int length) {
    if (lengths[slot] != length) {
      return false;
    }
    int position = positions[slot] - 1;
    return Arrays.equals(keyBytes, position, position + length, key, offset, offset + length);
  }

  private int home(int hash) {
    return (int) ((hash * GOLDEN) >>> shift);
  }

  private int freeSlot(int hash) {
    int mask = capacity - 1;
    int slot = home(hash);
    while (positions[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int append(byte[] key, int offset, int length) {
    long needed = (long) keyBytesUsed + length;
    if (needed > MAX_KEY_BYTES) {
      throw tooLarge(needed + " bytes of keys");
    }
    if (keyBytes.length < needed) {
      long larger = Math.max(needed, Math.max(256, keyBytes.length + (keyBytes.length >> 1)));
      keyBytes = Arrays.copyOf(keyBytes, (int) Math.min(larger, MAX_KEY_BYTES));
    }
    int position = keyBytesUsed;
    System.arraycopy(key, offset, keyBytes, position, length);
    keyBytesUsed += length;
    return position;
  }

  // ---- entries -------------------------------------------------------------------------------

  /** The i-th value of an entry. */
  public long value(int slot, int i) {
    return values[slot * valueLongs + i];
  }

  public void setValue(int slot, int i, long value) {
    values[slot * valueLongs + i] = value;
  }

  /** All values; those of an entry start at {@link #valueOffset}. Until the next insertion. */
  public long[] values() {
    return values;
  }

  public int valueOffset(int slot) {
    return slot * valueLongs;
  }

  /** The first entry behind a slot, -1 to begin with; -1 after the last. */
  public int next(int slot) {
    int at = slot + 1;
    if (!longKeys) {
      while (at < capacity) {
        if (positions[at] != 0) {
          return at;
        }
        at++;
      }
      return -1;
    }
    while (at < capacity) {
      if (keys[at] != 0) {
        return at;
      }
      at++;
    }
    if (at == capacity) {
      if (hasNull) {
        return at;
      }
      at++;
    }
    return at == capacity + 1 && hasZero ? at : -1;
  }

  /**
   * Removes an entry. Another entry may move into its slot, so a walk that removes looks at the
   * same slot again; it meets every entry that stays at least once.
   */
  public void remove(int slot) {
    if (longKeys && slot >= capacity) {
      if (slot == capacity) {
        hasNull = false;
      } else {
        hasZero = false;
      }
      clearValues(slot);
      return;
    }
    if (!longKeys) {
      keyBytesFreed += lengths[slot];
    }
    probed--;
    int mask = capacity - 1;
    int hole = slot;
    for (int at = (slot + 1) & mask; isTaken(at); at = (at + 1) & mask) {
      int home = longKeys ? home(keys[at]) : home(hashes[at]);
      // An entry may fill the hole unless its home lies cyclically behind the hole.
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        move(at, hole);
        hole = at;
      }
    }
    if (longKeys) {
      keys[hole] = 0;
    } else {
      positions[hole] = 0;
    }
    clearValues(hole);
    if (keyBytesFreed > 1 << 16 && keyBytesFreed > keyBytesUsed / 2) {
      packKeyBytes();
    }
  }

  /** Removes the entries whose i-th value is less than {@code least}, and shrinks if few stay. */
  public void removeBelow(int i, long least) {
    for (int slot = next(-1); slot >= 0; ) {
      if (values[slot * valueLongs + i] < least) {
        remove(slot);
        slot = next(slot - 1);
      } else {
        slot = next(slot);
      }
    }
    if (capacity > MIN_CAPACITY && probed < capacity / 8) {
      int smaller = capacity;
      while (smaller > MIN_CAPACITY && probed < smaller / 4) {
        smaller /= 2;
      }
      resize(smaller);
    }
  }

  private boolean isTaken(int slot) {
    return longKeys ? keys[slot] != 0 : positions[slot] != 0;
  }

  private void move(int from, int to) {
    if (longKeys) {
      keys[to] = keys[from];
    } else {
      positions[to] = positions[from];
      lengths[to] = lengths[from];
      hashes[to] = hashes[from];
    }
    System.arraycopy(values, from * valueLongs, values, to * valueLongs, valueLongs);
  }

  private void clearValues(int slot) {
    Arrays.fill(values, slot * valueLongs, (slot + 1) * valueLongs, 0);
  }

  /** Removes all entries and keeps the memory. */
  public void clear() {
    Arrays.fill(keys, 0);
    Arrays.fill(positions, 0);
    Arrays.fill(values, 0);
    probed = 0;
    hasNull = false;
    hasZero = false;
    keyBytesUsed = 0;
    keyBytesFreed = 0;
    moves++;
  }

  public int size() {
    return probed + (hasNull ? 1 : 0) + (hasZero ? 1 : 0);
  }

  /** Changes whenever entries have moved to other slots other than by {@link #remove}. */
  public int moves() {
    return moves;
  }

  /** Whether the next new key will make the table grow. */
  public boolean isFull() {
    return probed >= capacity / 2 + capacity / 16;
  }

  /** Bytes of the arrays of this table. */
  public long memoryBytes() {
    return 8L * (keys.length + values.length)
        + 4L * (positions.length + lengths.length + hashes.length)
        + keyBytes.length;
  }

  /** A number of the owner's that is stored with the table; 0 at first. */
  public long stamp() {
    return stamp;
  }

  public void setStamp(long stamp) {
    this.stamp = stamp;
  }

  // ---- growth --------------------------------------------------------------------------------

  private void allocate(int newCapacity) {
    long slots = newCapacity + (longKeys ? 2L : 0L);
    if (newCapacity > MAX_CAPACITY || slots * valueLongs > Integer.MAX_VALUE - 8) {
      throw tooLarge(newCapacity + " slots of " + valueLongs + " values");
    }
    capacity = newCapacity;
    shift = 64 - Integer.numberOfTrailingZeros(newCapacity);
    if (longKeys) {
      keys = new long[(int) slots];
    } else {
      positions = new int[newCapacity];
      lengths = new int[newCapacity];
      hashes = new int[newCapacity];
    }
    values = new long[(int) (slots * valueLongs)];
  }

  private void grow() {
    resize(capacity * 2);
  }

  private void resize(int newCapacity) {
    int oldCapacity = capacity;
    long[] oldKeys = keys;
    int[] oldPositions = positions;
    int[] oldLengths = lengths;
    int[] oldHashes = hashes;
    long[] oldValues = values;
    allocate(newCapacity);
    moves++;
    for (int i = 0; i < oldCapacity; i++) {
      int slot;
      if (longKeys) {
        if (oldKeys[i] == 0) {
          continue;
        }
        slot = freeSlot(oldKeys[i]);
        keys[slot] = oldKeys[i];
      } else {
        if (oldPositions[i] == 0) {
          continue;
        }
        slot = freeSlot(oldHashes[i]);
        positions[slot] = oldPositions[i];
        lengths[slot] = oldLengths[i];
        hashes[slot] = oldHashes[i];
      }
      System.arraycopy(oldValues, i * valueLongs, values, slot * valueLongs, valueLongs);
    }
    if (longKeys) {
      System.arraycopy(
          oldValues, oldCapacity * valueLongs, values, capacity * valueLongs, 2 * valueLongs);
    }
  }

  private void packKeyBytes() {
    byte[] packed = new byte[Math.max(256, keyBytesUsed - keyBytesFreed)];
    int at = 0;
    for (int slot = 0; slot < capacity; slot++) {
      if (positions[slot] != 0) {
        System.arraycopy(keyBytes, positions[slot] - 1, packed, at, lengths[slot]);
        positions[slot] = at + 1;
        at += lengths[slot];
      }
    }
    keyBytes = packed;
    keyBytesUsed = at;
    keyBytesFreed = 0;
  }

  private static MillraceException tooLarge(String what) {
    return new MillraceException(
        ErrorCode.PIPELINE_FAILED,
        "keyed state outgrew one table: " + what,
        "Raise the maximum parallelism, bound the state by a horizon, or keep it in RocksDB.");
  }

  // ---- as bytes ------------------------------------------------------------------------------

  /**
   * Writes the table. Version 1: version, kind of key, longs per value (1 byte each of the first
   * two, then int), stamp (long), number of entries (int), then blocks of entries, each led by its
   * length (int); a block of length 0 ends the table. An entry is its key (long tables: a byte 0
   * for null or 1 and the long; bytes tables: hash and bytes), then its values; see {@link
   * KeyBuffer} for the encoding of numbers and bytes.
   */
  public void write(DataOutputView out) throws IOException {
    out.writeByte(VERSION);
    out.writeByte(longKeys ? 0 : 1);
    out.writeInt(valueLongs);
    out.writeLong(stamp);
    out.writeInt(size());
    KeyBuffer block = new KeyBuffer(Math.min(BLOCK_BYTES * 2, 32 + size() * (valueLongs + 1) * 4));
    for (int slot = next(-1); slot >= 0; slot = next(slot)) {
      if (!longKeys) {
        block.putLong(hashes[slot]);
        block.putBytes(keyBytes, positions[slot] - 1, lengths[slot]);
      } else if (slot == capacity) {
        block.putByte(0);
      } else {
        block.putByte(1);
        block.putLong(keys[slot]);
      }
      for (int i = 0; i < valueLongs; i++) {
        block.putLong(values[slot * valueLongs + i]);
      }
      if (block.length() >= BLOCK_BYTES) {
        writeBlock(block, out);
      }
    }
    if (block.length() > 0) {
      writeBlock(block, out);
    }
    out.writeInt(END);
  }

  private static void writeBlock(KeyBuffer block, DataOutputView out) throws IOException {
    out.writeInt(block.length());
    out.write(block.bytes(), 0, block.length());
    block.clear();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws MillraceException STATE_CORRUPT if it is not such a table
   */
  public static KeyTable read(DataInputView in) throws IOException {
    int version = in.readByte();
    int kind = in.readByte();
    int valueLongs = in.readInt();
    long stamp = in.readLong();
    int size = in.readInt();
    if (version != VERSION || kind < 0 || kind > 1 || valueLongs < 0 || size < 0) {
      throw corrupt(
          "version " + version + ", kind " + kind + ", values " + valueLongs + ", size " + size);
    }
    KeyTable table = new KeyTable(kind == 0, valueLongs);
    table.stamp = stamp;
    long wanted = MIN_CAPACITY;
    while (wanted / 2 < size && wanted < MAX_CAPACITY) {
      wanted *= 2;
    }
    table.allocate((int) wanted);
    byte[] block = {};
    KeyReader reader = new KeyReader();
    for (int length = in.readInt(); length != END; length = in.readInt()) {
      if (length < 0 || length > MAX_KEY_BYTES) {
        throw corrupt("block of " + length + " bytes");
      }
      if (block.length < length + (valueLongs + 2) * 10) {
        block = new byte[Math.max(length, BLOCK_BYTES) + (valueLongs + 2) * 10];
      }
      in.readFully(block, 0, length);
      reader.reset(block, 0, length);
      while (!reader.atEnd()) {
        table.readEntry(reader);
      }
    }
    if (table.size() != size) {
      throw corrupt(table.size() + " entries where " + size + " were written");
    }
    return table;
  }

  private void readEntry(KeyReader reader) {
    int slot;
    if (!longKeys) {
      int hash = (int) reader.nextLong();
      int length = (int) reader.nextLong();
      reader.skip(length);
      checkEnd(reader);
      slot = insert(hash, reader.bytes(), reader.position() - length, length);
    } else if (reader.nextByte() == 0) {
      slot = insertNull();
    } else {
      slot = insert(reader.nextLong());
    }
    if (slot < 0) {
      throw corrupt("a key occurs twice");
    }
    for (int i = 0; i < valueLongs; i++) {
      values[slot * valueLongs + i] = reader.nextLong();
    }
    checkEnd(reader);
  }

  /** Blocks are read with room to spare, so that a broken number runs past the end first. */
  private static void checkEnd(KeyReader reader) {
    if (reader.isBehindEnd()) {
      throw corrupt("an entry ends behind its block");
    }
  }

  private static MillraceException corrupt(String what) {
    return new MillraceException(
        ErrorCode.STATE_CORRUPT,
        "keyed state cannot be read: " + what,
        "Restore an earlier checkpoint or savepoint.");
  }
}
