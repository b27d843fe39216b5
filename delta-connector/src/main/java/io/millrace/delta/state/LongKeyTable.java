package io.millrace.delta.state;

/** A table whose keys are longs, or null. */
public final class LongKeyTable extends KeyTable {
  /**
   * Two slots follow those that are probed, for the keys that cannot be told from a free slot: null
   * at {@code capacity}, 0 at {@code capacity + 1}.
   */
  private static final int SPECIAL_SLOTS = 2;

  private boolean hasNull;
  private boolean hasZero;

  LongKeyTable(int valueLongs) {
    super(valueLongs, SPECIAL_SLOTS);
  }

  /** The slot of a key, or -1. */
  public int find(long key) {
    if (key == 0) {
      return hasZero ? capacity + 1 : -1;
    }
    for (int slot = homeOf(key); ; slot = after(slot)) {
      long present = entries[slot * stride];
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
    for (int slot = homeOf(key); ; slot = after(slot)) {
      long present = entries[slot * stride];
      if (present == key) {
        return ~slot;
      }
      if (present == 0) {
        return take(slot, key);
      }
    }
  }

  /**
   * Reads the slot where the search for a key begins, so that it is in the cache when the key is
   * inserted: the memory answers many such calls at once, but insertions one after the other.
   *
   * @return what it has read, to be made some use of, so that it is read
   */
  public long touch(long key) {
    return entries[homeOf(key) * stride];
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
    return entries[slot * stride];
  }

  @Override
  int homeOf(long word) {
    long h = word * GOLDEN;
    return slotFor((h ^ (h >>> 32)) * GOLDEN);
  }

  @Override
  public int next(int slot) {
    int at = slot < capacity ? super.next(slot) : -1;
    if (at >= 0) {
      return at;
    }
    if (hasNull && slot < capacity) {
      return capacity;
    }
    return hasZero && slot <= capacity ? capacity + 1 : -1;
  }

  @Override
  public void remove(int slot) {
    if (slot < capacity) {
      super.remove(slot);
      return;
    }
    if (slot == capacity) {
      hasNull = false;
    } else {
      hasZero = false;
    }
    clearSlot(slot);
  }

  @Override
  public void clear() {
    super.clear();
    hasNull = false;
    hasZero = false;
  }

  @Override
  public int size() {
    return super.size() + (hasNull ? 1 : 0) + (hasZero ? 1 : 0);
  }

  @Override
  void writeKey(int slot, KeyBuffer block) {
    if (slot == capacity) {
      block.putByte(0);
    } else {
      block.putByte(1);
      block.putLong(longKey(slot));
    }
  }

  @Override
  int readKey(KeyReader block) {
    return block.nextByte() == 0 ? insertNull() : insert(block.nextLong());
  }
}
