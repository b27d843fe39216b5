package io.millrace.catalog.flink.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * JSON over HTTP/1.1 with a bearer token. What changes nothing is asked again when a server is away
 * or overloaded, a few times; what changes something is sent once. Redirections are not followed:
 * the token is for one server. Thread-safe.
 */
final class HttpCalls {
  private static final int ATTEMPTS_MAX = 3;
  private static final long PAUSE_MILLIS = 200;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private final URI server;
  private final TokenSource token;
  private final Duration timeout;
  private final HttpClient http;

  /**
   * @param server scheme, host and port, without a path
   * @param timeout longest wait for one answer
   */
  HttpCalls(URI server, TokenSource token, Duration timeout) {
    this.server = requireNonNull(server, "server is null");
    this.token = requireNonNull(token, "token is null");
    this.timeout = requireNonNull(timeout, "timeout is null");
    this.http =
        HttpClient.newBuilder()
            // The other version would have the first request ask for an upgrade.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT)
            .build();
  }

  /** One part of a path, whatever is in it. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  <T> T get(Class<T> type, String path, Map<String, String> query) {
    return send(type, "GET", path, query, null, true);
  }

  <T> T post(Class<T> type, String path, Object body) {
    return send(type, "POST", path, Map.of(), body, false);
  }

  /** A question that is asked with POST and changes nothing. */
  <T> T ask(Class<T> type, String path, Object body) {
    return send(type, "POST", path, Map.of(), body, true);
  }

  <T> T patch(Class<T> type, String path, Object body) {
    return send(type, "PATCH", path, Map.of(), body, false);
  }

  void delete(String path, Map<String, String> query) {
    send(JsonNode.class, "DELETE", path, query, null, false);
  }

  private <T> T send(
      Class<T> type,
      String method,
      String path,
      Map<String, String> query,
      @Nullable Object body,
      boolean repeatable) {
    for (int attempt = 1; ; attempt++) {
      boolean last = !repeatable || attempt == ATTEMPTS_MAX;
      try {
        HttpResponse<String> response =
            http.send(
                request(method, path, query, body),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (last || !isPassing(response.statusCode())) {
          return answer(type, method + " " + path, response);
        }
      } catch (IOException e) {
        if (last) {
          throw unreachable(method + " " + path, e);
        }
      } catch (InterruptedException e) {
        throw interrupted(method + " " + path, e);
      }
      pause(method + " " + path, attempt);
    }
  }

  private HttpRequest request(
      String method, String path, Map<String, String> query, @Nullable Object body) {
    String questions =
        query.entrySet().stream()
            .map(each -> segment(each.getKey()) + "=" + segment(each.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(server + path + (questions.isEmpty() ? "" : "?" + questions)))
            .timeout(timeout)
            .header("Accept", "application/json")
            .header("User-Agent", "millrace-flink-catalog")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(written(body)));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    token.token().ifPresent(known -> request.header("Authorization", "Bearer " + known));
    return request.build();
  }

  private static boolean isPassing(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
  }

  private <T> T answer(Class<T> type, String asked, HttpResponse<String> response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      try {
        return JSON.readValue(response.body().isBlank() ? "{}" : response.body(), type);
      } catch (JsonProcessingException e) {
        throw new MillraceException(
            ErrorCode.CATALOG_UNREACHABLE,
            "what answers %s at %s is no Unity Catalog server".formatted(asked, server),
            "check option 'uri'",
            e);
      }
    }
    String code = "";
    String message = "";
    try {
      JsonNode error = JSON.readTree(response.body());
      code = error == null ? "" : error.path("error_code").asText("");
      message = error == null ? "" : error.path("message").asText("");
    } catch (JsonProcessingException e) {
      message = "the answer is no JSON";
    }
    throw new ServerRefusal(server.toString(), asked, status, code, message);
  }

  private void pause(String asked, int attempt) {
    long millis = PAUSE_MILLIS << (attempt - 1);
    try {
      Thread.sleep(millis / 2 + ThreadLocalRandom.current().nextLong(millis));
    } catch (InterruptedException e) {
      throw interrupted(asked, e);
    }
  }

  private MillraceException unreachable(String asked, IOException failure) {
    String what =
        failure instanceof HttpConnectTimeoutException || failure instanceof ConnectException
            ? "cannot be reached"
            : failure instanceof HttpTimeoutException
                ? "gave no answer within " + timeout.toMillis() + " ms"
                : "broke the connection off";
    return new MillraceException(
        ErrorCode.CATALOG_UNREACHABLE,
        "the catalog server at %s %s (%s)".formatted(server, what, asked),
        "start it, or correct the catalog's option 'uri'",
        failure);
  }

  private MillraceException interrupted(String asked, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new MillraceException(
        ErrorCode.CATALOG_UNREACHABLE,
        "waiting for the catalog server at %s was interrupted (%s)".formatted(server, asked),
        "run the statement again",
        e);
  }

  private static String written(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a request cannot be written as JSON", e);
    }
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
