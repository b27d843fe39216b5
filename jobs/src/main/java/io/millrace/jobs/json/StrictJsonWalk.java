package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.jspecify.annotations.Nullable;

/** One walk of the strict reader over the tokens of one document. */
final class StrictJsonWalk {
  private final JsonParser parser;
  private final byte[] bytes;
  private final int offset;
  private final int length;
  private int depth;

  /** The schema's field being read, dotted; null outside of all. */
  private @Nullable String path;

  StrictJsonWalk(JsonParser parser, byte[] bytes, int offset, int length) {
    this.parser = parser;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  /** Values of the fields, null where missing or null. The document begins with an object. */
  @Nullable Object[] document(JsonColumn.Fields fields) throws IOException {
    next();
    @Nullable Object[] values = object(fields, null);
    try {
      if (parser.nextToken() != null) {
        throw malformed(JsonVerdict.TRAILING_DATA);
      }
    } catch (JsonProcessingException e) {
      throw new MalformedJson(JsonVerdict.TRAILING_DATA, positionOf(e), null);
    }
    return values;
  }

  private @Nullable Object[] object(JsonColumn.Fields fields, @Nullable String parent)
      throws IOException {
    @Nullable Object[] values = new Object[fields.size()];
    boolean[] seen = new boolean[fields.size()];
    long begin = position();
    while (next() != JsonToken.END_OBJECT) {
      String name = checkedText();
      int i = fields.position(name);
      if (i < 0) {
        path = parent;
        next();
        skip();
        continue;
      }
      path = parent == null ? name : parent + '.' + name;
      if (seen[i]) {
        throw malformed(JsonVerdict.DUPLICATE_FIELD);
      }
      seen[i] = true;
      next();
      values[i] = value(fields.at(i));
    }
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i] && !fields.at(i).nullable) {
        String missing = fields.at(i).name;
        throw new MalformedJson(
            JsonVerdict.REQUIRED_MISSING, begin, parent == null ? missing : parent + '.' + missing);
      }
    }
    path = parent;
    return values;
  }

  private @Nullable Object value(JsonColumn column) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      if (!column.nullable) {
        throw malformed(JsonVerdict.REQUIRED_MISSING);
      }
      return null;
    }
    return switch (column.kind) {
      case BOOLEAN -> truth(token);
      case INTEGER, FLOAT, DOUBLE, COMPACT_DECIMAL, WIDE_DECIMAL -> number(column);
      case TEXT -> text(column);
      case BINARY, DATE, TIME, TIMESTAMP -> parsedText(column);
      case ROW -> {
        require(JsonToken.START_OBJECT);
        yield GenericRowData.of(object(column.children, path));
      }
      case ARRAY -> array(column.children.at(0));
      case MAP -> map(column.children.at(0), column.children.at(1));
    };
  }

  private Object truth(JsonToken token) {
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw malformed(JsonVerdict.WRONG_TYPE);
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private Object number(JsonColumn column) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw malformed(JsonVerdict.WRONG_TYPE);
    }
    return accepted(StrictJsonValues.number(checkedText(), column));
  }

  private Object parsedText(JsonColumn column) throws IOException {
    require(JsonToken.VALUE_STRING);
    return accepted(StrictJsonValues.text(checkedText(), column));
  }

  private Object accepted(Object valueOrVerdict) {
    if (valueOrVerdict instanceof JsonVerdict verdict) {
      throw malformed(verdict);
    }
    return valueOrVerdict;
  }

  private Object text(JsonColumn column) throws IOException {
    String text;
    long begin = position();
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      text = checkedText();
    } else {
      // Another JSON value: the text is what the document says.
      skip();
      long end =
          parser.currentToken().isScalarValue() ? begin + parser.getTextLength() : position() + 1;
      text = new String(bytes, offset + (int) begin, (int) (end - begin), UTF_8);
    }
    if (text.codePointCount(0, text.length()) > column.maxLength) {
      throw new MalformedJson(JsonVerdict.OUT_OF_RANGE, begin, path);
    }
    return StringData.fromString(text);
  }

  private Object array(JsonColumn element) throws IOException {
    require(JsonToken.START_ARRAY);
    String here = path;
    List<@Nullable Object> values = new ArrayList<>();
    while (next() != JsonToken.END_ARRAY) {
      values.add(value(element));
      path = here;
    }
    return new GenericArrayData(values.toArray());
  }

  private Object map(JsonColumn key, JsonColumn value) throws IOException {
    require(JsonToken.START_OBJECT);
    String here = path;
    Map<Object, @Nullable Object> values = new HashMap<>();
    while (next() != JsonToken.END_OBJECT) {
      String name = checkedText();
      if (name.codePointCount(0, name.length()) > key.maxLength) {
        throw malformed(JsonVerdict.OUT_OF_RANGE);
      }
      StringData mapKey = StringData.fromString(name);
      if (values.containsKey(mapKey)) {
        throw malformed(JsonVerdict.DUPLICATE_FIELD);
      }
      next();
      values.put(mapKey, value(value));
      path = here;
    }
    return new GenericMapData(values);
  }

  /** Walks to the end of the value at hand, so that all of it is checked. */
  private void skip() throws IOException {
    int outside = depth - (parser.currentToken().isStructStart() ? 1 : 0);
    checkScalar();
    while (depth > outside) {
      next();
      checkScalar();
    }
  }

  private void checkScalar() throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING || token.isNumeric()) {
      checkedText();
    }
  }

  private JsonToken next() throws IOException {
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw malformed(JsonVerdict.TRUNCATED);
      }
      if (token.isStructStart() && ++depth > JsonSchemaDecoder.MAX_DEPTH) {
        throw malformed(JsonVerdict.TOO_DEEP);
      }
      if (token.isStructEnd()) {
        depth--;
      }
      return token;
    } catch (JsonProcessingException e) {
      throw syntax(e);
    }
  }

  /** The text of a name, string or number, if it is one that this contract knows. */
  private String checkedText() throws IOException {
    try {
      String text = parser.getText();
      if (parser.currentToken().isNumeric()) {
        if (text.length() > JsonSchemaDecoder.MAX_NUMBER_LENGTH) {
          throw malformed(JsonVerdict.NUMBER_TOO_LONG);
        }
      } else if (!Surrogates.paired(text)) {
        throw malformed(JsonVerdict.LONE_SURROGATE);
      }
      return text;
    } catch (JsonProcessingException e) {
      throw syntax(e);
    }
  }

  private void require(JsonToken wanted) {
    if (parser.currentToken() != wanted) {
      throw malformed(JsonVerdict.WRONG_TYPE);
    }
  }

  /** What Jackson could not read: it says where, a byte more or less, but not in which field. */
  private MalformedJson syntax(JsonProcessingException e) {
    long at = positionOf(e);
    boolean cut = e instanceof JsonEOFException || (at >= length && !closed());
    return new MalformedJson(cut ? JsonVerdict.TRUNCATED : JsonVerdict.SYNTAX, at, null);
  }

  /** Whether the document's last byte could close it. */
  private boolean closed() {
    return bytes[offset + length - 1] == '}';
  }

  private MalformedJson malformed(JsonVerdict verdict) {
    return new MalformedJson(verdict, position(), path);
  }

  /** Where the token at hand begins. */
  private long position() {
    return parser.currentTokenLocation().getByteOffset();
  }

  private static long positionOf(JsonProcessingException e) {
    return e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
  }
}
