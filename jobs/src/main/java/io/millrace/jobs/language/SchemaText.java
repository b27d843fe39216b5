package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BinaryType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.ZonedTimestampType;

/**
 * Types as text: {@code order_id BIGINT, o ROW<a INT>}, as {@code from_json}, {@code read_files}
 * and column definitions have them.
 *
 * <p>Flink SQL's spellings, and Spark's where Flink has none: {@code LONG, SHORT, BYTE, BINARY}
 * (bytes of any length, unlike Flink's {@code BINARY(1)}), {@code STRUCT<a: INT>}, {@code
 * TIMESTAMP_NTZ}. {@code TIMESTAMP} is {@code TIMESTAMP(6)} without a time zone, as in Flink SQL.
 * Types are nullable unless they say {@code NOT NULL}. Comments on fields are kept.
 */
public final class SchemaText {
  private static final int DEEPEST = 64;

  private static final TreeSet<String> TYPES =
      new TreeSet<>(
          List.of(
              "ARRAY",
              "BIGINT",
              "BINARY",
              "BOOLEAN",
              "BYTE",
              "BYTES",
              "CHAR",
              "DATE",
              "DECIMAL",
              "DOUBLE",
              "FLOAT",
              "INT",
              "INTEGER",
              "LONG",
              "MAP",
              "MULTISET",
              "NUMERIC",
              "REAL",
              "ROW",
              "SHORT",
              "SMALLINT",
              "STRING",
              "STRUCT",
              "TIME",
              "TIMESTAMP",
              "TIMESTAMP_LTZ",
              "TIMESTAMP_NTZ",
              "TINYINT",
              "VARBINARY",
              "VARCHAR"));

  /** Makes a problem of an offset in the text. */
  @FunctionalInterface
  interface Places {
    Problem problem(ErrorCode code, int offset, String message, String remedy);
  }

  private final List<SchemaToken> tokens;
  private final Places places;
  private int next;
  private int depth;

  private SchemaText(String text, Places places) {
    this.places = places;
    this.tokens = SchemaToken.in(text);
  }

  /**
   * Reads a schema.
   *
   * @param text {@code name type, …}, or the same within {@code ROW<…>} or {@code STRUCT<…>}
   * @param position of its first character
   * @throws ProjectException SQL_SYNTAX, TYPE_UNSUPPORTED with the place within the text
   */
  public static RowType parse(String text, Position position) {
    return parse(text, placesFrom(text, position));
  }

  /** As {@link #parse(String, Position)}, for one type. */
  public static LogicalType parseType(String text, Position position) {
    return parseType(text, placesFrom(text, position));
  }

  static RowType parse(String text, Places places) {
    SchemaText parser = new SchemaText(text, places);
    boolean wrapped =
        (parser.peek().is("STRUCT") || parser.peek().is("ROW"))
            && (parser.peek(1).is("<") || parser.peek(1).is("("));
    RowType type = wrapped ? (RowType) parser.type() : parser.fields("");
    parser.expectEnd();
    return type;
  }

  static LogicalType parseType(String text, Places places) {
    SchemaText parser = new SchemaText(text, places);
    LogicalType type = parser.type();
    parser.expectEnd();
    return type;
  }

  private static Places placesFrom(String text, Position start) {
    SourceText source = SourceText.of(start.file(), text);
    return (code, offset, message, remedy) -> {
      Position within = source.position(offset);
      Position position =
          within.line() == 1
              ? start.right(within.column() - 1)
              : new Position(start.file(), start.line() + within.line() - 1, within.column());
      String excerpt = source.problem(code, offset, message, remedy).excerpt();
      return new Problem(code, position, message, excerpt, remedy);
    };
  }

  private RowType fields(String close) {
    List<RowType.RowField> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    do {
      SchemaToken name = take();
      boolean named =
          name.kind() == SchemaToken.Kind.WORD || name.kind() == SchemaToken.Kind.QUOTED;
      if (!named || name.text().isBlank()) {
        throw unexpected(name, "the name of a field");
      }
      if (!names.add(name.text())) {
        throw failure(
            ErrorCode.SQL_SYNTAX,
            name,
            "the field '" + name.text() + "' is there twice",
            "rename one of them");
      }
      skip(":");
      LogicalType type = type();
      String comment = null;
      if (skip("COMMENT")) {
        SchemaToken string = take();
        if (string.kind() != SchemaToken.Kind.STRING) {
          throw unexpected(string, "the comment as a 'string'");
        }
        comment = string.text();
      }
      fields.add(
          comment == null
              ? new RowType.RowField(name.text(), type)
              : new RowType.RowField(name.text(), type, comment));
    } while (skip(","));
    if (!close.isEmpty()) {
      expect(close);
    }
    return new RowType(fields);
  }

  private LogicalType type() {
    SchemaToken start = peek();
    if (++depth > DEEPEST) {
      throw failure(
          ErrorCode.SQL_SYNTAX, start, "nested more than " + DEEPEST + " deep", "flatten the type");
    }
    LogicalType type = nullability(unsuffixed());
    while (peek().is("ARRAY") || peek().is("MULTISET")) {
      type = nullability(take().is("ARRAY") ? new ArrayType(type) : new MultisetType(type));
    }
    depth--;
    return type;
  }

