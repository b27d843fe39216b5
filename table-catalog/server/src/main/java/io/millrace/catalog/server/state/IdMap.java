package io.millrace.catalog.server.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A map by id of which the next one shares all but a small part. Immutable; thread-safe.
 *
 * <p>An array of small open hash tables, ids beside each other as longs. A look-up reads four or
 * five lines of memory, however many ids there are, where a tree of twenty thousand reads thirty;
 * decisions are look-ups, and what these cost is misses of the cache. A change copies the array and
 * one table.
 */
final class IdMap<V> {
  /** So many ids for each table, on average, are the most. */
  private static final int PER_TABLE = 32;

  private static final IdMap<?> EMPTY = new IdMap<>(new Table[1], 0);

  private final @Nullable Table[] tables;
  private final int size;

  private IdMap(@Nullable Table[] tables, int size) {
    this.tables = tables;
    this.size = size;
  }

  @SuppressWarnings("unchecked") // there are no values in it
  static <V> IdMap<V> empty() {
    return (IdMap<V>) EMPTY;
  }

  /** Ids in two longs each; where the value is null, nobody is. */
  private record Table(long[] ids, @Nullable Object[] values) {
    static Table of(int most) {
      int places = Integer.highestOneBit(Math.max(1, most + most / 2)) << 1;
      return new Table(new long[2 * places], new Object[places]);
    }

    int find(long high, long low, int hash) {
      int mask = values.length - 1;
      int at = hash & mask;
      while (values[at] != null && (ids[2 * at] != high || ids[2 * at + 1] != low)) {
        at = (at + 1) & mask;
      }
      return at;
    }

    void put(long high, long low, Object value) {
      int at = find(high, low, hash(high, low));
      ids[2 * at] = high;
      ids[2 * at + 1] = low;
      values[at] = value;
    }

    int size() {
      int count = 0;
      for (Object value : values) {
        count += value == null ? 0 : 1;
      }
      return count;
    }

    /** The same with room for so many, without what is at one place; -1 for with everything. */
    Table with(int most, int gone) {
      Table next = Table.of(most);
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        if (value != null && i != gone) {
          next.put(ids[2 * i], ids[2 * i + 1], value);
        }
      }
      return next;
    }
  }

  /** Fibonacci hashing: ids that others chose may differ in any of their bits. */
  private static int hash(long high, long low) {
    return (int) ((high * 31 + low) * 0x9E3779B97F4A7C15L >>> 32);
  }

  /** By the upper bits of the hash; places in a table are by the lower ones. */
  private static int table(int hash, int tables) {
    return (int) ((hash & 0xFFFF_FFFFL) * tables >>> 32);
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // only values of this type are put in
  @Nullable V get(UUID id) {
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    int hash = hash(high, low);
    Table table = tables[table(hash, tables.length)];
    return table == null ? null : (V) table.values()[table.find(high, low, hash)];
  }

  boolean containsKey(UUID id) {
    return get(id) != null;
  }

  IdMap<V> plus(UUID id, V value) {
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    boolean more = !containsKey(id);
    if (more && size + 1 > tables.length * PER_TABLE) {
      return grown().plus(id, value);
    }
    int at = table(hash(high, low), tables.length);
    Table before = tables[at];
    Table after = before == null ? Table.of(1) : before.with(before.size() + (more ? 1 : 0), -1);
    after.put(high, low, value);
    @Nullable Table[] next = tables.clone();
    next[at] = after;
    return new IdMap<>(next, more ? size + 1 : size);
  }

  IdMap<V> minus(UUID id) {
    if (!containsKey(id)) {
      return this;
    }
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    int hash = hash(high, low);
    int at = table(hash, tables.length);
    Table before = tables[at];
    @Nullable Table[] next = tables.clone();
    next[at] = before == null ? null : before.with(before.size() - 1, before.find(high, low, hash));
    return new IdMap<>(next, size - 1);
  }

  /** The same with twice as many tables. */
  private IdMap<V> grown() {
    @Nullable Table[] next = new Table[2 * tables.length];
    for (int i = 0; i < tables.length; i++) {
      Table table = tables[i];
      if (table == null) {
        continue;
      }
      for (int j = 0; j < table.values().length; j++) {
        Object value = table.values()[j];
        if (value != null) {
          long high = table.ids()[2 * j];
          long low = table.ids()[2 * j + 1];
          int at = table(hash(high, low), next.length);
          Table into = next[at];
          Table larger = into == null ? Table.of(1) : into.with(into.size() + 1, -1);
          larger.put(high, low, value);
          next[at] = larger;
        }
      }
    }
    return new IdMap<>(next, size);
  }

  /** All values, in no order. */
  @SuppressWarnings("unchecked") // only values of this type are put in
  List<V> values() {
    List<V> all = new ArrayList<>(size);
    for (Table table : tables) {
      if (table != null) {
        Arrays.stream(table.values())
            .filter(value -> value != null)
            .forEach(value -> all.add((V) value));
      }
    }
    return all;
  }
}
