package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Page;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler may know of a request. Used by one thread. */
public final class Request {
  private final @Nullable Caller caller;
  private final String requestId;
  private final String sourceAddress;
  private final Map<String, String> pathParameters;
  private final Map<String, List<String>> query;
  private final Map<String, String> headers;
  private final String contentType;
  private final byte[] body;

  Request(
      @Nullable Caller caller,
      String requestId,
      String sourceAddress,
      Map<String, String> pathParameters,
      Map<String, List<String>> query,
      Map<String, String> headers,
      String contentType,
      byte[] body) {
    this.caller = caller;
    this.requestId = requestId;
    this.sourceAddress = sourceAddress;
    this.pathParameters = pathParameters;
    this.query = query;
    this.headers = headers;
    this.contentType = contentType;
    this.body = body;
  }

  /** Who asks; of a route that not anybody may call. */
  public Caller caller() {
    return requireNonNull(caller, "a route for anybody has no caller");
  }

  /** The same in all that is logged, audited and told of this request. */
  public String requestId() {
    return requestId;
  }

  /** Where it came from. */
  public String sourceAddress() {
    return sourceAddress;
  }

  /** A part of the path, decoded. */
  public String path(String name) {
    return requireNonNull(pathParameters.get(name), name);
  }

  /**
   * A parameter of the query.
   *
   * @throws MillraceException ARGUMENT_INVALID if it is there twice
   */
  public Optional<String> query(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID, "%s is given twice".formatted(name), "give it once");
    }
    return values.stream().findFirst().filter(value -> !value.isEmpty());
  }

  /** A parameter that must be there. */
  public String required(String name) {
    return query(name)
        .orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.ARGUMENT_INVALID,
                    "the parameter %s is missing".formatted(name),
                    "add ?%s=… to the request".formatted(name)));
  }

  /** Whether a parameter is {@code true}. */
  public boolean flag(String name) {
    return query(name).map(Boolean::parseBoolean).orElse(false);
  }

  /** Which part of a list is wanted, by {@code max_results} and {@code page_token}. */
  public Page.Request page() {
    return Page.Request.of(query("max_results"), query("page_token"));
  }

  /** A header, by its name in lower case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /**
   * The body as a record.
   *
   * @throws MillraceException ARGUMENT_INVALID if it is not JSON, names a key twice, or lacks
   *     something
   */
  public <T> T body(Class<T> type) {
    return Json.read(jsonBytes(), type);
  }

  /** The body as it is. */
  public JsonNode body() {
    return Json.tree(jsonBytes());
  }

  /** The body's bytes, whatever they are. */
  public byte[] bytes() {
    return body.clone();
  }

  private byte[] jsonBytes() {
    String type = contentType.toLowerCase(java.util.Locale.ROOT);
    if (!type.isEmpty() && !type.startsWith("application/") && !type.contains("json")) {
      throw new MillraceException(
          ErrorCode.ARGUMENT_INVALID,
          "the body is %s, not JSON".formatted(type),
          "send it with Content-Type: application/json");
    }
    return body;
  }
}
