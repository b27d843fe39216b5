package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer.
 *
 * @param body written as JSON; null for none
 */
public record Reply(
    int status, @Nullable Object body, String contentType, Map<String, String> headers) {
  public static final String JSON = "application/json";

  public Reply {
    requireNonNull(contentType, "contentType is null");
    headers = Map.copyOf(headers);
  }

  public static Reply of(Object body) {
    return new Reply(200, body, JSON, Map.of());
  }

  public static Reply of(int status, Object body) {
    return new Reply(status, body, JSON, Map.of());
  }

  /** Done, and there is nothing to say; the official client wants a body even so. */
  public static Reply done() {
    return of(Map.of());
  }

  /** Without a body: 204. */
  public static Reply noContent() {
    return new Reply(204, null, JSON, Map.of());
  }

  public Reply as(String otherContentType) {
    return new Reply(status, body, otherContentType, headers);
  }

  public Reply with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Reply(status, body, contentType, more);
  }
}
