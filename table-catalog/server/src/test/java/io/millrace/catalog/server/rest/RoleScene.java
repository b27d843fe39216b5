package io.millrace.catalog.server.rest;

import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.rest.RouteMatrix.Role;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A user in one role, and a catalog, schema, table, function, external location and credential of
 * his own for it.
 *
 * @param user who calls; empty for nobody
 * @param names what stands for what in the matrix
 */
record RoleScene(String user, Map<String, String> names) {

  /** Puts what the text names in its place. */
  String fill(String text) {
    String filled = text;
    for (Map.Entry<String, String> name : names.entrySet()) {
      filled = filled.replace(name.getKey(), name.getValue());
    }
    return filled;
  }

  /** Makes one. */
  static RoleScene make(Transaction in, Role role, String mark, String folder) {
    UUID others = in.state().principal("bob@x").orElseThrow().id();
    String user = role.word() + mark + "@x";
    UUID id = UUID.randomUUID();
    in.apply(
        new Change.PutPrincipal(
            new Principal(
                id,
                Principal.Kind.USER,
                user,
                user,
                role != Role.DISABLED,
                Optional.empty(),
                in.now(),
                in.now())));
    if (role == Role.ADMIN) {
      in.apply(new Change.PutMember(in.state().admins(), id));
    }
    UUID owner = role == Role.OWNER ? id : others;
    UUID root = in.state().metastore().id();
    Securable catalog =
        put(
            in,
            SecurableType.CATALOG,
            root,
            "c" + mark,
            role == Role.CATALOG_OWNER ? id : others,
            new Definition.Catalog(Optional.empty()));
    Securable schema =
        put(
            in,
            SecurableType.SCHEMA,
            catalog.id(),
            "s",
            role == Role.SCHEMA_OWNER ? id : others,
            new Definition.Schema(Optional.empty()));
    String place = "file://" + folder + "/" + mark;
    Securable table = put(in, SecurableType.TABLE, schema.id(), "t", owner, table(place + "/t"));
    put(
        in,
        SecurableType.FUNCTION,
        schema.id(),
        "f",
        owner,
        new Definition.SqlFunction(
            List.of(new Definition.Parameter("x", "boolean", Optional.empty())),
            "boolean",
            "x",
            Optional.empty()));
    Securable volume =
        put(
            in,
            SecurableType.VOLUME,
            schema.id(),
            "v",
            owner,
            new Definition.Volume(false, place + "/v"));
    put(in, SecurableType.REGISTERED_MODEL, schema.id(), "m", owner, model(in, owner, place));
    Securable credential =
        put(
            in,
            SecurableType.STORAGE_CREDENTIAL,
            root,
            "k" + mark,
            owner,
            new Definition.StorageCredential(Optional.empty(), false));
    Securable location =
        put(
            in,
            SecurableType.EXTERNAL_LOCATION,
            root,
            "l" + mark,
            owner,
            new Definition.ExternalLocation(place, credential.id()));
    grants(in, role, id, catalog, schema, table, location, credential);
    UUID machine = principal(in, Principal.Kind.SERVICE_PRINCIPAL, UUID.randomUUID().toString());
    return new RoleScene(
        role == Role.NOBODY ? "" : user,
        Map.ofEntries(
            Map.entry("$catalog", catalog.name()),
            Map.entry("$schema", catalog.name() + ".s"),
            Map.entry("$table", catalog.name() + ".s.t"),
            Map.entry("$function", catalog.name() + ".s.f"),
            Map.entry("$volume", catalog.name() + ".s.v"),
            Map.entry("$model", catalog.name() + ".s.m"),
            Map.entry("$vid", volume.id().toString()),
            Map.entry("$uid", principal(in, Principal.Kind.USER, "u" + mark).toString()),
            Map.entry("$gid", principal(in, Principal.Kind.GROUP, "g" + mark).toString()),
            Map.entry("$pid", machine.toString()),
            Map.entry("$own", token(in, id, Token.Kind.PERSONAL)),
            Map.entry("$other", token(in, others, Token.Kind.PERSONAL)),
            Map.entry("$secret", token(in, machine, Token.Kind.CLIENT_SECRET)),
            Map.entry("$run", UUID.randomUUID().toString()),
            Map.entry("$id", table.id().toString()),
            Map.entry("$location", location.name()),
            Map.entry("$credential", credential.name()),
            Map.entry("$place", place),
            Map.entry("$new", "new" + mark)));
  }

