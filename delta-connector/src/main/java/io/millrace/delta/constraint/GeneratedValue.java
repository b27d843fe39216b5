package io.millrace.delta.constraint;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * The value of a generated column, for rows of one type. Owned by one thread.
 *
 * <p>What Spark's ANSI mode fails with, such as an overflow, fails here too.
 */
public final class GeneratedValue {
  private static final long MICROS_PER_MILLI = 1000;
  private static final int NANOS_PER_MICRO = 1000;

  private final String table;
  private final GeneratedColumn column;
  private final Expression expression;
  private final @Nullable RowConstraints check;

  private GeneratedValue(
      String table, GeneratedColumn column, Expression expression, @Nullable RowConstraints check) {
    this.table = table;
    this.column = column;
    this.expression = expression;
    this.check = check;
  }

  /**
   * @param table name of the table, for messages
   * @param rowType of the rows that come
   * @param leftOut columns of the table that they do not have
   * @param zone in which moments have a date and a time of day
   * @throws MillraceException TABLE_UNSUPPORTED if the column cannot be evaluated here, naming what
   *     of it
   */
  public static GeneratedValue of(
      String table, RowType rowType, Set<String> leftOut, GeneratedColumn column, ZoneId zone) {
    try {
      Expression expression =
          ConstraintParser.value(column.expression(), new Columns(rowType, leftOut, zone));
      requireAssignable(expression.type(), column.type());
      RowConstraints check =
          rowType.getFieldNames().contains(column.name())
              ? RowConstraints.of(
                  table,
                  rowType,
                  leftOut,
                  List.of(
                      new TableConstraint(
                          "Generated Column",
                          "`%s` <=> (%s)".formatted(column.name(), column.expression()))),
                  zone)
              : null;
      return new GeneratedValue(table, column, expression, check);
    } catch (Unsupported e) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "generated column %s of table %s (%s) cannot be evaluated here because of %s"
              .formatted(column.name(), table, column.expression(), e.getMessage()),
          "write the table with another engine, or generate the column with what is evaluated"
              + " here: CAST AS DATE, parts of dates and text, arithmetic, CONCAT",
          e);
    }
  }

  private static void requireAssignable(ValueType from, LogicalType to) throws Unsupported {
    boolean fits =
        switch (to.getTypeRoot()) {
          case BOOLEAN -> from == ValueType.BOOLEAN;
          case TINYINT, SMALLINT, INTEGER, BIGINT -> from.isWhole();
          case FLOAT, DOUBLE -> from.isWhole() || from.isFloating();
          case DECIMAL -> from.isWhole() || from == ValueType.DECIMAL;
          case CHAR, VARCHAR -> from == ValueType.STRING;
          case DATE -> from == ValueType.DATE;
          case TIMESTAMP_WITHOUT_TIME_ZONE -> from == ValueType.TIMESTAMP;
          case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> from == ValueType.TIMESTAMP_LTZ;
          default -> false;
        };
    if (!fits && from != ValueType.NULL) {
      throw new Unsupported("a value of %s for %s".formatted(from, to.asSummaryString()));
    }
  }

  /**
   * Passes if the value that a row has is the one that it should have.
   *
   * @throws MillraceException CHECK_VIOLATED naming column and expression, and no value
   */
  public void require(RowData row) {
    if (check != null) {
      check.require(row);
    }
  }

  /**
   * The value for a row, in Flink's internal form.
   *
   * @throws MillraceException CHECK_VIOLATED if there is none: an overflow, a division by zero
   */
  public @Nullable Object of(RowData row) {
    try {
      Object value = expression.evaluate(row);
      return value == null ? null : internal(value, column.type());
    } catch (ArithmeticException e) {
      throw new MillraceException(
          ErrorCode.CHECK_VIOLATED,
          "generated column %s of table %s (%s) has no value for a row: %s"
              .formatted(column.name(), table, column.expression(), e.getMessage()),
          "correct the rows, or drop or quarantine them with an expectation",
          e);
    }
  }

  private static Object internal(Object value, LogicalType type) {
    return switch (type.getTypeRoot()) {
      case TINYINT -> (byte) inRange((Long) value, Byte.MIN_VALUE);
      case SMALLINT -> (short) inRange((Long) value, Short.MIN_VALUE);
      case INTEGER -> (int) inRange((Long) value, Integer.MIN_VALUE);
      case DATE -> Math.toIntExact((Long) value);
      case FLOAT -> ((Number) value).floatValue();
      case DOUBLE -> ((Number) value).doubleValue();
      case DECIMAL -> {
        DecimalType decimal = (DecimalType) type;
        BigDecimal number =
            value instanceof Long whole ? BigDecimal.valueOf(whole) : (BigDecimal) value;
        yield DecimalData.fromBigDecimal(
            Functions.rounded(number, decimal.getPrecision(), decimal.getScale()),
            decimal.getPrecision(),
            decimal.getScale());
      }
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        long micros = (Long) value;
        yield TimestampData.fromEpochMillis(
            Math.floorDiv(micros, MICROS_PER_MILLI),
            (int) Math.floorMod(micros, MICROS_PER_MILLI) * NANOS_PER_MICRO);
      }
      default -> value;
    };
  }

  private static long inRange(long value, long least) {
    if (value < least || value > -(least + 1)) {
      throw new ArithmeticException("overflow");
    }
    return value;
  }
}
