package io.millrace.catalog.server;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A catalog in an embedded database, for tests of services: the admin {@code admin}, the users
 * {@code ann}, {@code bob} and {@code eve}, the catalog {@code main} with the schema {@code s}, all
 * owned by the admin; and a clock that stands still until it is moved.
 */
public final class CatalogScene implements AutoCloseable {
  public static final Instant START = Instant.parse("2026-11-29T10:00:00Z");

  private final StoreSettings settings;
  private final SettableClock clock = new SettableClock();
  private final List<AuditEvent> decisions = new CopyOnWriteArrayList<>();
  private final Gate gate = new Gate(decisions::add, clock);
  private MetadataStore store;

  private CatalogScene(StoreSettings settings) {
    this.settings = settings;
    this.store = MetadataStore.open(settings, clock);
  }

  public static CatalogScene open(StoreSettings settings) {
    CatalogScene scene = new CatalogScene(settings);
    scene.seed();
    return scene;
  }

  private void seed() {
    store.write(
        in -> {
          UUID admins = UUID.randomUUID();
          in.apply(new Change.PutPrincipal(principal(admins, Principal.Kind.GROUP, "admins")));
          UUID admin = UUID.randomUUID();
          for (String name : List.of("admin", "ann", "bob", "eve")) {
            UUID id = name.equals("admin") ? admin : UUID.randomUUID();
            in.apply(new Change.PutPrincipal(principal(id, Principal.Kind.USER, name)));
          }
          in.apply(new Change.PutMember(admins, admin));
          UUID root = UUID.randomUUID();
          var stamp = new Securable.Stamp(in.now(), admin);
          in.apply(
              new Change.PutSecurable(
                  new Securable(
                      root,
                      SecurableType.METASTORE,
                      root,
                      "metastore",
                      admins,
                      Optional.empty(),
                      Map.of(),
                      Map.of(),
                      new Definition.Metastore(admins, "file:///managed"),
                      stamp,
                      stamp)));
          return root;
        });
    add("main", SecurableType.CATALOG, new Definition.Catalog(Optional.empty()));
    add("main.s", SecurableType.SCHEMA, new Definition.Schema(Optional.empty()));
  }

  private static Principal principal(UUID id, Principal.Kind kind, String name) {
    return new Principal(id, kind, name, name, true, Optional.empty(), START, START);
  }

  public MetadataStore store() {
    return store;
  }

  public Gate gate() {
    return gate;
  }

  /** What the gate has decided so far. */
  public List<AuditEvent> decisions() {
    return decisions;
  }

  public SettableClock clock() {
    return clock;
  }

  /** Closes the database and opens it again, as a restart does. */
  public void restart() {
    store.close();
    store = MetadataStore.open(settings, clock);
  }

  /** Opens the same database a second time, as another instance; not of an embedded one. */
  public MetadataStore another() {
    return MetadataStore.open(settings, clock);
  }

  public Caller as(String user) {
    return Caller.local(store.state().principal(user).orElseThrow());
  }

  /** Adds a securable, owned by the admin. */
  public Securable add(String fullName, SecurableType type, Definition definition) {
    return store.write(
        in -> {
          List<String> parts = List.of(fullName.split("\\."));
          Securable parent =
              switch (parts.size()) {
                case 1 -> in.state().metastore();
                case 2 -> in.state().find(SecurableType.CATALOG, parts.subList(0, 1)).orElseThrow();
                default -> in.state().find(SecurableType.SCHEMA, parts.subList(0, 2)).orElseThrow();
              };
          Securable made =
              Securable.create(
                  type,
                  parent.id(),
                  parts.get(parts.size() - 1),
                  definition,
                  new Securable.Stamp(in.now(), in.state().principal("admin").orElseThrow().id()));
          in.apply(new Change.PutSecurable(made));
          return made;
        });
  }

  /** Adds a Delta table at {@code s3://lake/<name>}, with columns of strings. */
  public Securable table(String fullName, String... columns) {
    return add(
        fullName,
        SecurableType.TABLE,
        new Definition.Table(
            Definition.TableType.EXTERNAL,
            Optional.of("DELTA"),
            Optional.of("s3://lake/" + fullName.replace('.', '/')),
            columns(columns),
            Optional.empty(),
            List.of(),
            Map.of(),
            Optional.empty()));
  }

  /** Adds a view of tables. */
  public Securable view(String fullName, String text, String... reads) {
    List<Definition.Dependency> dependencies = new ArrayList<>();
    for (String each : reads) {
      dependencies.add(new Definition.Dependency(false, each));
    }
    return add(
        fullName,
        SecurableType.TABLE,
        new Definition.Table(
            Definition.TableType.VIEW,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.of(text),
            dependencies,
            Map.of(),
            Optional.empty()));
  }

  public static List<Definition.Column> columns(String... names) {
    List<Definition.Column> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(
          new Definition.Column(
              name,
              "string",
              "STRING",
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              true,
              Optional.empty(),
              Optional.empty(),
              Map.of(),
              Optional.empty()));
    }
    return columns;
  }

  public Securable find(SecurableType type, String fullName) {
    return store.state().find(type, List.of(fullName.split("\\."))).orElseThrow();
  }

  /** Puts a changed securable in the place of the one before. */
  public void replace(Securable changed) {
    store.write(
        in -> {
          in.apply(new Change.PutSecurable(changed));
          return changed;
        });
  }

  public void drop(Securable dropped) {
    store.write(
        in -> {
          in.apply(new Change.DropSecurable(dropped.id()));
          return dropped;
        });
  }

  public Securable.Stamp stamp() {
    return new Securable.Stamp(clock.instant(), as("admin").principal());
  }

  public void grant(String user, SecurableType type, String fullName, Privilege... what) {
    Securable on =
        type == SecurableType.METASTORE ? store.state().metastore() : find(type, fullName);
    store.write(
        in -> {
          in.apply(new Change.PutGrant(on.id(), as(user).principal(), Set.of(what)));
          return on;
        });
  }

  /** Lets users into main and s, without letting them see what is there. */
  public void enter(String... users) {
    for (String user : users) {
      grant(user, SecurableType.CATALOG, "main", Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
    }
  }

  @Override
  public void close() {
    store.close();
  }

  /** A clock that is set. */
  public static final class SettableClock extends Clock {
    private volatile Instant now = START;

    public void set(Instant to) {
      now = to;
    }

    public void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
