package io.millrace.jobs.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The slow path: reads a document with Jackson's streaming parser and decides what it is worth.
 *
 * <p>Jackson alone is too kind: it guesses UTF-16, skips byte order marks, takes overlong UTF-8 and
 * lone surrogates. So the bytes are checked first, and every text after it was unescaped. Limits of
 * Jackson's own are off where {@link JsonSchemaDecoder} states one.
 *
 * <p>Not thread-safe.
 */
final class StrictJsonReader {
  /** Without limits on colliding names: a producer's choice of names is no error. */
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final JsonColumn.Fields fields;
  private long position;
  private @Nullable String field;

  StrictJsonReader(List<JsonColumn> schema) {
    fields = new JsonColumn.Fields(schema);
  }

  /** Where in the last document it found what is wrong: bytes after its first. */
  long position() {
    return position;
  }

  /** The field of the schema in which it found what is wrong, or null if it was in none. */
  @Nullable String field() {
    return field;
  }

  /** Reads one document; unless the answer is OK, the row's content is undefined. */
  JsonVerdict read(byte[] b, int offset, int length, FlatRow row) {
    position = 0;
    field = null;
    int end = offset + length;
    int invalid = Utf8.firstInvalid(b, offset, end);
    if (invalid >= 0) {
      position = invalid - offset;
      return JsonVerdict.NOT_UTF8;
    }
    int p = offset;
    while (p < end && (b[p] == ' ' || b[p] == '\t' || b[p] == '\n' || b[p] == '\r')) {
      p++;
    }
    position = p - offset;
    if (p == end) {
      return JsonVerdict.EMPTY;
    }
    if (b[p] != '{') {
      return JsonVerdict.NOT_AN_OBJECT;
    }
    for (int i = offset; i < Math.min(offset + 4, end); i++) {
      if (b[i] == 0) {
        // Or else Jackson would take the document for UTF-16 or UTF-32.
        position = i - offset;
        return JsonVerdict.SYNTAX;
      }
    }
    try (JsonParser parser = FACTORY.createParser(b, offset, length)) {
      @Nullable Object[] values = new StrictJsonWalk(parser, b, offset, length).document(fields);
      for (int i = 0; i < values.length; i++) {
        JsonColumn column = fields.at(i);
        if (column.target >= 0) {
          FlatRows.setValue(row, column.target, values[i]);
        }
      }
      return JsonVerdict.OK;
    } catch (MalformedJson malformed) {
      position = malformed.position;
      field = malformed.field;
      return malformed.verdict;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot be read", e);
    }
  }
}
