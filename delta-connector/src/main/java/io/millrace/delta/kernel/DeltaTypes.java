package io.millrace.delta.kernel;

import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * Flink SQL types and Delta types, both ways.
 *
 * <p>Delta keeps microseconds: {@code TIMESTAMP(p)} becomes {@code timestamp_ntz} and {@code
 * TIMESTAMP_LTZ(p)} {@code timestamp} for every precision, and come back with precision 6. {@code
 * CHAR} and {@code VARCHAR} become {@code string}, {@code BINARY} and {@code VARBINARY} {@code
 * binary}; lengths are not kept.
 */
public final class DeltaTypes {
  private static final int MICROS_PRECISION = 6;

  private DeltaTypes() {}

  /**
   * The Delta schema of a row.
   *
   * @throws MillraceException TYPE_UNSUPPORTED for types that Delta has not, naming the column
   */
  public static StructType toDelta(RowType row) {
    return struct(row, "");
  }

  /**
   * The row type of a Delta schema.
   *
   * @throws MillraceException TYPE_UNSUPPORTED for types that Flink has not, naming the column
   */
  public static RowType toFlink(StructType schema) {
    return row(schema, "", false);
  }

  /**
   * The row type as it comes back from a table that was made with it.
   *
   * @throws MillraceException TYPE_UNSUPPORTED for types that Delta has not, naming the column
   */
  public static RowType kept(RowType row) {
    return toFlink(toDelta(row));
  }

  private static StructType struct(RowType row, String prefix) {
    List<StructField> fields = new ArrayList<>(row.getFieldCount());
    for (RowType.RowField field : row.getFields()) {
      String column = prefix + field.getName();
      fields.add(
          new StructField(
              field.getName(), toDelta(field.getType(), column), field.getType().isNullable()));
    }
    return new StructType(fields);
  }

  private static DataType toDelta(LogicalType type, String column) {
    switch (type.getTypeRoot()) {
      case CHAR:
      case VARCHAR:
        return StringType.STRING;
      case BOOLEAN:
        return BooleanType.BOOLEAN;
      case BINARY:
      case VARBINARY:
        return BinaryType.BINARY;
      case DECIMAL:
        var decimal = (org.apache.flink.table.types.logical.DecimalType) type;
        return new DecimalType(decimal.getPrecision(), decimal.getScale());
      case TINYINT:
        return ByteType.BYTE;
      case SMALLINT:
        return ShortType.SHORT;
      case INTEGER:
        return IntegerType.INTEGER;
      case BIGINT:
        return LongType.LONG;
      case FLOAT:
        return FloatType.FLOAT;
      case DOUBLE:
        return DoubleType.DOUBLE;
      case DATE:
        return DateType.DATE;
      case TIMESTAMP_WITHOUT_TIME_ZONE:
        return TimestampNTZType.TIMESTAMP_NTZ;
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        return TimestampType.TIMESTAMP;
      case ARRAY:
        LogicalType element =
            ((org.apache.flink.table.types.logical.ArrayType) type).getElementType();
        return new ArrayType(toDelta(element, column + "[]"), element.isNullable());
      case MAP:
        var map = (org.apache.flink.table.types.logical.MapType) type;
        return new MapType(
            toDelta(map.getKeyType(), column + ".key"),
            toDelta(map.getValueType(), column + ".value"),
            map.getValueType().isNullable());
      case ROW:
        return struct((RowType) type, column + ".");
      default:
        throw new MillraceException(
            ErrorCode.TYPE_UNSUPPORTED,
            "column %s has type %s, which Delta tables cannot hold"
                .formatted(column, type.asSummaryString()),
            "cast it to a type that they can: "
                + "BOOLEAN, a number, STRING, BYTES, DATE, TIMESTAMP, ARRAY, MAP or ROW");
    }
  }

  private static RowType row(StructType schema, String prefix, boolean nullable) {
    List<RowType.RowField> fields = new ArrayList<>(schema.length());
    for (StructField field : schema.fields()) {
      String column = prefix + field.getName();
      fields.add(
          new RowType.RowField(
              field.getName(), toFlink(field.getDataType(), field.isNullable(), column)));
    }
    return new RowType(nullable, fields);
  }

  private static LogicalType toFlink(DataType type, boolean nullable, String column) {
    if (type instanceof StringType) {
      return new VarCharType(nullable, VarCharType.MAX_LENGTH);
    } else if (type instanceof BooleanType) {
      return new org.apache.flink.table.types.logical.BooleanType(nullable);
    } else if (type instanceof BinaryType) {
      return new VarBinaryType(nullable, VarBinaryType.MAX_LENGTH);
    } else if (type instanceof DecimalType decimal) {
      return new org.apache.flink.table.types.logical.DecimalType(
          nullable, decimal.getPrecision(), decimal.getScale());
    } else if (type instanceof ByteType) {
      return new TinyIntType(nullable);
    } else if (type instanceof ShortType) {
      return new SmallIntType(nullable);
    } else if (type instanceof IntegerType) {
      return new IntType(nullable);
    } else if (type instanceof LongType) {
      return new BigIntType(nullable);
    } else if (type instanceof FloatType) {
      return new org.apache.flink.table.types.logical.FloatType(nullable);
    } else if (type instanceof DoubleType) {
      return new org.apache.flink.table.types.logical.DoubleType(nullable);
    } else if (type instanceof DateType) {
      return new org.apache.flink.table.types.logical.DateType(nullable);
    } else if (type instanceof TimestampNTZType) {
      return new org.apache.flink.table.types.logical.TimestampType(nullable, MICROS_PRECISION);
    } else if (type instanceof TimestampType) {
      return new LocalZonedTimestampType(nullable, MICROS_PRECISION);
    } else if (type instanceof ArrayType array) {
      return new org.apache.flink.table.types.logical.ArrayType(
          nullable, toFlink(array.getElementType(), array.containsNull(), column + "[]"));
    } else if (type instanceof MapType map) {
      return new org.apache.flink.table.types.logical.MapType(
          nullable,
          toFlink(map.getKeyType(), false, column + ".key"),
          toFlink(map.getValueType(), map.isValueContainsNull(), column + ".value"));
    } else if (type instanceof StructType struct) {
      return row(struct, column + ".", nullable);
    }
    throw new MillraceException(
        ErrorCode.TYPE_UNSUPPORTED,
        "column %s has Delta type %s, which is not supported here".formatted(column, type),
        "leave the column out, or convert it where the table is written");
  }
}
