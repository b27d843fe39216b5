package io.millrace.delta.parquet;

import java.util.Arrays;

/** Distinct numbers in the order of their first appearance, a few thousand at most. */
final class LongDictionary {
  private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

  private final int limit;
  private long[] values = new long[32];
  private short[] slots = new short[64];
  private int size;

  /**
   * @param limit most entries, up to 32,767
   */
  LongDictionary(int limit) {
    this.limit = limit;
  }

  /** The number of a value, or -1 if it is new and there is no room for it. */
  int idOf(long value) {
    int mask = slots.length - 1;
    int slot = slotOf(value, mask);
    while (true) {
      int id = slots[slot] - 1;
      if (id < 0) {
        break;
      }
      if (values[id] == value) {
        return id;
      }
      slot = (slot + 1) & mask;
    }
    return add(value, slot);
  }

  private int add(long value, int freeSlot) {
    if (size == limit) {
      return -1;
    }
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size] = value;
    slots[freeSlot] = (short) ++size;
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  private void rehash() {
    slots = new short[slots.length * 2];
    int mask = slots.length - 1;
    for (int id = 0; id < size; id++) {
      int slot = slotOf(values[id], mask);
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = (short) (id + 1);
    }
  }

  private static int slotOf(long value, int mask) {
    return (int) ((value * GOLDEN) >>> 40) & mask;
  }

  long value(int id) {
    return values[id];
  }

  int size() {
    return size;
  }

  void clear() {
    Arrays.fill(slots, (short) 0);
    size = 0;
  }
}
