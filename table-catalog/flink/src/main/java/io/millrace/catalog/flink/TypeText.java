package io.millrace.catalog.flink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * Types as SQL on Delta tables writes them, such as {@code array<struct<a:bigint>>}. The text says
 * nothing of nullability: all that is read from it is nullable.
 */
final class TypeText {
  private static final int MICROS_PRECISION = 6;
  private static final int DEPTH_MAX = 100;

  private final String text;
  private int at;

  private TypeText(String text) {
    this.text = text;
  }

  /** The text of a type that Delta has. */
  static String of(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> "boolean";
      case TINYINT -> "tinyint";
      case SMALLINT -> "smallint";
      case INTEGER -> "int";
      case BIGINT -> "bigint";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case DECIMAL -> {
        DecimalType decimal = (DecimalType) type;
        yield "decimal(%d,%d)".formatted(decimal.getPrecision(), decimal.getScale());
      }
      case CHAR, VARCHAR -> "string";
      case BINARY, VARBINARY -> "binary";
      case DATE -> "date";
      case TIMESTAMP_WITHOUT_TIME_ZONE -> "timestamp_ntz";
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> "timestamp";
      case ARRAY -> "array<" + of(((ArrayType) type).getElementType()) + ">";
      case MAP -> {
        MapType map = (MapType) type;
        yield "map<" + of(map.getKeyType()) + "," + of(map.getValueType()) + ">";
      }
      case ROW -> struct((RowType) type);
      default ->
          throw new MillraceException(
              ErrorCode.TYPE_UNSUPPORTED,
              "type %s is none of Delta's".formatted(type.asSummaryString()),
              "cast it to one that is");
    };
  }

  private static String struct(RowType row) {
    List<String> fields = new ArrayList<>();
    for (RowType.RowField field : row.getFields()) {
      String name = field.getName();
      fields.add(
          (name.matches("\\w+") ? name : "`" + name.replace("`", "``") + "`")
              + ":"
              + of(field.getType()));
    }
    return "struct<" + String.join(",", fields) + ">";
  }

  /** What Unity Catalog's {@code type_name} says of a type. */
  static String name(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case TINYINT -> "BYTE";
      case SMALLINT -> "SHORT";
      case INTEGER -> "INT";
      case BIGINT -> "LONG";
      case ROW -> "STRUCT";
      case ARRAY -> "ARRAY";
      case MAP -> "MAP";
      case DECIMAL -> "DECIMAL";
      default -> of(type).toUpperCase(Locale.ROOT);
    };
  }

  /**
   * The type that a text means.
   *
   * @param what whose type it is, for messages
   * @throws MillraceException TYPE_UNSUPPORTED
   */
  static LogicalType parse(String what, String text) {
    TypeText parser = new TypeText(text);
    try {
      LogicalType type = parser.type(0);
      if (parser.next() == 0) {
        return type;
      }
    } catch (IllegalArgumentException | org.apache.flink.table.api.ValidationException e) {
      throw unsupported(what, text);
    }
    throw unsupported(what, text);
  }

  private static MillraceException unsupported(String what, String text) {
    return new MillraceException(
        ErrorCode.TYPE_UNSUPPORTED,
        "%s has the type '%s', which Flink has not".formatted(what, text),
        "leave it out, or correct its type_text in the catalog");
  }

  private LogicalType type(int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("too deep");
    }
    String name = word().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "boolean" -> new BooleanType();
      case "tinyint", "byte" -> new TinyIntType();
      case "smallint", "short" -> new SmallIntType();
      case "int", "integer" -> new IntType();
      case "bigint", "long" -> new BigIntType();
      case "float", "real" -> new FloatType();
      case "double" -> new DoubleType();
      case "string" -> new VarCharType(VarCharType.MAX_LENGTH);
      case "varchar", "char" -> {
        numbers();
        yield new VarCharType(VarCharType.MAX_LENGTH);
      }
      case "binary" -> new VarBinaryType(VarBinaryType.MAX_LENGTH);
      case "date" -> new DateType();
      case "timestamp" -> new LocalZonedTimestampType(MICROS_PRECISION);
      case "timestamp_ntz" -> new TimestampType(MICROS_PRECISION);
      case "decimal", "dec", "numeric" -> {
        List<Integer> size = numbers();
        yield new DecimalType(
            size.isEmpty() ? DecimalType.DEFAULT_PRECISION : size.get(0),
            size.size() < 2 ? DecimalType.DEFAULT_SCALE : size.get(1));
      }
      case "array" -> {
        expect('<');
        LogicalType element = type(depth + 1);
        expect('>');
        yield new ArrayType(element);
      }
      case "map" -> {
        expect('<');
        LogicalType key = type(depth + 1);
        expect(',');
        LogicalType value = type(depth + 1);
        expect('>');
        yield new MapType(key.copy(false), value);
      }
      case "struct" -> row(depth);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private RowType row(int depth) {
    List<RowType.RowField> fields = new ArrayList<>();
    expect('<');
    while (next() != '>') {
      if (!fields.isEmpty()) {
        expect(',');
      }
      String name = next() == '`' ? quoted() : word();
      if (next() == ':') {
        at++;
      }
      fields.add(new RowType.RowField(name, type(depth + 1)));
    }
    expect('>');
    return new RowType(fields);
  }

  private List<Integer> numbers() {
    List<Integer> numbers = new ArrayList<>();
    if (next() == '(') {
      do {
        at++;
        numbers.add(Integer.valueOf(word()));
      } while (next() == ',');
      expect(')');
    }
    return numbers;
  }

  /** The next character that is no blank, which stays the next one; 0 at the end. */
  private char next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void expect(char wanted) {
    if (next() != wanted) {
      throw new IllegalArgumentException("no " + wanted);
    }
    at++;
  }

  private String word() {
    next();
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    if (from == at) {
      throw new IllegalArgumentException("no word");
    }
    return text.substring(from, at);
  }

  private String quoted() {
    StringBuilder name = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c != '`') {
        name.append(c);
      } else if (at < text.length() && text.charAt(at) == '`') {
        name.append(c);
        at++;
      } else {
        return name.toString();
      }
    }
    throw new IllegalArgumentException("no end");
  }
}
