package io.millrace.catalog.flink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.credential.CredentialVendors;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.rest.CatalogResource;
import io.millrace.catalog.server.rest.HttpServer;
import io.millrace.catalog.server.rest.PermissionResource;
import io.millrace.catalog.server.rest.StorageResource;
import io.millrace.catalog.server.rest.TableResource;
import io.millrace.catalog.server.rest.TemporaryCredentialResource;
import io.millrace.catalog.server.service.AccessAnswers;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.ExternalLocations;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Location;
import io.millrace.catalog.server.service.Permissions;
import io.millrace.catalog.server.service.StagingTables;
import io.millrace.catalog.server.service.StorageCredentials;
import io.millrace.catalog.server.service.Tables;
import io.millrace.catalog.server.service.TemporaryCredentials;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Millrace's catalog server in this process, with the catalog {@code main}, its schema {@code
 * default}, an admin and two users, each with a token of its own that nothing else holds.
 */
final class LocalCatalog implements AutoCloseable {
  static final String ADMIN = "admin@x";
  static final String ANN = "ann@x";
  static final String EVE = "eve@x";

  private final MetadataStore store;
  private final HttpServer server;
  private final Map<String, String> tokens;

  private LocalCatalog(MetadataStore store, HttpServer server, Map<String, String> tokens) {
    this.store = store;
    this.server = server;
    this.tokens = tokens;
  }

  static LocalCatalog start(Path folder) {
    Clock clock = Clock.systemUTC();
    MetadataStore store = MetadataStore.open(StoreSettings.embedded(folder.resolve("meta")), clock);
    seed(store, folder.resolve("managed").toUri().toString());
    Work work = new Work(store, new Gate(event -> {}, clock));
    StagingTables staging = new StagingTables(work);
    Map<String, String> tokens = new HashMap<>();
    for (String user : List.of(ADMIN, ANN, EVE)) {
      tokens.put(user, "canary-" + UUID.randomUUID());
    }
    HttpServer server =
        HttpServer.start(
            "127.0.0.1",
            0,
            Stream.of(
                    new CatalogResource(work, new Catalogs(work)).routes(),
                    new TableResource(work, new Tables(work), staging).routes(),
                    new PermissionResource(new Permissions(work), new AccessAnswers(work)).routes(),
                    new StorageResource(
                            work, new ExternalLocations(work), new StorageCredentials(work))
                        .routes(),
                    new TemporaryCredentialResource(
                            new TemporaryCredentials(work, staging, CredentialVendors.local(clock)))
                        .routes())
                .flatMap(List::stream)
                .toList(),
            (authorization, requestId, address) ->
                caller(store, tokens, authorization, requestId, address));
    LocalCatalog catalog = new LocalCatalog(store, server, tokens);
    Caller admin = catalog.caller(ADMIN);
    new Catalogs(work)
        .createCatalog(
            admin, new Catalogs.Creation("main", Optional.empty(), Map.of(), Optional.empty()));
    new Catalogs(work)
        .createSchema(
            admin,
            "main",
            new Catalogs.Creation("default", Optional.empty(), Map.of(), Optional.empty()));
    return catalog;
  }

  private Caller caller(String user) {
    Principal principal = store.state().principal(user).orElseThrow();
    return new Caller(principal.id(), principal.name(), "request", "127.0.0.1");
  }

  private static Caller caller(
      MetadataStore store,
      Map<String, String> tokens,
      Optional<String> authorization,
      String requestId,
      String address) {
    for (Map.Entry<String, String> each : tokens.entrySet()) {
      if (authorization.filter(it -> it.equals("Bearer " + each.getValue())).isPresent()) {
        Principal principal = store.state().principal(each.getKey()).orElseThrow();
        return new Caller(principal.id(), principal.name(), requestId, address);
      }
    }
    throw new MillraceException(ErrorCode.UNAUTHENTICATED, "no or no valid token", "send one");
  }

  private static void seed(MetadataStore store, String managed) {
    store.write(
        in -> {
          UUID admins = UUID.randomUUID();
          Instant now = in.now();
          in.apply(
              new Change.PutPrincipal(
                  principal(admins, Principal.Kind.GROUP, "metastore_admins", now)));
          for (String name : List.of(ADMIN, ANN, EVE)) {
            UUID id = UUID.randomUUID();
            in.apply(new Change.PutPrincipal(principal(id, Principal.Kind.USER, name, now)));
            if (name.equals(ADMIN)) {
              in.apply(new Change.PutMember(admins, id));
            }
          }
          UUID root = UUID.randomUUID();
          var stamp = new Securable.Stamp(now, admins);
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
                      new Definition.Metastore(admins, Location.normalize(managed)),
                      stamp,
                      stamp)));
          return root;
        });
  }

  private static Principal principal(UUID id, Principal.Kind kind, String name, Instant now) {
    return new Principal(id, kind, name, name, true, Optional.empty(), now, now);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.port());
  }

  String token(String user) {
    return tokens.get(user);
  }

  /** What the server keeps of a table or view. */
  Securable stored(String fullName) {
    return store
        .state()
        .find(SecurableType.TABLE, List.of(fullName.split("\\.")))
        .orElseThrow(() -> new AssertionError("no table " + fullName));
  }

  /** Grants directly, for setting a scene. */
  void grant(String user, SecurableType type, String fullName, Privilege... more) {
    store.write(
        in -> {
          Securable on = in.state().find(type, List.of(fullName.split("\\."))).orElseThrow();
          UUID to = in.state().principal(user).orElseThrow().id();
          Set<Privilege> all = EnumSet.noneOf(Privilege.class);
          all.addAll(in.state().granted(on.id(), to));
          all.addAll(List.of(more));
          in.apply(new Change.PutGrant(on.id(), to, all));
          return on;
        });
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
