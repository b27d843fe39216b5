package io.millrace.delta.parquet;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Flink's types as Parquet types, laid out as Spark writes Delta tables: decimals in the smallest
 * of int32, int64 and fixed bytes, timestamps as int64 microseconds, lists with three levels.
 */
final class ParquetTypes {
  private ParquetTypes() {}

  /**
   * @throws MillraceException TYPE_UNSUPPORTED for a type that Delta tables do not have
   */
  static MessageType message(String table, RowType rowType, ColumnNames names) {
    return new MessageType("spark_schema", fields(table, "", rowType, names));
  }

  /** Bytes that a decimal of so many digits needs in two's complement. */
  static int decimalBytes(int precision) {
    int bytes = 1;
    while (Math.pow(2.0, 8 * bytes - 1) < Math.pow(10.0, precision)) {
      bytes++;
    }
    return bytes;
  }

  private static List<Type> fields(
      String table, String parent, RowType rowType, ColumnNames names) {
    List<Type> fields = new ArrayList<>(rowType.getFieldCount());
    for (RowType.RowField field : rowType.getFields()) {
      ColumnNames.Column column = names.column(field.getName());
      Type type = field(table, parent + field.getName(), column, field.getType());
      fields.add(column.id().isPresent() ? type.withId(column.id().getAsInt()) : type);
    }
    return fields;
  }

  private static Type field(
      String table, String path, ColumnNames.Column column, LogicalType type) {
    String name = column.name();
    ColumnNames below = column.fields();
    Repetition repetition = type.isNullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> primitive(PrimitiveTypeName.BOOLEAN, repetition, null, name);
      case TINYINT ->
          primitive(
              PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.intType(8, true), name);
      case SMALLINT ->
          primitive(
              PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.intType(16, true), name);
      case INTEGER -> primitive(PrimitiveTypeName.INT32, repetition, null, name);
      case BIGINT -> primitive(PrimitiveTypeName.INT64, repetition, null, name);
      case FLOAT -> primitive(PrimitiveTypeName.FLOAT, repetition, null, name);
      case DOUBLE -> primitive(PrimitiveTypeName.DOUBLE, repetition, null, name);
      case CHAR, VARCHAR ->
          primitive(PrimitiveTypeName.BINARY, repetition, LogicalTypeAnnotation.stringType(), name);
      case BINARY, VARBINARY -> primitive(PrimitiveTypeName.BINARY, repetition, null, name);
      case DATE ->
          primitive(PrimitiveTypeName.INT32, repetition, LogicalTypeAnnotation.dateType(), name);
      // Delta has microseconds; finer digits are cut off when a value is written.
      case TIMESTAMP_WITHOUT_TIME_ZONE -> timestamp(repetition, false, name);
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(repetition, true, name);
      case DECIMAL -> decimal((DecimalType) type, repetition, name);
      case ARRAY ->
          Types.list(repetition)
              .element(
                  field(
                      table,
                      path + ".element",
                      below.column("element"),
                      ((ArrayType) type).getElementType()))
              .named(name);
      case MAP -> {
        MapType map = (MapType) type;
        yield Types.map(repetition)
            .key(field(table, path + ".key", below.column("key"), map.getKeyType().copy(false)))
            .value(field(table, path + ".value", below.column("value"), map.getValueType()))
            .named(name);
      }
      case ROW ->
          Types.buildGroup(repetition)
              .addFields(fields(table, path + ".", (RowType) type, below).toArray(Type[]::new))
              .named(name);
      default -> throw unsupported(table, path, type);
    };
  }

  private static Type primitive(
      PrimitiveTypeName physical,
      Repetition repetition,
      @Nullable LogicalTypeAnnotation logical,
      String name) {
    return Types.primitive(physical, repetition).as(logical).named(name);
  }

  private static Type timestamp(Repetition repetition, boolean utc, String name) {
    return primitive(
        PrimitiveTypeName.INT64,
        repetition,
        LogicalTypeAnnotation.timestampType(utc, TimeUnit.MICROS),
        name);
  }

  private static Type decimal(DecimalType type, Repetition repetition, String name) {
    int precision = type.getPrecision();
    LogicalTypeAnnotation logical = LogicalTypeAnnotation.decimalType(type.getScale(), precision);
    if (precision <= 9) {
      return primitive(PrimitiveTypeName.INT32, repetition, logical, name);
    }
    if (precision <= 18) {
      return primitive(PrimitiveTypeName.INT64, repetition, logical, name);
    }
    return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
        .length(decimalBytes(precision))
        .as(logical)
        .named(name);
  }

  private static MillraceException unsupported(String table, String path, LogicalType type) {
    return new MillraceException(
        ErrorCode.TYPE_UNSUPPORTED,
        "column %s of table %s has type %s, which a Delta table cannot store"
            .formatted(path, table, type.asSummaryString()),
        "cast it to a type that Delta has, such as STRING, BIGINT or TIMESTAMP");
  }
}
