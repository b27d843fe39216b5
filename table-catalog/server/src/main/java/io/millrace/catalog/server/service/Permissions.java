package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.access.EffectivePermission;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.state.PrincipalSet;
import io.millrace.catalog.server.store.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Grants: who was granted what, and granting and revoking. Thread-safe. */
public final class Permissions {
  private final Work work;

  public Permissions(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /** What a principal was granted on one securable itself. */
  public record Assignment(String principal, List<Privilege> privileges) {
    public Assignment {
      requireNonNull(principal, "principal is null");
      privileges = List.copyOf(privileges);
    }
  }

  /**
   * A privilege that was to be taken away and that its principal has even so.
   *
   * @param by the grant by which, on a container, to a group, or of ALL PRIVILEGES
   */
  public record Held(String principal, Privilege privilege, EffectivePermission by) {
    public Held {
      requireNonNull(principal, "principal is null");
      requireNonNull(privilege, "privilege is null");
      requireNonNull(by, "by is null");
    }
  }

  /** What is to change for one principal. */
  public record Revision(String principal, Set<Privilege> add, Set<Privilege> remove) {
    public Revision {
      requireNonNull(principal, "principal is null");
      add = Set.copyOf(add);
      remove = Set.copyOf(remove);
    }
  }

  /**
   * What there is after a change.
   *
   * @param stillHeld privileges that were to be taken away and that the principals have even so, by
   *     something else than a grant on the securable itself to themselves
   */
  public record Outcome(List<Assignment> assignments, List<Held> stillHeld) {
    public Outcome {
      assignments = List.copyOf(assignments);
      stillHeld = List.copyOf(stillHeld);
    }
  }

  /**
   * Grants on a securable itself. Whoever may grant on it sees all, others those to themselves and
   * to their groups.
   *
   * @param principal whose; empty for everybody's
   * @throws MillraceException SECURABLE_NOT_FOUND, PRINCIPAL_NOT_FOUND, PERMISSION_DENIED if
   *     another's are asked for
   */
  public List<Assignment> list(
      Caller caller, SecurableType type, String fullName, Optional<String> principal) {
    CatalogState state = work.state();
    Securable on = find(work, state, caller, type, fullName);
    Optional<Set<UUID>> whose = whose(state, caller, on, principal, false);
    return assignments(state, on, whose);
  }

  /**
   * Privileges on a securable, also those that were granted on what it is in. With a principal: its
   * own and those of its groups.
   */
  public List<EffectivePermission> effective(
      Caller caller, SecurableType type, String fullName, Optional<String> principal) {
    CatalogState state = work.state();
    Securable on = find(work, state, caller, type, fullName);
    Optional<Set<UUID>> whose = whose(state, caller, on, principal, true);
    return EffectivePermission.on(state, on.id()).stream()
        .filter(each -> whose.isEmpty() || whose.get().contains(each.grantee()))
        .toList();
  }

  /** What is asked about, if the caller may know of it. Of the metastore everybody may. */
  static Securable find(
      Work work, CatalogState state, Caller caller, SecurableType type, String fullName) {
    if (type == SecurableType.METASTORE) {
      caller.decided();
      return metastore(state, fullName);
    }
    return work.gate().require(state, caller, Action.DESCRIBE, type, fullName);
  }

  private static Securable metastore(CatalogState state, String name) {
    Securable root = state.metastore();
    if (name.equals(root.id().toString()) || name.equalsIgnoreCase(root.name())) {
      return root;
    }
    throw CatalogException.notFound(SecurableType.METASTORE, SecurableName.shown(name));
  }

  /** Whose grants are shown; empty for everybody's. */
  private Optional<Set<UUID>> whose(
      CatalogState state,
      Caller caller,
      Securable on,
      Optional<String> principal,
      boolean withGroups) {
    boolean all = work.gate().allows(state, caller, Action.GRANT, on);
    PrincipalSet own = state.reach(caller.principal());
    if (principal.isEmpty()) {
      return all ? Optional.empty() : Optional.of(members(own));
    }
    Optional<Principal> asked = state.principal(principal.get());
    if (!all && asked.filter(it -> own.contains(it.id())).isEmpty()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED,
          "privileges of %s are not for you to see".formatted(SecurableName.shown(principal.get())),
          "ask for MANAGE on the securable, or for your own privileges");
    }
    UUID id = Work.principal(state, principal.get()).id();
    return Optional.of(withGroups ? members(state.reach(id)) : Set.of(id));
  }