  private LogicalType nullability(LogicalType type) {
    if (skip("NOT")) {
      expect("NULL");
      return type.copy(false);
    }
    skip("NULL");
    return type;
  }

  private LogicalType unsuffixed() {
    SchemaToken word = take();
    if (word.kind() != SchemaToken.Kind.WORD) {
      throw unexpected(word, "a type");
    }
    String name = word.text().toUpperCase(Locale.ROOT);
    try {
      return switch (name) {
        case "STRUCT", "ROW" -> fields(open());
        case "ARRAY" -> {
          expect("<");
          LogicalType element = type();
          expect(">");
          yield new ArrayType(element);
        }
        case "MULTISET" -> {
          expect("<");
          LogicalType element = type();
          expect(">");
          yield new MultisetType(element);
        }
        case "MAP" -> {
          expect("<");
          LogicalType key = type();
          expect(",");
          LogicalType value = type();
          expect(">");
          yield new MapType(key, value);
        }
        case "STRING" -> new VarCharType(VarCharType.MAX_LENGTH);
        case "CHAR" -> new CharType(argument(1));
        case "VARCHAR" -> new VarCharType(argument(1));
        case "BOOLEAN" -> new BooleanType();
        // Spark's BINARY has any length; Flink's without a length would be a single byte.
        case "BINARY" -> peek().is("(") ? new BinaryType(argument(1)) : bytes();
        case "VARBINARY" -> new VarBinaryType(argument(1));
        case "BYTES" -> bytes();
        case "DECIMAL", "DEC", "NUMERIC" -> decimal();
        case "TINYINT", "BYTE" -> new TinyIntType();
        case "SMALLINT", "SHORT" -> new SmallIntType();
        case "INT", "INTEGER" -> new IntType();
        case "BIGINT", "LONG" -> new BigIntType();
        case "FLOAT", "REAL" -> new FloatType();
        case "DOUBLE" -> {
          skip("PRECISION");
          yield new DoubleType();
        }
        case "DATE" -> new DateType();
        case "TIME" -> {
          TimeType time = new TimeType(argument(0));
          if (skip("WITHOUT")) {
            timeZone();
          }
          yield time;
        }
        case "TIMESTAMP_NTZ" -> new TimestampType(argument(6));
        case "TIMESTAMP_LTZ" -> new LocalZonedTimestampType(argument(6));
        case "TIMESTAMP" -> timestamp(argument(6));
        default ->
            throw failure(
                ErrorCode.TYPE_UNSUPPORTED,
                word,
                "there is no type '" + word.text() + "'",
                Suggestion.remedy(word.text(), TYPES, "types are"));
      };
    } catch (ValidationException e) {
      throw failure(
          ErrorCode.TYPE_UNSUPPORTED, word, String.valueOf(e.getMessage()), "correct the type");
    }
  }

  private static LogicalType bytes() {
    return new VarBinaryType(VarBinaryType.MAX_LENGTH);
  }

  private String open() {
    if (skip("(")) {
      return ")";
    }
    expect("<");
    return ">";
  }

  private LogicalType decimal() {
    if (!skip("(")) {
      return new DecimalType();
    }
    int precision = number();
    int scale = skip(",") ? number() : 0;
    expect(")");
    return new DecimalType(precision, scale);
  }

  private LogicalType timestamp(int precision) {
    if (skip("WITHOUT")) {
      timeZone();
    } else if (skip("WITH")) {
      boolean local = skip("LOCAL");
      timeZone();
      return local ? new LocalZonedTimestampType(precision) : new ZonedTimestampType(precision);
    }
    return new TimestampType(precision);
  }

  private void timeZone() {
    expect("TIME");
    expect("ZONE");
  }

  private int argument(int absent) {
    if (!skip("(")) {
      return absent;
    }
    int number = number();
    expect(")");
    return number;
  }

  private int number() {
    SchemaToken token = take();
    if (token.kind() != SchemaToken.Kind.NUMBER || token.text().length() > 9) {
      throw unexpected(token, "a number");
    }
    return Integer.parseInt(token.text());
  }

  private SchemaToken peek() {
    return peek(0);
  }

  private SchemaToken peek(int ahead) {
    return tokens.get(Math.min(next + ahead, tokens.size() - 1));
  }

  private SchemaToken take() {
    SchemaToken token = peek();
    next++;
    return token;
  }

  private boolean skip(String word) {
    boolean there = peek().is(word);
    if (there) {
      next++;
    }
    return there;
  }

  private void expect(String word) {
    SchemaToken token = take();
    if (!token.is(word)) {
      throw unexpected(token, Character.isLetter(word.charAt(0)) ? word : "'" + word + "'");
    }
  }

  private void expectEnd() {
    if (peek().kind() != SchemaToken.Kind.END) {
      throw unexpected(peek(), "',' or the end");
    }
  }

  private ProjectException unexpected(SchemaToken token, String expected) {
    return failure(
        ErrorCode.SQL_SYNTAX,
        token,
        "unexpected " + token.described() + " in a schema, expected " + expected,
        "write a schema as name TYPE, name TYPE");
  }

  private ProjectException failure(
      ErrorCode code, SchemaToken token, String message, String remedy) {
    return new ProjectException(List.of(places.problem(code, token.offset(), message, remedy)));
  }
}
