package io.millrace.catalog.server.principal;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.principal.token.CallerAudit;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Makes, changes and removes users, groups and service principals, for metastore admins. Each
 * change is one transaction, with its lines in the audit log. Thread-safe.
 */
public final class PrincipalService {
  private final MetadataStore store;
  private final Gate gate;

  public PrincipalService(MetadataStore store, Gate gate) {
    this.store = requireNonNull(store, "store is null");
    this.gate = requireNonNull(gate, "gate is null");
  }

  /** A principal as it was after a change, with the state that it was in. */
  public record Changed(CatalogState state, Principal principal) {
    public Changed {
      requireNonNull(state, "state is null");
      requireNonNull(principal, "principal is null");
    }
  }

  /**
   * All principals, for a caller that may see them.
   *
   * @throws MillraceException PERMISSION_DENIED
   */
  public CatalogState read(Caller by) {
    CatalogState state = store.state();
    requireAdmin(state, by);
    return state;
  }

  /** The caller itself; everybody may know that. */
  public Changed self(Caller by) {
    CatalogState state = store.state();
    return new Changed(
        state,
        state
            .principal(by.principal())
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.UNAUTHENTICATED,
                        "the principal of the request is gone",
                        "ask a metastore admin to make it again")));
  }

  /**
   * Makes a principal.
   *
   * @throws MillraceException PERMISSION_DENIED; PRINCIPAL_EXISTS; ARGUMENT_INVALID
   */
  public Changed create(Principal.Kind kind, PrincipalDraft draft, Caller by) {
    String action = "create" + noun(kind);
    return write(
        by,
        action,
        Map.of("name", draft.name()),
        tx -> {
          PrincipalRules.checkNames(draft);
          UUID id = UUID.randomUUID();
          PrincipalRules.checkIsFree(tx.state(), draft.name(), id);
          Principal principal =
              new Principal(
                  id,
                  kind,
                  draft.name(),
                  draft.displayName(),
                  draft.active(),
                  draft.externalId(),
                  tx.now(),
                  tx.now());
          tx.apply(new Change.PutPrincipal(principal));
          tx.audit(CallerAudit.done(tx.now(), by, action, principal, Map.of("id", id.toString())));
          changeMembers(tx, principal, draft.members(), by);
          return new Changed(tx.state(), principal);
        });
  }

  /**
   * Changes a principal.
   *
   * @param edit makes of what it is, and of all others, what it is to be
   * @throws MillraceException PERMISSION_DENIED; PRINCIPAL_NOT_FOUND; PRINCIPAL_EXISTS;
   *     ARGUMENT_INVALID; PRINCIPAL_IN_USE if no admin would be left
   */
  public Changed change(
      Principal.Kind kind,
      UUID id,
      BiFunction<CatalogState, PrincipalDraft, PrincipalDraft> edit,
      Caller by) {
    return write(
        by,
        "update" + noun(kind),
        Map.of("id", id.toString()),
        tx -> {
          Principal before = find(tx.state(), kind, id);
          PrincipalDraft was = PrincipalDraft.of(tx.state(), before);
          PrincipalDraft wanted = edit.apply(tx.state(), was);
          if (wanted.equals(was)) {
            return new Changed(tx.state(), before);
          }
          PrincipalRules.checkNames(wanted);
          PrincipalRules.checkIsFree(tx.state(), wanted.name(), id);
          Principal after =
              new Principal(
                  id,
                  kind,
                  wanted.name(),
                  wanted.displayName(),
                  wanted.active(),
                  wanted.externalId(),
                  before.created(),
                  tx.now());
          tx.apply(new Change.PutPrincipal(after));
          auditChange(tx, before, after, by);
          changeMembers(tx, after, wanted.members(), by);
          PrincipalRules.checkAdminIsLeft(tx.state());
          return new Changed(tx.state(), after);
        });
  }

  /**
   * Removes a principal, with its grants, memberships and tokens.
   *
   * @throws MillraceException PERMISSION_DENIED; PRINCIPAL_NOT_FOUND; PRINCIPAL_IN_USE if it owns
   *     something, or no admin would be left
   */
  public void drop(Principal.Kind kind, UUID id, Caller by) {
    String action = "delete" + noun(kind);
    write(
        by,
        action,
        Map.of("id", id.toString()),
        tx -> {
          Principal principal = find(tx.state(), kind, id);
          PrincipalRules.checkOwnsNothing(tx.state(), principal);
          tx.apply(new Change.DropPrincipal(id));
          PrincipalRules.checkAdminIsLeft(tx.state());
          tx.audit(CallerAudit.done(tx.now(), by, action, principal, Map.of("id", id.toString())));
          return id;
        });
  }

  /**
   * One of a kind.
   *
   * @throws MillraceException PRINCIPAL_NOT_FOUND
   */
  public static Principal find(CatalogState state, Principal.Kind kind, UUID id) {
    Optional<Principal> found = state.principal(id).filter(principal -> principal.kind() == kind);
    return found.orElseThrow(() -> notFound(kind, id.toString()));
  }

  /** What is said of a principal that is not there. */
  public static MillraceException notFound(Principal.Kind kind, String id) {
    return new MillraceException(
        ErrorCode.PRINCIPAL_NOT_FOUND,
        "there is no %s %s".formatted(PrincipalRules.words(kind), id),
        "look at the list");
  }

  private static void changeMembers(Transaction tx, Principal group, Set<UUID> wanted, Caller by) {
    Set<UUID> were = Set.copyOf(tx.state().members(group.id()));
    for (UUID gone : were) {
      if (!wanted.contains(gone)) {
        tx.apply(new Change.DropMember(group.id(), gone));
        auditMember(tx, "removePrincipalFromGroup", group, gone, by);
      }
    }
    for (UUID member : wanted) {
      if (!were.contains(member)) {
        PrincipalRules.checkMember(tx.state(), group, member);
        tx.apply(new Change.PutMember(group.id(), member));
        auditMember(tx, "addPrincipalToGroup", group, member, by);
      }
    }
  }

  private static void auditMember(
      Transaction tx, String action, Principal group, UUID member, Caller by) {
    String name = tx.state().principal(member).map(Principal::name).orElse("");
    tx.audit(
        CallerAudit.done(
            tx.now(), by, action, group, Map.of("member", name, "memberId", member.toString())));
  }

  private static void auditChange(Transaction tx, Principal before, Principal after, Caller by) {
    Map<String, String> told = new TreeMap<>();
    told.put("id", after.id().toString());
    if (!before.name().equals(after.name())) {
      told.put("was", before.name());
    }
    if (before.active() != after.active()) {
      String action = after.active() ? "activate" : "deactivate";
      tx.audit(CallerAudit.done(tx.now(), by, action + noun(after.kind()), after, told));
    }
    boolean renamed =
        !before.name().equals(after.name())
            || !before.displayName().equals(after.displayName())
            || !before.externalId().equals(after.externalId());
    if (renamed) {
      tx.audit(CallerAudit.done(tx.now(), by, "update" + noun(after.kind()), after, told));
    }
  }

  private static String noun(Principal.Kind kind) {
    return switch (kind) {
      case USER -> "User";
      case GROUP -> "Group";
      case SERVICE_PRINCIPAL -> "ServicePrincipal";
    };
  }

  private <T> T write(
      Caller by, String action, Map<String, String> told, Function<Transaction, T> work) {
    try {
      return store.write(
          tx -> {
            // What is done is a line of the log by itself; what is refused is one by the gate.
            if (!gate.allows(tx.state(), by, Action.MANAGE_PRINCIPALS, tx.state().metastore())) {
              requireAdmin(tx.state(), by);
            }
            return work.apply(tx);
          });
    } catch (MillraceException e) {
      // The gate has told the log of what it refused.
      if (e.code() != ErrorCode.PERMISSION_DENIED) {
        Instant now = store.clock().instant();
        store.audit(List.of(CallerAudit.failed(now, by, action, told, e.code())));
      }
      throw e;
    }
  }

  private void requireAdmin(CatalogState state, Caller by) {
    gate.require(state, by, Action.MANAGE_PRINCIPALS, state.metastore());
  }
}