  private static Set<UUID> members(PrincipalSet principals) {
    Set<UUID> all = new HashSet<>();
    principals.forEach(all::add);
    return all;
  }

  private static List<Assignment> assignments(
      CatalogState state, Securable on, Optional<Set<UUID>> whose) {
    List<Assignment> found = new ArrayList<>();
    state.forEachGrant(
        on.id(),
        (principal, privileges) -> {
          if (whose.isEmpty() || whose.get().contains(principal)) {
            found.add(
                new Assignment(Work.name(state, principal), privileges.stream().sorted().toList()));
          }
        });
    found.sort(Comparator.comparing(Assignment::principal));
    return found;
  }

  /**
   * Grants and revokes, all or nothing. To take away what was not granted is no failure.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, PRINCIPAL_NOT_FOUND,
   *     ARGUMENT_INVALID for a privilege that is not granted on such a securable, or is to be
   *     granted and taken away at once
   */
  public Outcome change(
      Caller caller, SecurableType type, String fullName, List<Revision> revisions) {
    return work.write(
        in -> {
          Securable on = find(work, in.state(), caller, type, fullName);
          work.gate().require(in.state(), caller, Action.GRANT, on);
          revisions.forEach(revision -> revise(in, caller, on, revision));
          List<Held> stillHeld = new ArrayList<>();
          for (Revision revision : revisions) {
            stillHeld.addAll(stillHeld(in.state(), on, revision));
          }
          return new Outcome(assignments(in.state(), on, Optional.empty()), stillHeld);
        });
  }

  private void revise(Transaction in, Caller caller, Securable on, Revision revision) {
    UUID principal = Work.principal(in.state(), revision.principal()).id();
    for (Privilege privilege : revision.add()) {
      if (!privilege.appliesTo(on.type())) {
        throw invalid(
            "%s is not granted on a %s".formatted(privilege.wireName(), on.type().words()),
            "grant one of: " + applicable(on.type()));
      }
      if (revision.remove().contains(privilege)) {
        throw invalid(
            "%s is to be granted to %s and taken away at once"
                .formatted(privilege.wireName(), revision.principal()),
            "decide for one of the two");
      }
    }
    for (Privilege privilege : revision.remove()) {
      if (!privilege.appliesTo(on.type())) {
        throw invalid(
            "%s is not granted on a %s".formatted(privilege.wireName(), on.type().words()),
            "take away one of: " + applicable(on.type()));
      }
    }
    Set<Privilege> before = in.state().granted(on.id(), principal);
    Set<Privilege> after = EnumSet.noneOf(Privilege.class);
    after.addAll(before);
    after.addAll(revision.add());
    after.removeAll(revision.remove());
    if (!after.equals(before)) {
      in.apply(new Change.PutGrant(on.id(), principal, after));
    }
    work.audit(
        in,
        caller,
        "updatePermissions",
        on,
        Map.of(
            "principal",
            revision.principal(),
            "add",
            words(revision.add()),
            "remove",
            words(revision.remove())));
  }

  private static List<Held> stillHeld(CatalogState state, Securable on, Revision revision) {
    UUID principal = Work.principal(state, revision.principal()).id();
    List<Held> found = new ArrayList<>();
    for (Privilege privilege : revision.remove().stream().sorted().toList()) {
      for (EffectivePermission each : EffectivePermission.of(state, principal, on.id())) {
        boolean all = each.privilege() == Privilege.ALL_PRIVILEGES && privilege != Privilege.MANAGE;
        if (all || each.privilege() == privilege) {
          found.add(new Held(revision.principal(), privilege, each));
        }
      }
    }
    return found;
  }

  private static String applicable(SecurableType type) {
    return EnumSet.allOf(Privilege.class).stream()
        .filter(privilege -> privilege.appliesTo(type))
        .map(Privilege::wireName)
        .collect(Collectors.joining(", "));
  }

  private static String words(Set<Privilege> privileges) {
    return privileges.stream().sorted().map(Privilege::wireName).collect(Collectors.joining(", "));
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
