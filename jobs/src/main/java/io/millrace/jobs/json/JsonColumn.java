package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** One column of the schema, prepared for the scanners. */
final class JsonColumn {
  /** What a column wants, as far as the scanners tell columns apart. */
  enum Kind {
    BOOLEAN,
    INTEGER,
    FLOAT,
    DOUBLE,
    /** An unscaled value that fits a long. */
    COMPACT_DECIMAL,
    WIDE_DECIMAL,
    TEXT,
    BINARY,
    DATE,
    TIME,
    TIMESTAMP,
    ROW,
    ARRAY,
    MAP
  }

  /** The largest precision whose unscaled values all fit a long. */
  static final int COMPACT_PRECISION = 18;

  static final int UNBOUNDED = Integer.MAX_VALUE;

  final String name;
  final LogicalType type;
  final Kind kind;

  /** Position in the row, or -1: the value is checked and not kept. */
  final int target;

  final boolean nullable;

  /** The name in UTF-8 between quotes, as a document spells it if it escapes nothing. */
  final byte[] quotedName;

  /** Whether a document can spell the name without an escape. */
  final boolean plainName;

  /** Least and greatest value of an INTEGER column. */
  final long min;

  final long max;

  /** Digits in all, or digits after the second. */
  final int precision;

  final int scale;

  /** Longest text in code points, or bytes of a BINARY. */
  final int maxLength;

  /** Fields of a ROW; element of an ARRAY; key and value of a MAP. */
  final Fields children;

  private JsonColumn(String path, String name, LogicalType type, int target) {
    this.name = name;
    this.type = type;
    this.target = target;
    this.nullable = type.isNullable();
    this.quotedName = ('"' + name + '"').getBytes(UTF_8);
    this.plainName = name.chars().allMatch(c -> c >= 0x20 && c != '"' && c != '\\');
    LogicalTypeRoot root = type.getTypeRoot();
    this.kind = kind(path, type);
    this.min =
        switch (root) {
          case TINYINT -> Byte.MIN_VALUE;
          case SMALLINT -> Short.MIN_VALUE;
          case INTEGER -> Integer.MIN_VALUE;
          default -> Long.MIN_VALUE;
        };
    this.max =
        switch (root) {
          case TINYINT -> Byte.MAX_VALUE;
          case SMALLINT -> Short.MAX_VALUE;
          case INTEGER -> Integer.MAX_VALUE;
          default -> Long.MAX_VALUE;
        };
    this.precision =
        switch (kind) {
          case COMPACT_DECIMAL, WIDE_DECIMAL, TIME, TIMESTAMP ->
              LogicalTypeChecks.getPrecision(type);
          default -> 0;
        };
    this.scale =
        switch (kind) {
          case COMPACT_DECIMAL, WIDE_DECIMAL -> LogicalTypeChecks.getScale(type);
          default -> 0;
        };
    this.maxLength =
        switch (kind) {
          case TEXT, BINARY -> LogicalTypeChecks.getLength(type);
          default -> UNBOUNDED;
        };
    this.children = new Fields(children(path, type));
  }

  /**
   * The columns of a schema.
   *
   * @param targets for each field its position in the row, or -1 to check it only
   */
  static List<JsonColumn> of(RowType schema, int[] targets) {
    return of("", schema, targets);
  }

  private static List<JsonColumn> of(String path, RowType schema, int[] targets) {
    List<JsonColumn> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < schema.getFieldCount(); i++) {
      String name = schema.getFieldNames().get(i);
      if (!names.add(name)) {
        throw new MillraceException(
            ErrorCode.PROPERTY_INVALID,
            "the JSON schema has two fields named " + path + name,
            "give every field its own name");
      }
      if (!Surrogates.paired(name)) {
        throw unsupported(path + name, "the name is no Unicode text");
      }
      columns.add(new JsonColumn(path + name, name, schema.getTypeAt(i), targets[i]));
    }
    return List.copyOf(columns);
  }

  private static Kind kind(String path, LogicalType type) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> Kind.BOOLEAN;
      case TINYINT, SMALLINT, INTEGER, BIGINT -> Kind.INTEGER;
      case FLOAT -> Kind.FLOAT;
      case DOUBLE -> Kind.DOUBLE;
      case DECIMAL ->
          LogicalTypeChecks.getPrecision(type) <= COMPACT_PRECISION
              ? Kind.COMPACT_DECIMAL
              : Kind.WIDE_DECIMAL;
      case CHAR, VARCHAR -> Kind.TEXT;
      case BINARY, VARBINARY -> Kind.BINARY;
      case DATE -> Kind.DATE;
      case TIME_WITHOUT_TIME_ZONE -> Kind.TIME;
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> Kind.TIMESTAMP;
      case ROW -> Kind.ROW;
      case ARRAY -> Kind.ARRAY;
      case MAP -> Kind.MAP;
      default -> throw unsupported(path, "JSON has no counterpart of " + type.asSummaryString());
    };
  }

  private static List<JsonColumn> children(String path, LogicalType type) {
    if (type instanceof RowType row) {
      int[] targets = new int[row.getFieldCount()];
      for (int i = 0; i < targets.length; i++) {
        targets[i] = i;
      }
      return of(path + ".", row, targets);
    }
    if (type instanceof ArrayType array) {
      return List.of(new JsonColumn(path + "[]", "", array.getElementType(), 0));
    }
    if (type instanceof MapType map) {
      JsonColumn key = new JsonColumn(path + "{key}", "", map.getKeyType(), 0);
      if (key.kind != Kind.TEXT) {
        throw unsupported(
            path, "keys of a JSON object are texts, not " + map.getKeyType().asSummaryString());
      }
      return List.of(key, new JsonColumn(path + "{value}", "", map.getValueType(), 1));
    }
    return List.of();
  }

  private static MillraceException unsupported(String path, String why) {
    return new MillraceException(
        ErrorCode.TYPE_UNSUPPORTED,
        "JSON field " + path + ": " + why,
        "declare the field as STRING and convert it in the query");
  }

  /** Columns of one object, by position and by name. */
  static final class Fields {
    private final JsonColumn[] columns;
    private final Map<String, Integer> positions = new HashMap<>();

    Fields(List<JsonColumn> columns) {
      this.columns = columns.toArray(JsonColumn[]::new);
      for (int i = 0; i < this.columns.length; i++) {
        positions.put(this.columns[i].name, i);
      }
    }

    int size() {
      return columns.length;
    }

    JsonColumn at(int position) {
      return columns[position];
    }

    /** Position of the column of that name, or -1. */
    int position(String name) {
      return positions.getOrDefault(name, -1);
    }
  }
}
