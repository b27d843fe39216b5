package io.millrace.catalog.server.state;

import io.millrace.catalog.access.Privilege;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Who was granted what on one securable: principals in order of their ids, and a bit for each
 * privilege. Immutable; a million of them take some forty megabytes.
 */
final class GrantSet {
  static final GrantSet NONE = new GrantSet(new UUID[0], new long[0]);

  private final UUID[] principals;
  private final long[] privileges;

  private GrantSet(UUID[] principals, long[] privileges) {
    this.principals = principals;
    this.privileges = privileges;
  }

  int size() {
    return principals.length;
  }

  /** Bits of the privileges of one principal, those of its groups not counted. */
  long of(UUID principal) {
    int at = Arrays.binarySearch(principals, principal);
    return at < 0 ? 0 : privileges[at];
  }

  /** Bits of the privileges of a principal with all its groups. */
  long ofAny(PrincipalSet who) {
    long bits = 0;
    if (principals.length < who.size()) {
      for (int i = 0; i < principals.length; i++) {
        if (who.contains(principals[i])) {
          bits |= privileges[i];
        }
      }
      return bits;
    }
    for (UUID principal : who) {
      bits |= of(principal);
    }
    return bits;
  }

  /** The same with other privileges for one principal; none of them takes it out. */
  GrantSet with(UUID principal, long bits) {
    int at = Arrays.binarySearch(principals, principal);
    if (at >= 0 && bits != 0) {
      long[] changed = privileges.clone();
      changed[at] = bits;
      return new GrantSet(principals, changed);
    }
    if (at < 0 && bits == 0) {
      return this;
    }
    int place = at < 0 ? ~at : at;
    int step = at < 0 ? 1 : -1;
    UUID[] who = Arrays.copyOf(principals, principals.length + step);
    long[] what = Arrays.copyOf(privileges, privileges.length + step);
    if (step > 0) {
      System.arraycopy(principals, place, who, place + 1, principals.length - place);
      System.arraycopy(privileges, place, what, place + 1, privileges.length - place);
      who[place] = principal;
      what[place] = bits;
    } else {
      System.arraycopy(principals, place + 1, who, place, who.length - place);
      System.arraycopy(privileges, place + 1, what, place, what.length - place);
    }
    return new GrantSet(who, what);
  }

  void forEach(BiConsumer<UUID, Set<Privilege>> consumer) {
    for (int i = 0; i < principals.length; i++) {
      consumer.accept(principals[i], privileges(privileges[i]));
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
    private UUID[] principals = new UUID[4];
    private long[] privileges = new long[4];
    private int size;

    void add(UUID principal, Set<Privilege> granted) {
      if (size == principals.length) {
        principals = Arrays.copyOf(principals, size * 2);
        privileges = Arrays.copyOf(privileges, size * 2);
      }
      principals[size] = principal;
      privileges[size++] = bits(granted);
    }

    GrantSet build() {
      UUID[] who = Arrays.copyOf(principals, size);
      Arrays.sort(who);
      long[] what = new long[size];
      for (int i = 0; i < size; i++) {
        what[Arrays.binarySearch(who, principals[i])] = privileges[i];
      }
      return new GrantSet(who, what);
    }
  }
}
