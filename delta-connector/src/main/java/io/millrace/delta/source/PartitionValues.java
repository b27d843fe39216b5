package io.millrace.delta.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.FilterValues;
import io.millrace.delta.filter.Utf8;
import java.math.BigDecimal;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/** The log's text of a partition value as a value of Flink's. */
final class PartitionValues {
  private static final int MICROS_PER_MILLI = 1000;
  private static final int NANOS_PER_MICRO = 1000;

  private PartitionValues() {}

  /**
   * @param text empty means NULL, as the protocol has it
   * @throws MillraceException TABLE_CORRUPT if the text is none of the type's
   */
  static @Nullable Object internal(
      String column, @Nullable String text, LogicalType type, String file) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      // Not-a-numbers have no order, and none of the values that filters compare.
      if (type.is(LogicalTypeRoot.FLOAT)) {
        return Float.parseFloat(text);
      } else if (type.is(LogicalTypeRoot.DOUBLE)) {
        return Double.parseDouble(text);
      } else if (type.is(LogicalTypeRoot.BINARY) || type.is(LogicalTypeRoot.VARBINARY)) {
        return text.getBytes(UTF_8);
      }
    } catch (NumberFormatException e) {
      throw unreadable(column, text, type, file);
    }
    Comparable<?> value = FilterValues.ofText(text, type);
    if (value == null) {
      throw unreadable(column, text, type, file);
    }
    return internal(value, type);
  }

  /** A value in the form that filters compare, as a value of Flink's. */
  static Object internal(Comparable<?> value, LogicalType type) {
    return switch (type.getTypeRoot()) {
      case TINYINT -> ((Long) value).byteValue();
      case SMALLINT -> ((Long) value).shortValue();
      case INTEGER, DATE -> ((Long) value).intValue();
      case CHAR, VARCHAR -> StringData.fromBytes(((Utf8) value).bytes());
      case DECIMAL -> {
        DecimalType decimal = (DecimalType) type;
        yield DecimalData.fromBigDecimal(
            (BigDecimal) value, decimal.getPrecision(), decimal.getScale());
      }
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        long micros = (Long) value;
        yield TimestampData.fromEpochMillis(
            Math.floorDiv(micros, MICROS_PER_MILLI),
            Math.floorMod(micros, MICROS_PER_MILLI) * NANOS_PER_MICRO);
      }
      default -> value;
    };
  }

  private static MillraceException unreadable(
      String column, String text, LogicalType type, String file) {
    return new MillraceException(
        ErrorCode.TABLE_CORRUPT,
        "partition column %s of file %s is '%s', which is no %s"
            .formatted(column, file, text, type.asSummaryString()),
        "restore the table to a version before the file was added");
  }
}
