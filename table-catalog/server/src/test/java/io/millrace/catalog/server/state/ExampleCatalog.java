package io.millrace.catalog.server.state;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Makes what tests need in a catalog, change by change. Each change goes to a consumer, such as a
 * transaction's.
 */
public final class ExampleCatalog {
  private static final Instant AT = Instant.parse("2026-11-01T08:00:00Z");

  private final Consumer<Change> changes;

  /** Owns everything that is not said to be owned by somebody else. */
  private final UUID root = new UUID(1, 1);

  private final UUID metastore = new UUID(2, 2);

  public ExampleCatalog(Consumer<Change> changes) {
    this.changes = changes;
  }

  /** A metastore with its admins, a group, of which nobody is a member. */
  public UUID metastore() {
    UUID admins = principal(Principal.Kind.GROUP, "admins");
    changes.accept(
        new Change.PutPrincipal(
            new Principal(
                root,
                Principal.Kind.USER,
                "root@example.com",
                "root",
                true,
                Optional.empty(),
                AT,
                AT)));
    changes.accept(
        new Change.PutSecurable(
            new Securable(
                metastore,
                SecurableType.METASTORE,
                metastore,
                "metastore",
                root,
                Optional.empty(),
                Map.of(),
                Map.of(),
                new Definition.Metastore(admins, "file:///managed"),
                stamp(),
                stamp())));
    return admins;
  }

  public UUID metastoreId() {
    return metastore;
  }

  public Securable.Stamp stamp() {
    return new Securable.Stamp(AT, root);
  }

  public UUID user(String name) {
    return principal(Principal.Kind.USER, name);
  }

  public UUID group(String name) {
    return principal(Principal.Kind.GROUP, name);
  }

  private UUID principal(Principal.Kind kind, String name) {
    Principal made =
        new Principal(UUID.randomUUID(), kind, name, name, true, Optional.empty(), AT, AT);
    changes.accept(new Change.PutPrincipal(made));
    return made.id();
  }

  public void member(UUID group, UUID member) {
    changes.accept(new Change.PutMember(group, member));
  }

  public UUID catalog(String name) {
    return put(SecurableType.CATALOG, metastore, name, new Definition.Catalog(Optional.empty()));
  }

  public UUID schema(UUID catalog, String name) {
    return put(SecurableType.SCHEMA, catalog, name, new Definition.Schema(Optional.empty()));
  }

  public UUID table(UUID schema, String name, String location) {
    return put(SecurableType.TABLE, schema, name, table(location));
  }

  /** A table of four columns. */
  public static Definition.Table table(String location) {
    return new Definition.Table(
        Definition.TableType.EXTERNAL,
        Optional.of("DELTA"),
        Optional.of(location),
        List.of(
            column("id", "bigint", "LONG"),
            column("customer", "string", "STRING"),
            column("amount", "decimal(12,2)", "DECIMAL"),
            column("at", "timestamp", "TIMESTAMP")),
        Optional.empty(),
        List.of(),
        Map.of(),
        Optional.empty());
  }

  private static Definition.Column column(String name, String typeText, String typeName) {
    return new Definition.Column(
        name,
        typeText,
        typeName,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  public UUID volume(UUID schema, String name, String location) {
    return put(SecurableType.VOLUME, schema, name, new Definition.Volume(false, location));
  }

  public UUID function(UUID schema, String name) {
    return put(
        SecurableType.FUNCTION,
        schema,
        name,
        new Definition.SqlFunction(List.of(), "int", "1", Optional.empty()));
  }

  public UUID model(UUID schema, String name, String location) {
    return put(
        SecurableType.REGISTERED_MODEL, schema, name, new Definition.Model(location, List.of(), 0));
  }

  public UUID credential(String name) {
    return put(
        SecurableType.STORAGE_CREDENTIAL,
        metastore,
        name,
        new Definition.StorageCredential(Optional.empty(), false));
  }

  public UUID externalLocation(String name, String url, UUID credential) {
    return put(
        SecurableType.EXTERNAL_LOCATION,
        metastore,
        name,
        new Definition.ExternalLocation(url, credential));
  }

  private UUID put(SecurableType type, UUID parent, String name, Definition definition) {
    Securable made = Securable.create(type, parent, name, definition, stamp());
    changes.accept(new Change.PutSecurable(made));
    return made.id();
  }

  public void grant(UUID securable, UUID principal, Privilege... privileges) {
    changes.accept(new Change.PutGrant(securable, principal, Set.of(privileges)));
  }
}
