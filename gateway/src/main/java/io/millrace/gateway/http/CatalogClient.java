package io.millrace.gateway.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of a catalog: documents as the server writes them, lists from their first page to
 * their last, failures with the server's words. Every call is sent once, and redirections are not
 * followed: the token is for one server.
 *
 * <p>All calls throw {@link MillraceException}: what the server's answer says (see {@link
 * Refusal}), CATALOG_UNREACHABLE if there is none, or none that a catalog gives. Thread-safe.
 */
public final class CatalogClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int PAGE_ITEMS = 1_000;
  // A server whose pages never end is worse than none.
  private static final int PAGES_MAX = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI server;
  private final String token;
  private final String whenUnreachable;
  private final HttpClient http;

  /**
   * @param server scheme, host and port
   * @param token sent with every call; letters, digits and {@code ._~+/=-} only
   * @param whenUnreachable what to do if nothing answers, for people
   */
  public CatalogClient(URI server, String token, String whenUnreachable) {
    this.server = requireNonNull(server, "server is null");
    this.token = requireNonNull(token, "token is null");
    this.whenUnreachable = requireNonNull(whenUnreachable, "whenUnreachable is null");
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  /** One part of a path, whatever is in it. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public JsonNode get(String path) {
    return get(path, Map.of());
  }

  public JsonNode get(String path, Map<String, String> query) {
    return send("GET", path, query, null);
  }

  /** What is there, unless the server says that it is not, or not for the caller to see. */
  public Optional<JsonNode> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.SECURABLE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public JsonNode post(String path, JsonNode body) {
    return send("POST", path, Map.of(), body);
  }

  public JsonNode patch(String path, JsonNode body) {
    return send("PATCH", path, Map.of(), body);
  }

  public JsonNode delete(String path) {
    return send("DELETE", path, Map.of(), null);
  }

  /**
   * All items of a list whose pages name the next one.
   *
   * @param items the field of a page that they are in
   */
  public ArrayNode pages(String path, Map<String, String> query, String items) {
    Map<String, String> asked = new LinkedHashMap<>(query);
    asked.put("max_results", Integer.toString(PAGE_ITEMS));
    ArrayNode all = JSON.createArrayNode();
    for (int page = 0; page < PAGES_MAX; page++) {
      JsonNode found = get(path, asked);
      found.path(items).forEach(all::add);
      String next = found.path("next_page_token").asText("");
      if (next.isEmpty()) {
        return all;
      }
      if (next.equals(asked.put("page_token", next))) {
        break;
      }
    }
    throw notCatalog(path, "its list has no end", null);
  }

  /** All resources of a list as SCIM has them, which count from 1. */
  public ArrayNode scimPages(String path, Map<String, String> query) {
    Map<String, String> asked = new LinkedHashMap<>(query);
    asked.put("count", Integer.toString(PAGE_ITEMS));
    ArrayNode all = JSON.createArrayNode();
    for (int page = 0; page < PAGES_MAX; page++) {
      asked.put("startIndex", Integer.toString(all.size() + 1));
      JsonNode found = get(path, asked);
      found.path("Resources").forEach(all::add);
      if (found.path("Resources").isEmpty() || all.size() >= found.path("totalResults").asInt()) {
        return all;
      }
    }
    throw notCatalog(path, "its list has no end", null);
  }

  private JsonNode send(
      String method, String path, Map<String, String> query, @Nullable JsonNode body) {
    String asked = method + " " + path;
    HttpResponse<String> response;
    try {
      response =
          http.send(
              request(method, path, query, body),
              HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      String what =
          e instanceof HttpTimeoutException ? "gives no answer in time" : "cannot be reached";
      throw new MillraceException(
          ErrorCode.CATALOG_UNREACHABLE,
          "the catalog at %s %s (%s)".formatted(server, what, asked),
          whenUnreachable,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.CATALOG_UNREACHABLE,
          "waiting for the catalog at %s was interrupted (%s)".formatted(server, asked),
          "run the command again",
          e);
    }
    JsonNode answer = read(asked, response);
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return answer;
    }
    throw Refusal.of(asked, status, answer)
        .orElseThrow(() -> notCatalog(path, "it answers with status " + status, null));
  }

  private HttpRequest request(
      String method, String path, Map<String, String> query, @Nullable JsonNode body) {
    String questions =
        query.entrySet().stream()
            .map(each -> segment(each.getKey()) + "=" + segment(each.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(server + path + (questions.isEmpty() ? "" : "?" + questions)))
            .timeout(TIMEOUT)
            .header("Accept", "application/json, application/scim+json")
            .header("User-Agent", "millrace-cli")
            .header("Authorization", "Bearer " + token)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    return request.build();
  }

  private JsonNode read(String asked, HttpResponse<String> response) {
    try {
      return response.body().isBlank() ? MissingNode.getInstance() : JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw notCatalog(
          asked, "its answer, of status %d, is no JSON".formatted(response.statusCode()), e);
    }
  }

  private MillraceException notCatalog(String asked, String why, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.CATALOG_UNREACHABLE,
        "what answers at %s is no catalog: %s (%s)".formatted(server, why, asked),
        "name the scheme, host and port of a catalog",
        cause);
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
