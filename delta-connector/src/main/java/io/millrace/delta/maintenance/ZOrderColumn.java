package io.millrace.delta.maintenance;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * A column that rows are ordered by, with its values in a form that compares as they do: whole
 * numbers, or bytes without sign.
 *
 * @param field position in the rows
 * @param bytes true if values are bytes
 */
record ZOrderColumn(String name, LogicalType type, int field, boolean bytes) {
  private static final int COMPACT_PRECISION_MAX = 18;
  private static final long MICROS_PER_MILLI = 1000;
  private static final int NANOS_PER_MICRO = 1000;

  /**
   * @throws MillraceException TYPE_UNSUPPORTED if its values have no order
   */
  static ZOrderColumn of(String name, LogicalType type, int field) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN,
          TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          DATE,
          FLOAT,
          DOUBLE,
          DECIMAL,
          TIMESTAMP_WITHOUT_TIME_ZONE,
          TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          new ZOrderColumn(name, type, field, false);
      case CHAR, VARCHAR -> new ZOrderColumn(name, type, field, true);
      default ->
          throw new MillraceException(
              ErrorCode.TYPE_UNSUPPORTED,
              "rows cannot be ordered by column %s, which is %s"
                  .formatted(name, type.asSummaryString()),
              "order by columns of numbers, text, dates or times");
    };
  }

  boolean isNull(RowData row) {
    return row.isNullAt(field);
  }

  byte[] bytes(RowData row) {
    return row.getString(field).toBytes();
  }

  long number(RowData row) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> row.getBoolean(field) ? 1 : 0;
      case TINYINT -> row.getByte(field);
      case SMALLINT -> row.getShort(field);
      case INTEGER, DATE -> row.getInt(field);
      case BIGINT -> row.getLong(field);
      case FLOAT -> ordered(row.getFloat(field));
      case DOUBLE -> ordered(row.getDouble(field));
      case DECIMAL -> decimal(row);
      default -> {
        TimestampData time = row.getTimestamp(field, LogicalTypeChecks.getPrecision(type));
        yield time.getMillisecond() * MICROS_PER_MILLI
            + time.getNanoOfMillisecond() / NANOS_PER_MICRO;
      }
    };
  }

  private long decimal(RowData row) {
    DecimalType decimal = (DecimalType) type;
    var value = row.getDecimal(field, decimal.getPrecision(), decimal.getScale());
    return decimal.getPrecision() <= COMPACT_PRECISION_MAX
        ? value.toUnscaledLong()
        : ordered(value.toBigDecimal().doubleValue());
  }

  /** The bits of a negative number count down. */
  private static long ordered(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }
}
