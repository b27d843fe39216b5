package io.millrace.jobs.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/**
 * Numbers and texts to values by the JDK's own means, for the strict reader. Every method answers
 * the value in Flink's internal form, or a {@link JsonVerdict}.
 */
final class StrictJsonValues {
  private static final String DATE = "(\\d{4})-(\\d{2})-(\\d{2})";
  private static final String TIME = "(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?";
  private static final Pattern DATE_PATTERN = Pattern.compile(DATE);
  private static final Pattern TIME_PATTERN = Pattern.compile(TIME);
  private static final Pattern TIMESTAMP_PATTERN =
      Pattern.compile(DATE + "[T ]" + TIME + "(?:Z|([+-])(\\d{2})(?::?(\\d{2}))?)?");

  /**
   * Exponents beyond this one change nothing: with at most {@link
   * JsonSchemaDecoder#MAX_NUMBER_LENGTH} digits before them the number is too large for, or rounds
   * to zero in, every DECIMAL. So arithmetic stays small whatever a document says.
   */
  private static final int EXPONENT_LIMIT = 10_000;

  private static final int MAX_LONG_DIGITS = 19;

  private StrictJsonValues() {}

  static Object number(String text, JsonColumn column) {
    return switch (column.kind) {
      case INTEGER -> integer(text, column);
      case FLOAT -> {
        float value = Float.parseFloat(text);
        yield Float.isInfinite(value) ? JsonVerdict.OUT_OF_RANGE : value;
      }
      case DOUBLE -> {
        double value = Double.parseDouble(text);
        yield Double.isInfinite(value) ? JsonVerdict.OUT_OF_RANGE : value;
      }
      case COMPACT_DECIMAL, WIDE_DECIMAL -> decimal(text, column);
      default -> throw new IllegalStateException(column.kind + " is no number");
    };
  }

  private static Object integer(String text, JsonColumn column) {
    BigDecimal exact = exact(text);
    if (exact.signum() != 0 && exact.precision() - exact.scale() > MAX_LONG_DIGITS) {
      return JsonVerdict.OUT_OF_RANGE;
    }
    if (exact.signum() != 0 && exact.stripTrailingZeros().scale() > 0) {
      return JsonVerdict.NOT_AN_INTEGER;
    }
    BigInteger whole = exact.toBigInteger();
    if (whole.compareTo(BigInteger.valueOf(column.min)) < 0
        || whole.compareTo(BigInteger.valueOf(column.max)) > 0) {
      return JsonVerdict.OUT_OF_RANGE;
    }
    long value = whole.longValue();
    return switch (column.type.getTypeRoot()) {
      case TINYINT -> (byte) value;
      case SMALLINT -> (short) value;
      case INTEGER -> (int) value;
      default -> value;
    };
  }

  private static Object decimal(String text, JsonColumn column) {
    BigDecimal exact = exact(text);
    if (exact.signum() != 0
        && exact.precision() - exact.scale() > column.precision - column.scale) {
      return JsonVerdict.OUT_OF_RANGE;
    }
    BigDecimal rounded = exact.setScale(column.scale, RoundingMode.HALF_UP);
    DecimalData value = DecimalData.fromBigDecimal(rounded, column.precision, column.scale);
    return value == null ? JsonVerdict.OUT_OF_RANGE : value;
  }

  /** A JSON number, with an exponent that is cut to {@link #EXPONENT_LIMIT}; zero is plain zero. */
  private static BigDecimal exact(String text) {
    int e = Math.max(text.indexOf('e'), text.indexOf('E'));
    BigDecimal digits = new BigDecimal(e < 0 ? text : text.substring(0, e));
    if (e < 0 || digits.signum() == 0) {
      return digits;
    }
    BigInteger exponent = new BigInteger(text.substring(text.charAt(e + 1) == '+' ? e + 2 : e + 1));
    BigInteger limit = BigInteger.valueOf(EXPONENT_LIMIT);
    return digits.scaleByPowerOfTen(exponent.min(limit).max(limit.negate()).intValue());
  }

  static Object text(String text, JsonColumn column) {
    try {
      Object value =
          switch (column.kind) {
            case BINARY -> Base64.getDecoder().decode(text);
            case DATE -> date(text);
            case TIME -> time(text, column);
            case TIMESTAMP -> timestamp(text, column);
            default -> throw new IllegalStateException(column.kind + " is read from no text");
          };
      if (value instanceof byte[] bytes && bytes.length > column.maxLength) {
        return JsonVerdict.OUT_OF_RANGE;
      }
      return value == null ? JsonVerdict.BAD_FORMAT : value;
    } catch (DateTimeException | IllegalArgumentException e) {
      // A day that no month has, an hour 24, a character that is not base64's.
      return JsonVerdict.BAD_FORMAT;
    }
  }

  private static @Nullable Object date(String text) {
    Matcher m = DATE_PATTERN.matcher(text);
    return m.matches() ? (int) date(m).toEpochDay() : null;
  }

  private static @Nullable Object time(String text, JsonColumn column) {
    Matcher m = TIME_PATTERN.matcher(text);
    if (!m.matches()) {
      return null;
    }
    int digits = Math.min(column.precision, 3);
    return (int) (time(m, 1, digits).toNanoOfDay() / 1_000_000);
  }

  private static @Nullable Object timestamp(String text, JsonColumn column) {
    Matcher m = TIMESTAMP_PATTERN.matcher(text);
    if (!m.matches()) {
      return null;
    }
    LocalDateTime local = LocalDateTime.of(date(m), time(m, 4, column.precision));
    ZoneOffset zone = ZoneOffset.UTC;
    if (m.group(8) != null) {
      int sign = m.group(8).equals("-") ? -1 : 1;
      int minutes = m.group(10) == null ? 0 : Integer.parseInt(m.group(10));
      zone = ZoneOffset.ofHoursMinutes(sign * Integer.parseInt(m.group(9)), sign * minutes);
    }
    LocalDateTime utc =
        local.atOffset(zone).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    return utc.getYear() < 1 || utc.getYear() > 9999
        ? JsonVerdict.OUT_OF_RANGE
        : TimestampData.fromLocalDateTime(utc);
  }

  private static LocalDate date(Matcher m) {
    int year = Integer.parseInt(m.group(1));
    if (year == 0) {
      throw new DateTimeException("there is no year 0");
    }
    return LocalDate.of(year, Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
  }

  private static LocalTime time(Matcher m, int group, int digits) {
    int second = m.group(group + 2) == null ? 0 : Integer.parseInt(m.group(group + 2));
    String fraction = m.group(group + 3) == null ? "" : m.group(group + 3);
    String kept = fraction.substring(0, Math.min(digits, fraction.length()));
    int nanos = kept.isEmpty() ? 0 : Integer.parseInt(kept + "0".repeat(9 - kept.length()));
    return LocalTime.of(
        Integer.parseInt(m.group(group)), Integer.parseInt(m.group(group + 1)), second, nanos);
  }
}
