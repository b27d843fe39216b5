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
 * <p>A slot is one word that stands for the key, 0 where it is free, and behind it the values: who
 * finds a key has its values in the same line of the cache, and tables are much larger than caches.
 * At most three of five slots are taken; a full table grows by half.
 *
 * <p>A table holds at most 2^29 slots, of 2^31 longs together, and 1 GiB of key bytes, and refuses
 * more with PIPELINE_FAILED. Owned by one thread.
 */
public abstract sealed class KeyTable permits LongKeyTable, BytesKeyTable {
  static final int MAX_KEY_BYTES = 1 << 30;
  static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private static final int MIN_CAPACITY = 16;
  private static final int MAX_CAPACITY = 1 << 29;

  private final int valueLongs;

  /** Longs of a slot. */
  final int stride;

  /** Slots behind those that are probed, for keys that have no word. */
  private final int extraSlots;

  /** Slots that are probed. */
  int capacity;

  long[] entries = {};

  /** Entries in the probed slots. */
  private int probed;

  private int fullAt;
  private int moves;
  private long stamp;

  KeyTable(int valueLongs, int extraSlots) {
    if (valueLongs < 0) {
      throw new IllegalArgumentException("valueLongs is " + valueLongs);
    }
    this.valueLongs = valueLongs;
    this.stride = Math.addExact(valueLongs, 1);
    this.extraSlots = extraSlots;
    allocate(MIN_CAPACITY);
  }

  /** An empty table whose keys are longs, or null. */
  public static LongKeyTable ofLongs(int valueLongs) {
    return new LongKeyTable(valueLongs);
  }

  /** An empty table whose keys are bytes. */
  public static BytesKeyTable ofBytes(int valueLongs) {
    return new BytesKeyTable(valueLongs);
  }

  // ---- what a kind of key adds ----------------------------------------------------------------

  /** The slot where the search for a key begins, told from its word. */
  abstract int homeOf(long word);

  abstract void writeKey(int slot, KeyBuffer block);

  /** The slot of a key that was added, or a negative number if it was there. */
  abstract int readKey(KeyReader block);

  // ---- entries -------------------------------------------------------------------------------

  final int valueLongs() {
    return valueLongs;
  }

  /** The i-th value of an entry. */
  public final long value(int slot, int i) {
    return entries[slot * stride + 1 + i];
  }

  public final void setValue(int slot, int i, long value) {
    entries[slot * stride + 1 + i] = value;
  }

  /**
   * An array that holds, among others, the values; those of an entry start at {@link #valueOffset}.
   * Until the next insertion.
   */
  public final long[] values() {
    return entries;
  }

  public final int valueOffset(int slot) {
    return slot * stride + 1;
  }

