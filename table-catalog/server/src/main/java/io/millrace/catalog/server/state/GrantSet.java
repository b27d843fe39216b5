package io.millrace.catalog.server.state;

import io.millrace.catalog.access.Privilege;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Who was granted what on one securable: a bit for each privilege, by principal. Immutable.
 *
 * <p>An open hash table in one array, three longs for each place: the halves of the principal's id
 * and the bits, which are 0 where nobody is. A look-up touches one or two lines of memory; a
 * decision asks for each group of a user, and what it costs is misses of the cache.
 */
final class GrantSet {
  private static final int WIDTH = 3;

  static final GrantSet NONE = new GrantSet(new long[WIDTH], 0);

  private final long[] places;
  private final int size;

  private GrantSet(long[] places, int size) {
    this.places = places;
    this.size = size;
  }

  /** An empty table that is at most two thirds full with so many in it. */
  private static long[] places(int most) {
    int count = Integer.highestOneBit(Math.max(1, most + most / 2)) << 1;
    return new long[count * WIDTH];
  }

  /** Where a principal is, or would be. */
  private static int find(long[] places, long high, long low) {
    int mask = places.length / WIDTH - 1;
    // Fibonacci hashing: ids that others chose may differ in any of their bits.
    int at = (int) ((high * 31 + low) * 0x9E3779B97F4A7C15L >>> 33) & mask;
    while (places[at * WIDTH + 2] != 0
        && (places[at * WIDTH] != high || places[at * WIDTH + 1] != low)) {
      at = (at + 1) & mask;
    }
    return at * WIDTH;
  }

  private static void put(long[] places, long high, long low, long bits) {
    int at = find(places, high, low);
    places[at] = high;
    places[at + 1] = low;
    places[at + 2] = bits;
  }

  int size() {
    return size;
  }

  /** Bits of the privileges of one principal, those of its groups not counted. */
  long of(UUID principal) {
    int at = find(places, principal.getMostSignificantBits(), principal.getLeastSignificantBits());
    return places[at + 2];
  }

  /** Bits of the privileges of a principal with all its groups. */
  long ofAny(PrincipalSet who) {
    if (size == 0) {
      return 0;
    }
    long bits = 0;
    for (int i = 0; i < who.size(); i++) {
      bits |= places[find(places, who.high(i), who.low(i)) + 2];
    }
    return bits;
  }

  /** The same with other privileges for one principal; none of them takes it out. */
  GrantSet with(UUID principal, long bits) {
    long before = of(principal);
    if (before == bits) {
      return this;
    }
    long high = principal.getMostSignificantBits();
    long low = principal.getLeastSignificantBits();
    if (before != 0 && bits != 0) {
      long[] changed = places.clone();
      put(changed, high, low, bits);
      return new GrantSet(changed, size);
    }
    int next = size + (bits == 0 ? -1 : 1);
    long[] changed = places(next);
    for (int at = 0; at < places.length; at += WIDTH) {
      boolean gone = bits == 0 && places[at] == high && places[at + 1] == low;
      if (places[at + 2] != 0 && !gone) {
        put(changed, places[at], places[at + 1], places[at + 2]);
      }
    }
    if (bits != 0) {
      put(changed, high, low, bits);
    }
    return new GrantSet(changed, next);
  }

  /** In the order of the principals' ids. */
  void forEach(BiConsumer<UUID, Set<Privilege>> consumer) {
    UUID[] principals = new UUID[size];
    int count = 0;
    for (int at = 0; at < places.length; at += WIDTH) {
      if (places[at + 2] != 0) {
        principals[count++] = new UUID(places[at], places[at + 1]);
      }
    }
    Arrays.sort(principals);
    for (UUID principal : principals) {
      consumer.accept(principal, privileges(of(principal)));
    }
  }

  static Set<Privilege> privileges(long bits) {
    EnumSet<Privilege> set = EnumSet.noneOf(Privilege.class);
    for (Privilege privilege : Privilege.values()) {
      if ((bits & privilege.bit()) != 0) {
        set.add(privilege);
      }
    }
    return set;
  }

  static long bits(Set<Privilege> privileges) {
    long bits = 0;
    for (Privilege privilege : privileges) {
      bits |= privilege.bit();
    }
    return bits;
  }

  /** Collects grants of one securable. */
  static final class Builder {
    private long[] collected = new long[4 * WIDTH];
    private int size;

    /** The privileges of a principal that was not added before; at least one. */
    void add(UUID principal, Set<Privilege> granted) {
      int at = size * WIDTH;
      if (at == collected.length) {
        collected = Arrays.copyOf(collected, 2 * at);
      }
      collected[at] = principal.getMostSignificantBits();
      collected[at + 1] = principal.getLeastSignificantBits();
      collected[at + 2] = bits(granted);
      size++;
    }

    GrantSet build() {
      long[] places = places(size);
      for (int at = 0; at < size * WIDTH; at += WIDTH) {
        put(places, collected[at], collected[at + 1], collected[at + 2]);
      }
      return new GrantSet(places, size);
    }
  }
}
