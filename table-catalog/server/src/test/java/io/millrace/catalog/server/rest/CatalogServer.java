package io.millrace.catalog.server.rest;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.state.Change;
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
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private CatalogServer(MetadataStore store, Work work, HttpServer server) {
    this.store = store;
    this.work = work;
    this.server = server;
  }

  /** Starts one in an empty folder. */
  public static CatalogServer start(Path folder) {
    MetadataStore store = MetadataStore.open(StoreSettings.embedded(folder), Clock.systemUTC());
    seed(store, folder.resolve("managed").toUri());
    Work work = new Work(store, new Gate(event -> {}, Clock.systemUTC()));
    List<Route> routes = new ArrayList<>(routes(work));
    return new CatalogServer(
        store,
        work,
        HttpServer.start(
            "127.0.0.1",
            0,
            routes,
            (authorization, requestId, address) ->
                caller(store, authorization, requestId, address)));
  }

  /** All routes of the catalog. */
  static List<Route> routes(Work work) {
    return new CatalogResource(work, new Catalogs(work)).routes();
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

  public Work work() {
    return work;
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

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
