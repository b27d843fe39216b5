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
import org.jspecify.annotations.Nullable;

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

  private enum Kind {
    WORD,
    QUOTED,
    NUMBER,
    STRING,
    SYMBOL,
    END
  }

  private record Token(Kind kind, String text, int offset) {
    boolean is(String word) {
      return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
    }

    String described() {
      return kind == Kind.END ? "end" : "'" + text + "'";
    }
  }

  private final List<Token> tokens;
  private final Places places;
  private int next;
  private int depth;

  private SchemaText(String text, Places places) {
    this.places = places;
    this.tokens = tokens(text);
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
      Token name = take();
      boolean named = name.kind() == Kind.WORD || name.kind() == Kind.QUOTED;
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
        Token string = take();
        if (string.kind() != Kind.STRING) {
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
    Token start = peek();
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
    Token word = take();
    if (word.kind() != Kind.WORD) {
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
    Token token = take();
    if (token.kind() != Kind.NUMBER || token.text().length() > 9) {
      throw unexpected(token, "a number");
    }
    return Integer.parseInt(token.text());
  }

  private Token peek() {
    return peek(0);
  }

  private Token peek(int ahead) {
    return tokens.get(Math.min(next + ahead, tokens.size() - 1));
  }

  private Token take() {
    Token token = peek();
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
    Token token = take();
    if (!token.is(word)) {
      throw unexpected(token, Character.isLetter(word.charAt(0)) ? word : "'" + word + "'");
    }
  }

  private void expectEnd() {
    if (peek().kind() != Kind.END) {
      throw unexpected(peek(), "',' or the end");
    }
  }

  private ProjectException unexpected(Token token, String expected) {
    return failure(
        ErrorCode.SQL_SYNTAX,
        token,
        "unexpected " + token.described() + " in a schema, expected " + expected,
        "write a schema as name TYPE, name TYPE");
  }

  private ProjectException failure(ErrorCode code, Token token, String message, String remedy) {
    return new ProjectException(List.of(places.problem(code, token.offset(), message, remedy)));
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int start = i;
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '`' || c == '\'') {
        String unquoted = quoted(text, i);
        Kind kind = c == '`' ? Kind.QUOTED : Kind.STRING;
        if (unquoted == null) {
          tokens.add(new Token(Kind.SYMBOL, String.valueOf(c), start));
          i++;
        } else {
          String quote = String.valueOf(c);
          tokens.add(new Token(kind, unquoted.replace(quote + quote, quote), start));
          i += unquoted.length() + 2;
        }
      } else if (Character.isDigit(c)) {
        while (i < text.length() && Character.isDigit(text.charAt(i))) {
          i++;
        }
        tokens.add(new Token(Kind.NUMBER, text.substring(start, i), start));
      } else if (Character.isJavaIdentifierStart(c)) {
        while (i < text.length() && Character.isJavaIdentifierPart(text.charAt(i))) {
          i++;
        }
        tokens.add(new Token(Kind.WORD, text.substring(start, i), start));
      } else {
        tokens.add(new Token(Kind.SYMBOL, String.valueOf(c), start));
        i++;
      }
    }
    tokens.add(new Token(Kind.END, "", text.length()));
    return tokens;
  }

  /** What stands between two quotes, with doubled ones still doubled; null if it never ends. */
  private static @Nullable String quoted(String text, int start) {
    char quote = text.charAt(start);
    for (int i = start + 1; i < text.length(); i++) {
      if (text.charAt(i) == quote) {
        if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
          i++;
        } else {
          return text.substring(start + 1, i);
        }
      }
    }
    return null;
  }
}
