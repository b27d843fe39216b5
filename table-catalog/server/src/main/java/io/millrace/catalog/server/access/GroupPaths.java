package io.millrace.catalog.server.access;

import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** By which groups a principal has what was given to a group: the shortest way to each of them. */
final class GroupPaths {
  private final CatalogState state;

  /** By principal, what comes before it on the way; itself for the first. The nearest first. */
  private final Map<UUID, UUID> before = new LinkedHashMap<>();

  GroupPaths(CatalogState state, UUID principal) {
    this.state = state;
    ArrayDeque<UUID> open = new ArrayDeque<>();
    before.put(principal, principal);
    open.add(principal);
    while (!open.isEmpty()) {
      UUID member = open.remove();
      state.groups(member).stream()
          .sorted(Comparator.comparing(this::name))
          .filter(group -> before.putIfAbsent(group, member) == null)
          .forEach(open::add);
    }
  }

  /** The principal and all its groups, the nearest first. */
  Iterable<UUID> reached() {
    return Collections.unmodifiableSet(before.keySet());
  }

  boolean reaches(UUID principal) {
    return before.containsKey(principal);
  }

  /** Names, from the principal to what it reaches. */
  List<String> to(UUID reached) {
    List<String> path = new ArrayList<>();
    UUID at = reached;
    path.add(name(at));
    while (!before.get(at).equals(at)) {
      at = before.get(at);
      path.add(name(at));
    }
    Collections.reverse(path);
    return path;
  }

  private String name(UUID principal) {
    return state.principal(principal).map(Principal::name).orElse(principal.toString());
  }
}