  /** The first entry behind a slot, -1 to begin with; -1 after the last. */
  public int next(int slot) {
    for (int at = slot + 1; at < capacity; at++) {
      if (entries[at * stride] != 0) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Removes an entry. Another entry may move into its slot, so a walk that removes looks at the
   * same slot again; it meets every entry that stays at least once.
   */
  public void remove(int slot) {
    probed--;
    int hole = slot;
    for (int at = after(slot); entries[at * stride] != 0; at = after(at)) {
      // An entry may fill the hole unless its home lies cyclically behind the hole.
      int fromHome = distance(homeOf(entries[at * stride]), at);
      if (fromHome >= distance(hole, at)) {
        System.arraycopy(entries, at * stride, entries, hole * stride, stride);
        hole = at;
      }
    }
    clearSlot(hole);
  }

  /** Removes the entries whose i-th value is less than {@code least}, and shrinks if few stay. */
  public final void removeBelow(int i, long least) {
    for (int slot = next(-1); slot >= 0; ) {
      if (value(slot, i) < least) {
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
      resize(Math.max(MIN_CAPACITY, smaller));
    }
  }

  /** Removes all entries and keeps the memory. */
  public void clear() {
    Arrays.fill(entries, 0);
    probed = 0;
    moves++;
  }

  public int size() {
    return probed;
  }

  /** Changes whenever entries have moved to other slots other than by {@link #remove}. */
  public final int moves() {
    return moves;
  }

  /** Whether the next new key will make the table grow. */
  public final boolean isFull() {
    return probed >= fullAt;
  }

  /** Bytes of the arrays of this table. */
  public long memoryBytes() {
    return 8L * entries.length;
  }

  /** A number of the owner's that is stored with the table; 0 at first. */
  public final long stamp() {
    return stamp;
  }

  public final void setStamp(long stamp) {
    this.stamp = stamp;
  }

  /**
   * Makes room for so many entries altogether, and a few more, so that it need not grow for them.
   */
  public final void reserve(long size) {
    long wanted = Math.min(size / 11 * 20 + MIN_CAPACITY, maxCapacity());
    if (wanted > capacity) {
      resize((int) wanted);
    }
  }

  // ---- slots ---------------------------------------------------------------------------------

  /** Spreads the upper half of a mixed hash over the slots. */
  final int slotFor(long mixed) {
    return (int) (((mixed >>> 32) * capacity) >>> 32);
  }

  final int after(int slot) {
    int next = slot + 1;
    return next == capacity ? 0 : next;
  }

  private int distance(int from, int to) {
    int distance = to - from;
    return distance < 0 ? distance + capacity : distance;
  }

  /** Takes a free slot for a new key: the one that its search ended at, if the table has room. */
  final int take(int slot, long word) {
    int taken = slot;
    if (isFull()) {
      grow();
      taken = freeSlot(word);
    }
    entries[taken * stride] = word;
    probed++;
    return taken;
  }

  final void clearSlot(int slot) {
    Arrays.fill(entries, slot * stride, (slot + 1) * stride, 0);
  }

  private int freeSlot(long word) {
    int slot = homeOf(word);
    while (entries[slot * stride] != 0) {
      slot = after(slot);
    }
    return slot;
  }

  private int maxCapacity() {
    return Math.min(MAX_CAPACITY, (Integer.MAX_VALUE - 8) / stride - extraSlots);
  }

  private void allocate(int newCapacity) {
    capacity = newCapacity;
    fullAt = (int) (newCapacity * 3L / 5);
    entries = new long[(newCapacity + extraSlots) * stride];
  }

  private void grow() {
    int max = maxCapacity();
    if (capacity >= max) {
      throw tooLarge(capacity + " slots of " + valueLongs + " values");
    }
    resize((int) Math.min(capacity + (capacity + 1L) / 2, max));
  }

  private void resize(int newCapacity) {
    int oldCapacity = capacity;
    long[] old = entries;
    allocate(newCapacity);
    moves++;
    // Homes rise with the mixed hash at any capacity, so that both arrays are walked in order.
    for (int from = 0; from < oldCapacity * stride; from += stride) {
      long word = old[from];
      if (word != 0) {
        int to = freeSlot(word) * stride;
        for (int i = 0; i < stride; i++) {
          entries[to + i] = old[from + i];
        }
      }
    }
    System.arraycopy(old, oldCapacity * stride, entries, newCapacity * stride, extraSlots * stride);
  }

  static MillraceException tooLarge(String what) {
    return new MillraceException(
        ErrorCode.PIPELINE_FAILED,
        "keyed state outgrew one table: " + what,
        "Raise the maximum parallelism, bound the state by a horizon, or keep it in RocksDB.");
  }

  // ---- as bytes ------------------------------------------------------------------------------

  /** Writes the table, values as they are; see {@link KeyTableFormat}. */
  public final void write(DataOutputView out) throws IOException {
    write(out, StoredValues.asTheyAre(valueLongs));
  }

  /** Writes the table, see {@link KeyTableFormat}. */
  public final void write(DataOutputView out, StoredValues stored) throws IOException {
    KeyTableFormat.write(this, out, stored);
  }

  /**
   * Reads what {@link #write(DataOutputView)} wrote.
   *
   * @throws MillraceException STATE_CORRUPT if it is not such a table
   */
  public static KeyTable read(DataInputView in) throws IOException {
    return KeyTableFormat.read(in);
  }

  /**
   * Reads what {@link #write(DataOutputView, StoredValues)} wrote.
   *
   * @param valueLongs of an entry of the table
   * @throws MillraceException STATE_CORRUPT if it is not such a table
   */
  public static KeyTable read(DataInputView in, int valueLongs, StoredValues stored)
      throws IOException {
    return KeyTableFormat.read(in, valueLongs, stored);
  }
}
