package io.millrace.delta.filter;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** Values of columns, from the places that have them, in the form that filters compare. */
public final class FilterValues {
  /** How Delta writes a timestamp as the value of a partition. */
  private static final DateTimeFormatter SPACED =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  private static final int NANOS_PER_MICRO = 1000;
  private static final int MICROS_PER_MILLI = 1000;
  private static final long MICROS_PER_SECOND = 1_000_000;

  private FilterValues() {}

  /**
   * A value in a log's text, as partitions have it.
   *
   * @return null if the text is none of the type's
   */
  public static @Nullable Comparable<?> ofText(String text, LogicalType type) {
    try {
      return switch (type.getTypeRoot()) {
        case BOOLEAN -> Boolean.valueOf(text);
        case TINYINT, SMALLINT, INTEGER, BIGINT -> Long.valueOf(text);
        case FLOAT -> number(Float.parseFloat(text));
        case DOUBLE -> number(Double.parseDouble(text));
        case DECIMAL -> new BigDecimal(text);
        case CHAR, VARCHAR -> Utf8.of(text);
        case DATE -> LocalDate.parse(text).toEpochDay();
        case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> micros(text);
        default -> null;
      };
    } catch (DateTimeException | NumberFormatException e) {
      return null;
    }
  }

  /** A value in a file's JSON statistics; null if nothing can be told from it. */
  static @Nullable Comparable<?> ofJson(JsonNode node, LogicalType type, boolean max) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    switch (type.getTypeRoot()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT:
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
      case FLOAT:
        return node.isNumber() ? number(node.floatValue()) : null;
      case DOUBLE:
        return node.isNumber() ? number(node.doubleValue()) : null;
      case DECIMAL:
        return node.isNumber() ? node.decimalValue() : null;
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE:
        Comparable<?> micros = node.isTextual() ? ofText(node.asText(), type) : null;
        // Statistics have milliseconds; the greatest value may be less than one later.
        return micros instanceof Long value && max ? value + MICROS_PER_MILLI - 1 : micros;
      case CHAR, VARCHAR, DATE:
        return node.isTextual() ? ofText(node.asText(), type) : null;
      default:
        return null;
    }
  }

  /** A value in a Parquet footer's statistics; null if nothing can be told from it. */
  static @Nullable Comparable<?> ofParquet(Object value, PrimitiveType file, LogicalType type) {
    LogicalTypeAnnotation logical = file.getLogicalTypeAnnotation();
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> value instanceof Boolean flag ? flag : null;
      case TINYINT, SMALLINT, INTEGER, BIGINT, DATE ->
          value instanceof Integer || value instanceof Long ? ((Number) value).longValue() : null;
      case FLOAT, DOUBLE -> value instanceof Number number ? number(number.doubleValue()) : null;
      case CHAR, VARCHAR -> value instanceof Binary text ? new Utf8(text.getBytes()) : null;
      case DECIMAL -> decimal(value, logical);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          value instanceof Long number && logical instanceof TimestampLogicalTypeAnnotation unit
              ? micros(number, unit)
              : null;
      default -> null;
    };
  }

  private static @Nullable Comparable<?> decimal(
      Object value, @Nullable LogicalTypeAnnotation logical) {
    int scale = logical instanceof DecimalLogicalTypeAnnotation decimal ? decimal.getScale() : 0;
    if (value instanceof Binary unscaled) {
      return new BigDecimal(new BigInteger(unscaled.getBytes()), scale);
    }
    return value instanceof Number number ? BigDecimal.valueOf(number.longValue(), scale) : null;
  }

  private static @Nullable Long micros(long value, TimestampLogicalTypeAnnotation unit) {
    return switch (unit.getUnit()) {
      case MICROS -> value;
      case MILLIS -> value * MICROS_PER_MILLI;
      case NANOS -> null;
    };
  }

  /** Microseconds since 1970 of a time in UTC, or with an offset. */
  static long micros(String text) {
    if (text.indexOf('T') < 0) {
      return micros(LocalDateTime.parse(text, SPACED).toInstant(ZoneOffset.UTC));
    }
    boolean zoned = text.endsWith("Z") || text.lastIndexOf('+') > 0 || text.lastIndexOf('-') > 10;
    return micros(
        zoned
            ? OffsetDateTime.parse(text).toInstant()
            : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
  }

  /** Microseconds since 1970, finer digits cut off. */
  public static long micros(Instant instant) {
    // Not ChronoUnit.MICROS.between, which counts nanoseconds and has none left after the year
    // 2262.
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
        instant.getNano() / NANOS_PER_MICRO);
  }

  /** A number as filters compare it: the two zeros are equal; NaN, which has no order, is null. */
  public static @Nullable Double number(double value) {
    if (Double.isNaN(value)) {
      return null;
    }
    return value == 0 ? 0.0 : value;
  }
}
