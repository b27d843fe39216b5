package io.millrace.catalog.server.state;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** All that a state answers, so that two of them can be compared whatever way they were made. */
public record StateContent(
    Map<UUID, Securable> securables,
    Map<UUID, Map<UUID, Set<Privilege>>> grants,
    Map<UUID, List<String>> children,
    Map<String, UUID> places,
    Map<UUID, Principal> principals,
    Map<UUID, Set<UUID>> members,
    Map<UUID, Set<UUID>> groups,
    Map<UUID, Set<UUID>> reached,
    Map<UUID, Token> tokens) {

  public static StateContent of(CatalogState state) {
    StateContent content =
        new StateContent(
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>());
    state.all().forEach(securable -> content.add(state, securable));
    for (Principal.Kind kind : Principal.Kind.values()) {
      state.principals(kind).forEach(principal -> content.add(state, principal));
    }
    return content;
  }

  private void add(CatalogState state, Securable securable) {
    UUID id = securable.id();
    securables.put(id, securable);
    Map<UUID, Set<Privilege>> granted = new TreeMap<>();
    state.forEachGrant(id, granted::put);
    grants.put(id, granted);
    Map<String, SecurableType> names = new LinkedHashMap<>();
    for (SecurableType type : SecurableType.values()) {
      state
          .children(id, type, "")
          .forEach(
              child -> {
                names.put(type + " " + child.name() + " " + child.id(), type);
                if (!state.find(id, type, child.name()).equals(java.util.Optional.of(child))) {
                  throw new AssertionError(child.name() + " is not found by its name");
                }
              });
    }
    children.put(id, List.copyOf(names.keySet()));
    securable
        .definition()
        .ownLocation()
        .ifPresent(
            place -> places.put(place, state.atOrAbove(place).map(Securable::id).orElseThrow()));
  }

  private void add(CatalogState state, Principal principal) {
    UUID id = principal.id();
    principals.put(id, principal);
    if (!state.principal(principal.name()).equals(java.util.Optional.of(principal))) {
      throw new AssertionError(principal.name() + " is not found by its name");
    }
    members.put(id, new TreeSet<>(state.members(id)));
    groups.put(id, new TreeSet<>(state.groups(id)));
    Set<UUID> all = new TreeSet<>();
    state.reach(id).forEach(all::add);
    reached.put(id, all);
    state
        .tokens(id)
        .forEach(
            token -> {
              tokens.put(token.id(), token);
              if (!state.token(token.hash()).equals(java.util.Optional.of(token))) {
                throw new AssertionError("a token is not found by its hash");
              }
            });
  }
}
