package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalLong;

/** The statistics of a data file, which the log keeps as JSON inside JSON. */
final class FileStats {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFactory FACTORY = JSON.getFactory();
  private static final String TIGHT_BOUNDS = "tightBounds";

  private FileStats() {}

  /** The top-level {@code numRecords}; empty if the statistics cannot be read, too. */
  static OptionalLong records(String json) {
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return OptionalLong.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals("numRecords");
        JsonToken value = parser.nextToken();
        if (found) {
          return value == JsonToken.VALUE_NUMBER_INT
              ? OptionalLong.of(parser.getLongValue())
              : OptionalLong.empty();
        }
        parser.skipChildren();
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The same statistics, saying that minimum and maximum may belong to deleted rows, as the
   * protocol wants it of files with deletion vectors.
   */
  static String withLooseBounds(String json) {
    int end = json.lastIndexOf('}');
    if (end < 0) {
      throw new IllegalArgumentException("unreadable file statistics: " + json);
    }
    if (!json.contains('"' + TIGHT_BOUNDS + '"')) {
      // The common case, without parsing the statistics of hundreds of columns.
      String separator = json.substring(0, end).strip().endsWith("{") ? "" : ",";
      return json.substring(0, end) + separator + "\"" + TIGHT_BOUNDS + "\":false}";
    }
    try {
      ObjectNode stats = (ObjectNode) JSON.readTree(json);
      return JSON.writeValueAsString(stats.put(TIGHT_BOUNDS, false));
    } catch (IOException e) {
      throw new UncheckedIOException("unreadable file statistics: " + json, e);
    }
  }
}
