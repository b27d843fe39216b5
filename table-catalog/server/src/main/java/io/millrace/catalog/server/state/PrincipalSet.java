package io.millrace.catalog.server.state;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** A principal and all groups that it is in, directly or through other groups. Immutable. */
public final class PrincipalSet implements Iterable<UUID> {
  private final UUID self;

  /** The principal first, then its groups, then theirs. */
  private final List<UUID> ordered;

  private final Set<UUID> all;

  /** The same in one piece of memory, for looking each of them up. */
  private final long[] ids;

  private PrincipalSet(UUID self, Set<UUID> all) {
    this.self = self;
    this.ordered = List.copyOf(all);
    this.all = new HashSet<>(all);
    this.ids = new long[2 * ordered.size()];
    for (int i = 0; i < ordered.size(); i++) {
      ids[2 * i] = ordered.get(i).getMostSignificantBits();
      ids[2 * i + 1] = ordered.get(i).getLeastSignificantBits();
    }
  }

  /** Walks the groups; one that is in itself, through others, ends the walk there. */
  static PrincipalSet of(UUID self, Function<UUID, ? extends Collection<UUID>> groupsOf) {
    Set<UUID> found = new LinkedHashSet<>();
    found.add(self);
    ArrayDeque<UUID> open = new ArrayDeque<>();
    open.add(self);
    while (!open.isEmpty()) {
      for (UUID group : groupsOf.apply(open.remove())) {
        if (found.add(group)) {
          open.add(group);
        }
      }
    }
    return new PrincipalSet(self, found);
  }

  /** The principal itself. */
  public UUID self() {
    return self;
  }

  public boolean contains(UUID principal) {
    return all.contains(principal);
  }

  int size() {
    return ordered.size();
  }

  /** The upper half of the id of one of them, by its place in the order. */
  long high(int place) {
    return ids[2 * place];
  }

  /** The lower half. */
  long low(int place) {
    return ids[2 * place + 1];
  }

  /** The nearest first: the principal itself, then its groups, then theirs. */
  @Override
  public Iterator<UUID> iterator() {
    return ordered.iterator();
  }
}
