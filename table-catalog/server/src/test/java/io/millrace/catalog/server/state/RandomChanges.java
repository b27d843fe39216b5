package io.millrace.catalog.server.state;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Changes that fit a state, any of them, of every kind that there is. */
public final class RandomChanges {
  private static final Instant AT = Instant.parse("2026-11-01T08:00:00.123456Z");

  private final RandomGenerator random;
  private int made;

  public RandomChanges(RandomGenerator random) {
    this.random = random;
  }

  /** The next one, which the state takes; the state has a metastore. */
  public Change next(CatalogState state) {
    while (true) {
      Optional<Change> change =
          switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> Optional.of(newSecurable(state));
            case 4 -> changedSecurable(state);
            case 5 -> droppedSecurable(state);
            case 6, 7 -> Optional.of(grant(state));
            case 8 -> Optional.of(new Change.PutPrincipal(principal(id(), name("p"))));
            case 9 -> changedPrincipal(state);
            case 10 -> droppedPrincipal(state);
            case 11 -> membership(state);
            case 12 -> Optional.of(new Change.PutToken(token(state)));
            default -> token(state, random.nextInt(3) == 0);
          };
      if (change.isPresent()) {
        return change.get();
      }
    }
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private String name(String prefix) {
    made++;
    return switch (random.nextInt(4)) {
      case 0 -> prefix.toUpperCase(java.util.Locale.ROOT) + "É" + made;
      case 1 -> prefix + "e\u0301" + made;
      default -> prefix + "_" + made;
    };
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private List<Securable> all(CatalogState state, SecurableType... types) {
    return state
        .all()
        .filter(securable -> Arrays.asList(types).contains(securable.type()))
        .sorted(java.util.Comparator.comparing(Securable::id))
        .toList();
  }

  private List<Principal> principals(CatalogState state, Principal.Kind... kinds) {
    List<Principal> found = new ArrayList<>();
    for (Principal.Kind kind : kinds) {
      state.principals(kind).forEach(found::add);
    }
    found.sort(java.util.Comparator.comparing(Principal::id));
    return found;
  }

  private Principal anybody(CatalogState state) {
    return one(principals(state, Principal.Kind.values()));
  }

  private Change newSecurable(CatalogState state) {
    List<Securable> catalogs = all(state, SecurableType.CATALOG);
    List<Securable> schemas = all(state, SecurableType.SCHEMA);
    int what = random.nextInt(8);
    Securable.Stamp stamp = new Securable.Stamp(AT, anybody(state).id());
    UUID root = state.metastore().id();
    if (catalogs.isEmpty() || what == 0) {
      return put(
          SecurableType.CATALOG, root, new Definition.Catalog(Optional.of("file:///c")), stamp);
    } else if (schemas.isEmpty() || what == 1) {
      return put(
          SecurableType.SCHEMA, one(catalogs).id(), new Definition.Schema(Optional.empty()), stamp);
    }
    UUID schema = one(schemas).id();
    String place = "file:///data/" + name("d");
    return switch (what) {
      case 2 ->
          put(
              SecurableType.VOLUME,
              schema,
              new Definition.Volume(random.nextBoolean(), place),
              stamp);
      case 3 ->
          put(
              SecurableType.FUNCTION,
              schema,
              new Definition.SqlFunction(
                  List.of(new Definition.Parameter("x", "int", Optional.of("1"))),
                  "int",
                  "x + 1",
                  Optional.empty()),
              stamp);
      case 4 ->
          put(
              SecurableType.REGISTERED_MODEL,
              schema,
              new Definition.Model(place, List.of(), 3),
              stamp);
      case 5 ->
          put(
              SecurableType.STORAGE_CREDENTIAL,
              root,
              new Definition.StorageCredential(Optional.of("arn:aws:iam::1:role/a"), true),
              stamp);
      default -> put(SecurableType.TABLE, schema, ExampleCatalog.table(place), stamp);
    };
  }

  private Change put(
      SecurableType type, UUID parent, Definition definition, Securable.Stamp stamp) {
    Securable made = Securable.create(type, parent, name("s"), definition, stamp);
    return new Change.PutSecurable(
        new Securable(
            id(),
            made.type(),
            made.parent(),
            made.name(),
            made.owner(),
            Optional.of("a comment"),
            Map.of("k", "v"),
            Map.of("pii", "true"),
            made.definition(),
            made.created(),
            made.updated()));
  }

  private Optional<Change> changedSecurable(CatalogState state) {
    List<Securable> some =
        all(state, SecurableType.SCHEMA, SecurableType.TABLE, SecurableType.VOLUME);
    if (some.isEmpty()) {
      return Optional.empty();
    }
    Securable old = one(some);
    Securable.Stamp stamp = new Securable.Stamp(AT.plusSeconds(1), anybody(state).id());
    return Optional.of(
        new Change.PutSecurable(
            switch (random.nextInt(4)) {
              case 0 -> old.withName(name("r"), stamp);
              case 1 -> old.withOwner(anybody(state).id(), stamp);
              case 2 -> moved(state, old);
              default ->
                  old.type() == SecurableType.TABLE
                      ? old.withDefinition(
                          ExampleCatalog.table("file:///moved/" + name("d")), stamp)
                      : old.withName(old.name().toUpperCase(java.util.Locale.ROOT), stamp);
            }));
  }

  /** Into another container of the same kind; names are all different. */
  private Securable moved(CatalogState state, Securable old) {
    UUID parent = one(all(state, state.find(old.parent()).orElseThrow().type())).id();
    return new Securable(
        old.id(),
        old.type(),
        parent,
        old.name(),
        old.owner(),
        old.comment(),
        old.properties(),
        old.tags(),
        old.definition(),
        old.created(),
        old.updated());
  }

  private Optional<Change> droppedSecurable(CatalogState state) {
    List<Securable> leaves =
        state
            .all()
            .filter(securable -> !securable.isRoot() && !state.hasChildren(securable.id()))
            .sorted(java.util.Comparator.comparing(Securable::id))
            .toList();
    return leaves.isEmpty()
        ? Optional.empty()
        : Optional.of(new Change.DropSecurable(one(leaves).id()));
  }

  private Change grant(CatalogState state) {
    Securable on = one(state.all().sorted(java.util.Comparator.comparing(Securable::id)).toList());
    Set<Privilege> privileges = EnumSet.noneOf(Privilege.class);
    for (Privilege privilege : Privilege.values()) {
      if (privilege.appliesTo(on.type()) && random.nextInt(4) == 0) {
        privileges.add(privilege);
      }
    }
    return new Change.PutGrant(on.id(), anybody(state).id(), privileges);
  }

  private Principal principal(UUID id, String name) {
    Principal.Kind kind = one(List.of(Principal.Kind.values()));
    return new Principal(id, kind, name, name, true, Optional.of("x"), AT, AT);
  }

  private Optional<Change> changedPrincipal(CatalogState state) {
    Principal old = anybody(state);
    return Optional.of(
        new Change.PutPrincipal(
            new Principal(
                old.id(),
                old.kind(),
                random.nextBoolean() ? name("q") : old.name(),
                "display",
                random.nextBoolean(),
                Optional.empty(),
                old.created(),
                AT.plusSeconds(2))));
  }

  private Optional<Change> droppedPrincipal(CatalogState state) {
    Principal gone = anybody(state);
    return gone.id().equals(state.admins()) || state.ownedBy(gone.id()).isPresent()
        ? Optional.empty()
        : Optional.of(new Change.DropPrincipal(gone.id()));
  }

  private Optional<Change> membership(CatalogState state) {
    UUID group = one(principals(state, Principal.Kind.GROUP)).id();
    List<UUID> members = state.members(group).stream().sorted().toList();
    return Optional.of(
        members.isEmpty() || random.nextInt(3) > 0
            ? new Change.PutMember(group, anybody(state).id())
            : new Change.DropMember(group, one(members)));
  }

  private Token token(CatalogState state) {
    return new Token(
        id(),
        anybody(state).id(),
        Token.Kind.PERSONAL,
        "hash-" + made++,
        "a comment",
        AT,
        Optional.of(AT.plusSeconds(60)));
  }

  /** Another hash for a token, or its end. */
  private Optional<Change> token(CatalogState state, boolean drop) {
    List<Token> some = state.tokens(anybody(state).id()).toList();
    if (some.isEmpty()) {
      return Optional.empty();
    }
    Token old = one(some.stream().sorted(java.util.Comparator.comparing(Token::id)).toList());
    return Optional.of(
        drop
            ? new Change.DropToken(old.id())
            : new Change.PutToken(
                new Token(
                    old.id(),
                    old.principal(),
                    old.kind(),
                    "hash-" + made++,
                    old.comment(),
                    old.created(),
                    Optional.empty())));
  }
}
