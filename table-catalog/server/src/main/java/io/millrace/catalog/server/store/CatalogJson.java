package io.millrace.catalog.server.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.model.Token;
import io.millrace.catalog.server.state.Change;
import java.util.List;

/** How values are stored. What a later release adds is passed over by an earlier one. */
final class CatalogJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          // Half of what there is to say of a column is that it has none of something.
          .serializationInclusion(JsonInclude.Include.NON_ABSENT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private static final ObjectReader SECURABLE = JSON.readerFor(Securable.class);
  private static final ObjectReader PRINCIPAL = JSON.readerFor(Principal.class);
  private static final ObjectReader TOKEN = JSON.readerFor(Token.class);
  private static final TypeReference<List<Change>> CHANGES = new TypeReference<>() {};

  /** Longest text that both databases store in one value. */
  private static final int CHARACTERS_MAX = 1_000_000;

  private CatalogJson() {}

  static String text(Object value) {
    try {
      return checked(JSON.writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not JSON: " + value.getClass(), e);
    }
  }

  /** A list of a sealed type keeps each element's kind only if the type is told. */
  static String text(List<Change> changes) {
    try {
      return checked(JSON.writerFor(CHANGES).writeValueAsString(changes));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("changes that are not JSON", e);
    }
  }

  private static String checked(String text) {
    if (text.length() > CHARACTERS_MAX) {
      throw new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "one change of the catalog has %,d characters, more than %,d"
              .formatted(text.length(), CHARACTERS_MAX),
          "use fewer or shorter columns, comments and properties in one request");
    }
    return text;
  }

  static Securable securable(String text) {
    return read(SECURABLE, text);
  }

  static Principal principal(String text) {
    return read(PRINCIPAL, text);
  }

  static Token token(String text) {
    return read(TOKEN, text);
  }

  static List<Change> changes(String text) {
    return read(JSON.readerFor(CHANGES), text);
  }

  private static <T> T read(ObjectReader reader, String text) {
    try {
      return reader.readValue(text);
    } catch (JsonProcessingException e) {
      throw new MillraceException(
          ErrorCode.STATE_CORRUPT,
          "the catalog's database holds something that this release cannot read: "
              + e.getOriginalMessage(),
          "start the release that wrote it, or restore the database from a backup",
          e);
    }
  }
}
