package io.millrace.catalog.server.rest;

import io.millrace.catalog.server.principal.FreshCatalog;
import io.millrace.catalog.server.principal.token.AccessTokens;
import io.millrace.catalog.server.principal.token.Authenticator;
import io.millrace.catalog.server.principal.token.ClientCredentials;
import io.millrace.catalog.server.service.Catalogs;
import io.millrace.catalog.server.service.Work;
import io.millrace.catalog.server.store.CatalogKey;
import io.unitycatalog.client.ApiClient;
import io.unitycatalog.client.ApiClientBuilder;
import io.unitycatalog.client.auth.TokenProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A catalog on a port that asks for real tokens. */
final class PrincipalServer implements AutoCloseable {
  static final String SCIM = ScimResource.DATABRICKS;

  final FreshCatalog catalog;
  final AccessTokens accessTokens;
  private final HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  PrincipalServer(Path directory) {
    this.catalog = new FreshCatalog(directory);
    this.accessTokens =
        AccessTokens.open(catalog.store, CatalogKey.load(directory), catalog.random);
    Work work = new Work(catalog.store, catalog.gate);
    List<Route> routes = new ArrayList<>(new CatalogResource(work, new Catalogs(work)).routes());
    routes.addAll(new ScimResource(catalog.principals).routes());
    routes.addAll(new TokenResource(work, catalog.tokens, catalog.principals).routes());
    routes.addAll(
        new OAuthResource(new ClientCredentials(catalog.store, accessTokens), accessTokens)
            .routes());
    Authenticator authenticator = new Authenticator(catalog.store, accessTokens);
    this.server = HttpServer.start("127.0.0.1", 0, routes, authenticator::authenticate);
  }

  String uri() {
    return "http://127.0.0.1:" + server.port();
  }

  /** The official client with a token. */
  ApiClient client(String token) {
    return client(Map.of("type", "static", "token", token));
  }

  /** The official client with client credentials. */
  ApiClient client(String id, String secret) {
    return client(
        Map.of(
            "type",
            "oauth",
            "oauth.uri",
            uri() + OAuthResource.TOKEN,
            "oauth.clientId",
            id,
            "oauth.clientSecret",
            secret));
  }

  private ApiClient client(Map<String, String> provider) {
    return ApiClientBuilder.create()
        .uri(uri())
        .tokenProvider(TokenProvider.create(provider))
        .build();
  }

  /** Plain HTTP, as the admin. */
  HttpResponse<String> asAdmin(String method, String path, @Nullable String body) throws Exception {
    return send(
        method,
        path,
        body,
        "Authorization",
        "Bearer " + catalog.adminToken(),
        "Content-Type",
        "application/scim+json");
  }

  HttpResponse<String> send(String method, String path, @Nullable String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(uri() + path))
            .version(HttpClient.Version.HTTP_1_1)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    server.close();
    catalog.close();
  }
}
