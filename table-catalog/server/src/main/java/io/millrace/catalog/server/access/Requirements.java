package io.millrace.catalog.server.access;

import static io.millrace.catalog.access.Privilege.ALL_PRIVILEGES;
import static io.millrace.catalog.access.Privilege.BROWSE;
import static io.millrace.catalog.access.Privilege.MANAGE;
import static io.millrace.catalog.access.Privilege.USE_CATALOG;
import static io.millrace.catalog.access.Privilege.USE_SCHEMA;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.AccessExplanation.Ground;
import io.millrace.catalog.server.access.AccessExplanation.GroundKind;
import io.millrace.catalog.server.access.AccessExplanation.Requirement;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What it takes to do something with one securable, and what of it somebody has. Goes through
 * everything that there is, where {@link AccessRules} stops at the first that is enough; a test
 * holds them to the same answers.
 */
final class Requirements {
  private final CatalogState state;
  private final UUID principal;
  private final GroupPaths paths;
  private final Securable securable;

  /** The securable, then its containers, without the metastore unless it is that. */
  private final List<Securable> levels = new ArrayList<>();

  Requirements(CatalogState state, UUID principal, UUID securable) {
    this.state = state;
    this.principal = principal;
    this.paths = new GroupPaths(state, principal);
    this.securable =
        state
            .find(securable)
            .orElseThrow(() -> new IllegalArgumentException("no securable " + securable));
    Securable at = this.securable;
    levels.add(at);
    while (!at.isRoot()) {
      at = state.find(at.parent()).orElseThrow();
      if (!at.isRoot()) {
        levels.add(at);
      }
    }
  }

  List<Requirement> of(Action action) {
    List<Requirement> all = new ArrayList<>();
    Optional<Principal> acting = state.principal(principal).filter(Principal::acts);
    if (acting.isEmpty()) {
      all.add(new Requirement("an active user or service principal who asks", List.of()));
    }
    Requirement own = own(action);
    if (!isEnough(action, own)) {
      boolean itself = action.kind() == Action.Kind.CREATE;
      for (int i = levels.size() - 1; i >= (itself ? 0 : 1); i--) {
        usable(levels.get(i)).ifPresent(all::add);
      }
    }
    all.add(own);
    return all;
  }

  /** Whether containers do not matter. */
  private static boolean isEnough(Action action, Requirement own) {
    return switch (action.kind()) {
      case SEE ->
          own.grounds().stream()
              .anyMatch(
                  ground ->
                      ground.kind() != GroundKind.GRANT
                          || ground.privilege().equals(Optional.of(MANAGE))
                          || isBrowse(ground));
      case GRANT -> own.grounds().stream().anyMatch(g -> g.kind() == GroundKind.ADMIN);
      case ADMINISTER -> true;
      default -> false;
    };
  }

  private static boolean isBrowse(Ground ground) {
    return ground.privilege().equals(Optional.of(BROWSE));
  }

  private Optional<Requirement> usable(Securable container) {
    if (container.type() != SecurableType.CATALOG && container.type() != SecurableType.SCHEMA) {
      return Optional.empty();
    }
    Privilege use = container.type() == SecurableType.CATALOG ? USE_CATALOG : USE_SCHEMA;
    List<Securable> from = levels.subList(levels.indexOf(container), levels.size());
    List<Ground> grounds = new ArrayList<>();
    grants(grounds, EnumSet.of(use, ALL_PRIVILEGES), from);
    owners(grounds, from);
    return Optional.of(new Requirement(use.wireName() + " on " + called(container), grounds));
  }

  private Requirement own(Action action) {
    Set<Privilege> wanted = EnumSet.noneOf(Privilege.class);
    action.privilege().ifPresent(wanted::add);
    List<Ground> grounds = new ArrayList<>();
    String on = " on " + called(securable);
    String admin = "membership in the group of metastore admins";
    switch (action.kind()) {
      case SEE -> {
        for (Privilege privilege : Privilege.values()) {
          if (privilege.appliesTo(securable.type())) {
            wanted.add(privilege);
          }
        }
        wanted.add(BROWSE);
        grants(grounds, wanted, levels);
        owners(grounds, levels);
        admins(grounds);
        return new Requirement(
            "any privilege" + on + ", BROWSE, or ownership of it or of what it is in", grounds);
      }
      case DATA -> {
        wanted.add(ALL_PRIVILEGES);
        grants(grounds, wanted, levels);
        owners(grounds, levels.subList(0, 1));
        return new Requirement(
            action.privilege().orElseThrow().wireName() + on + ", or ownership of it", grounds);
      }
      case CREATE -> {
        wanted.add(ALL_PRIVILEGES);
        grants(grounds, wanted, levels);
        if (securable.isRoot()) {
          admins(grounds);
        } else {
          owners(grounds, levels);
        }
        return new Requirement(
            action.privilege().orElseThrow().wireName()
                + on
                + ", or "
                + (securable.isRoot() ? admin : "ownership of it or of what it is in"),
            grounds);
      }
      case TAG, MANAGE, GRANT -> {
        wanted.add(MANAGE);
        if (action.kind() == Action.Kind.TAG) {
          wanted.add(ALL_PRIVILEGES);
        }
        grants(grounds, wanted, levels);
        if (!securable.isRoot()) {
          owners(grounds, levels);
        }
        if (action.kind() == Action.Kind.GRANT) {
          admins(grounds);
        }
        if (securable.isRoot()) {
          return new Requirement(admin, grounds);
        }
        String named =
            action.privilege().map(privilege -> privilege.wireName() + " or ").orElse("");
        return new Requirement(
            named + "MANAGE" + on + ", or ownership of it or of what it is in", grounds);
      }
      case ADMINISTER -> {
        admins(grounds);
        return new Requirement(admin, grounds);
      }
    }
    throw new IllegalArgumentException("unknown kind of action " + action);
  }

  private void grants(List<Ground> grounds, Set<Privilege> wanted, List<Securable> on) {
    for (UUID grantee : paths.reached()) {
      for (Securable at : on) {
        for (Privilege granted : state.granted(at.id(), grantee)) {
          if (wanted.contains(granted)) {
            grounds.add(ground(GroundKind.GRANT, Optional.of(granted), at, grantee));
          }
        }
      }
    }
  }

  private void owners(List<Ground> grounds, List<Securable> of) {
    for (Securable at : of) {
      if (paths.reaches(at.owner())) {
        grounds.add(ground(GroundKind.OWNERSHIP, Optional.empty(), at, at.owner()));
      }
    }
  }

  private void admins(List<Ground> grounds) {
    if (paths.reaches(state.admins())) {
      grounds.add(ground(GroundKind.ADMIN, Optional.empty(), state.metastore(), state.admins()));
    }
  }

  private Ground ground(
      GroundKind kind, Optional<Privilege> privilege, Securable on, UUID grantee) {
    return new Ground(kind, privilege, on.type(), state.fullName(on), paths.to(grantee));
  }

  private String called(Securable some) {
    return some.isRoot() ? "the metastore" : some.type().words() + " " + state.fullName(some);
  }
}
