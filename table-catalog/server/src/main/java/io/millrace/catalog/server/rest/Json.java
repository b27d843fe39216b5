package io.millrace.catalog.server.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * JSON of requests and answers: records in snake case. What is not known in a request is passed
 * over, as clients of other versions send it; a key that is there twice is refused, as two readers
 * could take different ones.
 */
public final class Json {
  private static final int DEPTH_MAX = 100;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .serializationInclusion(JsonInclude.Include.NON_ABSENT)
          .build();

  private Json() {}

  /** The mapper, for trees. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  static <T> T read(byte[] body, Class<T> type) {
    try {
      T value = MAPPER.readValue(body, type);
      if (value == null) {
        throw invalid("the body is null");
      }
      return value;
    } catch (JsonMappingException e) {
      Throwable cause = e.getCause();
      if (cause instanceof MillraceException told) {
        throw told;
      }
      String place =
          e.getPath().stream()
              .map(
                  part ->
                      part.getFieldName() == null
                          ? "[" + part.getIndex() + "]"
                          : part.getFieldName())
              .collect(Collectors.joining("."));
      throw invalid(
          place.isEmpty()
              ? "the body is not the JSON object that is wanted: " + firstLine(e)
              : cause instanceof NullPointerException
                  ? "%s has no value for something that is required: %s"
                      .formatted(place, cause.getMessage())
                  : "%s has no value that is allowed there".formatted(place));
    } catch (IOException e) {
      throw invalid("the body is not JSON: " + firstLine(e));
    }
  }

  static JsonNode tree(byte[] body) {
    try {
      JsonNode tree = MAPPER.readTree(body);
      if (tree == null || tree.isMissingNode()) {
        throw invalid("the body is empty");
      }
      return tree;
    } catch (IOException e) {
      throw invalid("the body is not JSON: " + firstLine(e));
    }
  }

  static byte[] write(Object body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer that is not JSON: " + body.getClass(), e);
    }
  }

  private static String firstLine(IOException e) {
    String message =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return String.valueOf(message).lines().findFirst().orElse("");
  }

  private static MillraceException invalid(String problem) {
    return new MillraceException(
        ErrorCode.ARGUMENT_INVALID, problem, "see the API's description for what it wants");
  }
}
