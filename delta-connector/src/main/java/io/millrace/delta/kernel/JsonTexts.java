package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Values as delta-spark puts them into the parameters of operations. */
final class JsonTexts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonTexts() {}

  /** A value as JSON, and that as a JSON string. */
  static String quoted(Object value) {
    return text(text(value));
  }

  private static String text(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a value cannot be written as JSON", e);
    }
  }
}
