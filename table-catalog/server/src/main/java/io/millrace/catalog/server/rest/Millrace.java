package io.millrace.catalog.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Where what Millrace adds to Unity Catalog's REST API lies, and how it writes times. */
public final class Millrace {
  private static final String ROOT = "/api/2.1/millrace";
  private static final int RESULTS_DEFAULT = 1_000;

  private static final ObjectMapper MAPPER =
      Json.mapper()
          .copy()
          .registerModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS);

  private Millrace() {}

  static Route route(String method, String path, Rule rule, Route.Handler handler) {
    return new Route(method, ROOT + path, rule, ErrorStyle.UNITY, handler);
  }

  /** An answer with times as ISO 8601 writes them. */
  static Reply reply(Object body) {
    return Reply.of((JsonNode) MAPPER.valueToTree(body));
  }

  /** A body with times, as a record. */
  static <T> T read(Request request, Class<T> type) {
    try {
      return MAPPER.treeToValue(request.body(), type);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      MillraceException told = MillraceException.in(e);
      throw told != null
          ? told
          : invalid("the body is not the JSON object that is wanted: " + e.getOriginalMessage());
    }
  }

  /** A time, as ISO 8601 or in milliseconds since 1970. */
  static Optional<Instant> time(Request request, String name) {
    return request
        .query(name)
        .map(
            text -> {
              try {
                return text.matches("-?\\d{1,15}")
                    ? Instant.ofEpochMilli(Long.parseLong(text))
                    : Instant.parse(text);
              } catch (DateTimeException e) {
                throw invalid("%s is not a time such as 2026-11-29T10:00:00Z".formatted(name));
              }
            });
  }

  static int number(Request request, String name, int otherwise) {
    return request
        .query(name)
        .map(
            text -> {
              try {
                return Integer.parseInt(text);
              } catch (NumberFormatException e) {
                throw invalid("%s is not a number".formatted(name));
              }
            })
        .orElse(otherwise);
  }

  /** How many results are wanted, by {@code max_results}. */
  static int results(Request request) {
    int wanted = number(request, "max_results", RESULTS_DEFAULT);
    return wanted == 0 ? RESULTS_DEFAULT : wanted;
  }

  static <E extends Enum<E>> E choice(Request request, String name, E otherwise) {
    Optional<String> text = request.query(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    for (E each : otherwise.getDeclaringClass().getEnumConstants()) {
      if (each.name().equalsIgnoreCase(text.get())) {
        return each;
      }
    }
    throw invalid(
        "%s is none of %s"
            .formatted(
                name, java.util.Arrays.toString(otherwise.getDeclaringClass().getEnumConstants())));
  }

  static MillraceException invalid(String problem) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID, problem, "see the API's description for what it wants");
  }
}
