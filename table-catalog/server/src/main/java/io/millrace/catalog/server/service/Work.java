package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Securable.Stamp;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.Database;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.Transaction;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the services have in common: finding, deciding, changing and auditing. Thread-safe. */
public final class Work {
  private final MetadataStore store;
  private final Gate gate;

  public Work(MetadataStore store, Gate gate) {
    this.store = requireNonNull(store, "store is null");
    this.gate = requireNonNull(gate, "gate is null");
  }

  /** The catalog now. */
  public CatalogState state() {
    return store.state();
  }

  public Gate gate() {
    return gate;
  }

  /** For what is not part of the state. */
  public Database database() {
    return store.database();
  }

  public Clock clock() {
    return store.clock();
  }

  /** Changes the catalog; see {@link MetadataStore#write}. */
  public <T> T write(Function<Transaction, T> change) {
    return store.write(change);
  }

  /**
   * Adds something new, owned by the caller.
   *
   * @throws MillraceException SECURABLE_EXISTS
   */
  public Securable add(
      Transaction in,
      Caller caller,
      String action,
      Securable added,
      Map<String, String> parameters) {
    if (in.state().find(added.parent(), added.type(), added.name()).isPresent()) {
      throw CatalogException.exists(added.type(), fullName(in.state(), added));
    }
    in.apply(new Change.PutSecurable(added));
    audit(in, caller, action, added, parameters);
    return added;
  }

  /**
   * Puts a changed securable in the place of the one before; a new name must be free.
   *
   * @throws MillraceException SECURABLE_EXISTS
   */
  public Securable replace(
      Transaction in,
      Caller caller,
      String action,
      Securable changed,
      Map<String, String> parameters) {
    Optional<Securable> named = in.state().find(changed.parent(), changed.type(), changed.name());
    if (named.isPresent() && !named.get().id().equals(changed.id())) {
      throw CatalogException.exists(changed.type(), fullName(in.state(), changed));
    }
    in.apply(new Change.PutSecurable(changed));
    audit(in, caller, action, changed, parameters);
    return changed;
  }

  /**
   * Takes something out, and with {@code force} all that is in it.
   *
   * @throws MillraceException SECURABLE_NOT_EMPTY
   */
  public void drop(Transaction in, Caller caller, String action, Securable dropped, boolean force) {
    String name = in.state().fullName(dropped);
    List<Securable> inside = in.state().descendants(dropped.id());
    if (!inside.isEmpty() && !force) {
      throw new CatalogException(
          ErrorCode.SECURABLE_NOT_EMPTY,
          dropped.type(),
          "%s %s has something in it".formatted(dropped.type().words(), name),
          "drop that first, or drop it with force");
    }
    requireUnused(in.state(), dropped, inside);
    for (Securable each : inside) {
      audit(in, caller, action, each, Map.of("with", name));
      in.apply(new Change.DropSecurable(each.id()));
    }
    audit(in, caller, action, dropped, Map.of("force", Boolean.toString(force)));
    in.apply(new Change.DropSecurable(dropped.id()));
  }

  /** A table whose filter or mask is gone could be read by nobody, and it would not say why. */
  private static void requireUnused(CatalogState state, Securable dropped, List<Securable> inside) {
    Set<UUID> gone = new HashSet<>();
    Stream.concat(inside.stream(), Stream.of(dropped)).forEach(each -> gone.add(each.id()));
    boolean functions =
        Stream.concat(inside.stream(), Stream.of(dropped))
            .anyMatch(each -> each.type() == SecurableType.FUNCTION);
    if (functions
        && state
            .all()
            .filter(each -> !gone.contains(each.id()))
            .flatMap(each -> policies(each.definition()))
            .anyMatch(policy -> gone.contains(policy.function()))) {
      throw new CatalogException(
          ErrorCode.SECURABLE_NOT_EMPTY,
          dropped.type(),
          "%s %s is, or has in it, a function that filters or masks a table"
              .formatted(dropped.type().words(), state.fullName(dropped)),
          "take the row filter or mask off the table first");
    }
  }

  private static Stream<Definition.Policy> policies(Definition definition) {
    return definition instanceof Definition.Table table
        ? Stream.concat(
            table.rowFilter().stream(),
            table.columns().stream().flatMap(column -> column.mask().stream()))
        : Stream.empty();
  }

  /**
   * A new owner, by name, for something that the caller may hand over.
   *
   * @throws MillraceException PRINCIPAL_NOT_FOUND, PERMISSION_DENIED
   */
  public Securable handOver(
      Transaction in, Caller caller, Securable owned, Optional<String> newOwner) {
    if (newOwner.isEmpty()) {
      return owned;
    }
    gate.require(in.state(), caller, Action.CHANGE_OWNER, owned);
    return owned.withOwner(principal(in.state(), newOwner.get()).id(), stamp(in, caller));
  }

  /**
   * A principal by its name.
   *
   * @throws MillraceException PRINCIPAL_NOT_FOUND
   */
  public static Principal principal(CatalogState state, String name) {
    return state
        .principal(name)
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.PRINCIPAL_NOT_FOUND,
                    "there is no user, group or service principal %s"
                        .formatted(SecurableName.shown(name)),
                    "use the e-mail address of a user, the name of a group, or the application id"
                        + " of a service principal"));
  }

  /** The name of a principal, or its id if it is gone. */
  public static String name(CatalogState state, UUID principal) {
    return state.principal(principal).map(Principal::name).orElse(principal.toString());
  }

  public static Stamp stamp(Transaction in, Caller caller) {
    return new Stamp(in.now(), caller.principal());
  }

  private static String fullName(CatalogState state, Securable securable) {
    String above = state.fullName(state.find(securable.parent()).orElseThrow());
    return above.isEmpty() ? securable.name() : above + "." + securable.name();
  }

  /** Adds a line to the audit log about a change of a securable. */
  public void audit(
      Transaction in,
      Caller caller,
      String action,
      Securable about,
      Map<String, String> parameters) {
    in.audit(
        new AuditEvent(
            in.now(),
            Optional.of(caller.principal()),
            caller.name(),
            action,
            about.type().wireName(),
            about.isRoot() ? "" : in.state().fullName(about),
            parameters,
            AuditEvent.Outcome.DONE,
            "",
            caller.requestId(),
            caller.sourceAddress()));
  }

  /** Securables of a type in another that the caller may see, from a name on. */
  public Page<Securable> visible(
      CatalogState state, Caller caller, Securable in, SecurableType type, Page.Request page) {
    return Page.of(
        page,
        state
            .children(in.id(), type, page.after())
            .filter(each -> gate.allows(state, caller, Action.DESCRIBE, each)),
        Securable::name,
        each -> each);
  }
}
