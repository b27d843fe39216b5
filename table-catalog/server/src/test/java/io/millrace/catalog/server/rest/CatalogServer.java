package io.millrace.catalog.server.rest;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.CatalogRoutes;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageSettings;
import io.millrace.catalog.server.lineage.LineageStore;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.principal.token.AccessTokens;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.CatalogKey;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import io.unitycatalog.client.ApiClient;
import io.unitycatalog.client.ApiClientBuilder;
import io.unitycatalog.client.auth.TokenProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A catalog on a port, for tests over HTTP: a metastore, its admin {@code admin@x}, and the users
 * {@code ann@x}, {@code bob@x} and {@code eve@x}. Whoever sends a user's name as bearer token is
 * that user: how it is proved who calls has tests of its own.
 */
public final class CatalogServer implements AutoCloseable {
  public static final String ADMIN = "admin@x";

  private final MetadataStore store;
  private final Work work;
  private final List<Route> routes;
  private final List<AuditEvent> decisions;
  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private CatalogServer(
      MetadataStore store,
      Work work,
      List<Route> routes,
      List<AuditEvent> decisions,
      HttpServer server) {
    this.store = store;
    this.work = work;
    this.routes = routes;
    this.decisions = decisions;
    this.server = server;
  }

  /** Starts one in an empty folder. */
  public static CatalogServer start(Path folder) {
    return start(folder, Clock.systemUTC());
  }

  /** Starts one whose time is told. */
  static CatalogServer start(Path folder, Clock clock) {
    StoreSettings settings = StoreSettings.embedded(folder);
    MetadataStore store = MetadataStore.open(settings, clock);
    seed(store, folder.resolve("managed").toUri());
    return serve(store, settings, clock);
  }

  /** Starts one that was there before. */
  static CatalogServer restart(Path folder, Clock clock) {
    StoreSettings settings = StoreSettings.embedded(folder);
    return serve(MetadataStore.open(settings, clock), settings, clock);
  }

  private static CatalogServer serve(MetadataStore store, StoreSettings settings, Clock clock) {
    List<AuditEvent> decisions = Collections.synchronizedList(new ArrayList<>());
    Gate gate = new Gate(decisions::add, clock);
    List<Route> routes = routes(store, gate, settings, new SecureRandom());
    return new CatalogServer(
        store,
        new Work(store, gate),
        routes,
        decisions,
        HttpServer.start(
            "127.0.0.1",
            0,
            routes,
            (authorization, requestId, address) ->
                caller(store, authorization, requestId, address)));
  }

  private static List<Route> routes(
      MetadataStore store, Gate gate, StoreSettings settings, SecureRandom random) {
    return CatalogRoutes.of(
        store,
        gate,
        AccessTokens.open(store, CatalogKey.load(settings.directory()), random),
        random,
        new LineageService(LineageStore.open(store, LineageSettings.DEFAULT), gate),
        new FreshnessService(store, gate, FreshnessService.EPOCHS_KEPT));
  }

  private static Caller caller(
      MetadataStore store, Optional<String> authorization, String requestId, String address) {
    String name = authorization.orElse("").replaceFirst("^Bearer ", "");
    Principal principal =
        store
            .state()
            .principal(name)
            .orElseThrow(
                () ->
                    new MillraceException(
                        ErrorCode.UNAUTHENTICATED, "no or no valid token", "send one"));
    if (!principal.active()) {
      throw new MillraceException(
          ErrorCode.PERMISSION_DENIED, principal.name() + " is not active", "ask an admin");
    }
    return new Caller(principal.id(), principal.name(), requestId, address);
  }

  private static void seed(MetadataStore store, URI managed) {
    store.write(
        in -> {
          UUID admins = UUID.randomUUID();
          Instant now = in.now();
          in.apply(
              new Change.PutPrincipal(
                  new Principal(
                      admins,
                      Principal.Kind.GROUP,
                      "metastore_admins",
                      "metastore_admins",
                      true,
                      Optional.empty(),
                      now,
                      now)));
          for (String name : List.of(ADMIN, "ann@x", "bob@x", "eve@x")) {
            UUID id = UUID.randomUUID();
            in.apply(
                new Change.PutPrincipal(
                    new Principal(
                        id, Principal.Kind.USER, name, name, true, Optional.empty(), now, now)));
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
                      new Definition.Metastore(
                          admins,
                          io.millrace.catalog.server.service.Location.normalize(managed + "")),
                      stamp,
                      stamp)));
          return root;
        });
  }

  public MetadataStore store() {
    return store;
  }

  /** What the gate told its log, that came with no change. */
  List<AuditEvent> decisions() {
    return List.copyOf(decisions);
  }

  public Work work() {
    return work;
  }

  /** All that it answers. */
  List<Route> routes() {
    return routes;
  }

  /** The official client, as a user. */
  public ApiClient as(String user) {
    return ApiClientBuilder.create()
        .uri(uri())
        .tokenProvider(TokenProvider.create(Map.of("type", "static", "token", user)))
        .build();
  }

  public String uri() {
    return "http://127.0.0.1:" + server.port();
  }

  /** Plain HTTP, for what the official client does not send. */
  public HttpResponse<String> send(
      String user, String method, String path, @Nullable String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!user.isEmpty()) {
      request.header("Authorization", "Bearer " + user);
    }
    if (body != null && Arrays.stream(headers).noneMatch(h -> h.equals("Content-Type"))) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Grants directly, for setting a scene. */
  public void grant(String principal, SecurableType type, String fullName, Privilege... what) {
    store.write(
        in -> {
          Securable on =
              type == SecurableType.METASTORE
                  ? in.state().metastore()
                  : in.state().find(type, List.of(fullName.split("\\."))).orElseThrow();
          UUID to = in.state().principal(principal).orElseThrow().id();
          in.apply(new Change.PutGrant(on.id(), to, Set.of(what)));
          return on;
        });
  }

  /** A function, directly, for filters and masks. */
  void function(String fullName, String owner, String returns, String... parameterTypes) {
    String[] parts = fullName.split("\\.");
    store.write(
        in -> {
          Securable schema =
              in.state().find(SecurableType.SCHEMA, List.of(parts[0], parts[1])).orElseThrow();
          List<Definition.Parameter> parameters = new ArrayList<>();
          for (String type : parameterTypes) {
            parameters.add(
                new Definition.Parameter("p" + parameters.size(), type, Optional.empty()));
          }
          in.apply(
              new Change.PutSecurable(
                  Securable.create(
                      SecurableType.FUNCTION,
                      schema.id(),
                      parts[2],
                      new Definition.SqlFunction(parameters, returns, "NULL", Optional.empty()),
                      new Securable.Stamp(
                          in.now(), in.state().principal(owner).orElseThrow().id()))));
          return schema;
        });
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