  private static UUID principal(Transaction in, Principal.Kind kind, String name) {
    UUID id = UUID.randomUUID();
    in.apply(
        new Change.PutPrincipal(
            new Principal(id, kind, name, name, true, Optional.empty(), in.now(), in.now())));
    return id;
  }

  private static String token(Transaction in, UUID principal, Token.Kind kind) {
    UUID id = UUID.randomUUID();
    in.apply(
        new Change.PutToken(
            new Token(id, principal, kind, "hash of " + id, "", in.now(), Optional.empty())));
    return id.toString();
  }

  private static void grants(
      Transaction in,
      Role role,
      UUID to,
      Securable catalog,
      Securable schema,
      Securable table,
      Securable location,
      Securable credential) {
    if (Set.of(Role.USE, Role.SELECT, Role.MODIFY, Role.OWNER).contains(role)) {
      grant(in, catalog, to, Privilege.USE_CATALOG);
      grant(in, schema, to, Privilege.USE_SCHEMA);
    }
    switch (role) {
      case SELECT -> grant(in, table, to, Privilege.SELECT);
      case MODIFY -> grant(in, table, to, Privilege.MODIFY);
      case SCHEMA_OWNER -> grant(in, catalog, to, Privilege.USE_CATALOG);
      case MANAGE -> {
        grant(in, catalog, to, Privilege.USE_CATALOG, Privilege.USE_SCHEMA, Privilege.MANAGE);
        grant(in, location, to, Privilege.MANAGE);
        grant(in, credential, to, Privilege.MANAGE);
      }
      case BROWSE -> {
        grant(in, catalog, to, Privilege.BROWSE);
        grant(in, location, to, Privilege.BROWSE);
      }
      case ALL, DISABLED -> {
        grant(in, catalog, to, Privilege.ALL_PRIVILEGES);
        grant(in, location, to, Privilege.ALL_PRIVILEGES);
        grant(in, credential, to, Privilege.ALL_PRIVILEGES);
      }
      default -> {}
    }
  }

  private static Definition.Model model(Transaction in, UUID owner, String place) {
    var stamp = new Securable.Stamp(in.now(), owner);
    return new Definition.Model(
        place + "/m",
        List.of(
            new Definition.ModelVersion(
                UUID.randomUUID(),
                1,
                Optional.of("run"),
                Optional.empty(),
                "PENDING_REGISTRATION",
                Optional.empty(),
                place + "/m/versions/1",
                stamp,
                stamp)),
        1);
  }

  private static Definition.Table table(String place) {
    return new Definition.Table(
        Definition.TableType.EXTERNAL,
        Optional.of("DELTA"),
        Optional.of(place),
        List.of(column("id", "int", "INT"), column("flag", "boolean", "BOOLEAN")),
        Optional.empty(),
        List.of(),
        Map.of("pk", "PRIMARY KEY (`id`)"),
        Optional.empty());
  }

  private static Definition.Column column(String name, String text, String type) {
    return new Definition.Column(
        name,
        text,
        type,
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

  private static Securable put(
      Transaction in,
      SecurableType type,
      UUID parent,
      String name,
      UUID owner,
      Definition definition) {
    Securable made =
        Securable.create(type, parent, name, definition, new Securable.Stamp(in.now(), owner))
            .withTags(
                type == SecurableType.TABLE ? Map.of("team", "x") : Map.of(),
                new Securable.Stamp(in.now(), owner));
    in.apply(new Change.PutSecurable(made));
    return made;
  }

  private static void grant(Transaction in, Securable on, UUID to, Privilege... privileges) {
    in.apply(new Change.PutGrant(on.id(), to, Set.of(privileges)));
  }
}
