package io.millrace.delta.constraint;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.jspecify.annotations.Nullable;

/**
 * Functions of Spark SQL whose result here is the one there: casts between dates, times, whole
 * numbers and text, parts of dates and times, parts of text.
 */
final class Functions {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  /** Letters that mean the same in Spark's patterns and in Java's, and signs between them. */
  private static final String PATTERN = "(yyyy|MM|dd|HH|mm|ss|[-/_:. ])+";

  private static final Set<String> NAMES =
      Set.of(
          "YEAR",
          "MONTH",
          "DAY",
          "DAYOFMONTH",
          "HOUR",
          "MINUTE",
          "SECOND",
          "DATE_FORMAT",
          "DATE_TRUNC",
          "TRUNC",
          "SUBSTRING",
          "SUBSTR",
          "CONCAT");

  private final @Nullable ZoneId zone;

  /**
   * @param zone in which moments have a date and a time; null to refuse what asks for these
   */
  Functions(@Nullable ZoneId zone) {
    this.zone = zone;
  }

  static boolean isKnown(String name) {
    return NAMES.contains(name.toUpperCase(Locale.ROOT));
  }

  /**
   * A call.
   *
   * @param name as it was written
   * @throws Unsupported if there is no such function here, or not for these types
   */
  Expression call(String name, List<Expression> arguments) throws Unsupported {
    String upper = name.toUpperCase(Locale.ROOT);
    switch (upper) {
      case "YEAR":
        return dateField(upper, arguments, LocalDateTime::getYear);
      case "MONTH":
        return dateField(upper, arguments, LocalDateTime::getMonthValue);
      case "DAY", "DAYOFMONTH":
        return dateField(upper, arguments, LocalDateTime::getDayOfMonth);
      case "HOUR":
        return timeField(upper, arguments, LocalDateTime::getHour);
      case "MINUTE":
        return timeField(upper, arguments, LocalDateTime::getMinute);
      case "SECOND":
        return timeField(upper, arguments, LocalDateTime::getSecond);
      case "DATE_FORMAT":
        return dateFormat(arguments);
      case "DATE_TRUNC":
        return dateTrunc(arguments);
      case "TRUNC":
        return trunc(arguments);
      case "SUBSTRING", "SUBSTR":
        return substring(upper, arguments);
      case "CONCAT":
        return concat(arguments);
      default:
        throw new Unsupported("the function " + name);
    }
  }

  /** {@code CAST(operand AS type)}. */
  Expression cast(Expression operand, String type) throws Unsupported {
    ValueType from = operand.type();
    switch (type.toUpperCase(Locale.ROOT)) {
      case "DATE":
        if (from == ValueType.DATE) {
          return operand;
        } else if (isTime(from)) {
          Clock clock = clock(operand, "CAST");
          return of(ValueType.DATE, operand, value -> clock.of(value).toLocalDate().toEpochDay());
        }
        break;
      case "STRING":
        if (from == ValueType.STRING) {
          return operand;
        } else if (from.isWhole()) {
          return of(ValueType.STRING, operand, value -> text(value.toString()));
        } else if (from == ValueType.DATE) {
          return of(
              ValueType.STRING,
              operand,
              value -> text(LocalDate.ofEpochDay((Long) value).toString()));
        }
        break;
      case "INT", "INTEGER":
        return whole(operand, ValueType.INT);
      case "BIGINT", "LONG":
        return whole(operand, ValueType.BIGINT);
      default:
    }
    throw new Unsupported("CAST of %s AS %s".formatted(from, type));
  }

  private static Expression whole(Expression operand, ValueType to) throws Unsupported {
    if (!operand.type().isWhole()) {
      throw new Unsupported("CAST of %s AS %s".formatted(operand.type(), to));
    }
    return of(
        to,
        operand,
        value -> {
          long number = (Long) value;
          if (number < to.least() || number > -(to.least() + 1)) {
            throw new ArithmeticException(to + " overflow");
          }
          return number;
        });
  }

  private static boolean isTime(ValueType type) {
    return type == ValueType.TIMESTAMP || type == ValueType.TIMESTAMP_LTZ;
  }

  private interface Evaluation {
    Object of(Object value);
  }

  /** NULL of NULL. */
  private static Expression of(ValueType type, Expression operand, Evaluation evaluation) {
    return Expression.of(
        type,
        row -> {
          Object value = operand.evaluate(row);
          return value == null ? null : evaluation.of(value);
        });
  }

  /** Date and time of a value. */
  private interface Clock {
    LocalDateTime of(Object value);
  }

  private Clock clock(Expression operand, String function) throws Unsupported {
    switch (operand.type()) {
      case DATE:
        return value -> LocalDate.ofEpochDay((Long) value).atStartOfDay();
      case TIMESTAMP:
        return value -> LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC);
      case TIMESTAMP_LTZ:
        ZoneId known = zone;
        if (known == null) {
          throw new Unsupported(
              function + " of TIMESTAMP_LTZ, whose result depends on a time zone");
        }
        return value -> LocalDateTime.ofInstant(instant(value), known);
      default:
        throw new Unsupported("%s of %s".formatted(function, operand.type()));
    }
  }

  private static Instant instant(Object micros) {
    long value = (Long) micros;
    return Instant.ofEpochSecond(
        Math.floorDiv(value, MICROS_PER_SECOND),
        Math.floorMod(value, MICROS_PER_SECOND) * NANOS_PER_MICRO);
  }

  private static Expression only(String function, List<Expression> arguments) throws Unsupported {
    requireCount(function, arguments, 1, 1);
    return arguments.get(0);
  }

  private static void requireCount(String function, List<Expression> arguments, int least, int most)
      throws Unsupported {
    if (arguments.size() < least || arguments.size() > most) {
      throw new Unsupported("%s with %d arguments".formatted(function, arguments.size()));
    }
  }

  private Expression dateField(
      String function, List<Expression> arguments, ToIntFunction<LocalDateTime> field)
      throws Unsupported {
    Expression operand = only(function, arguments);
    Clock clock = clock(operand, function);
    return of(ValueType.INT, operand, value -> (long) field.applyAsInt(clock.of(value)));
  }

  private Expression timeField(
      String function, List<Expression> arguments, ToIntFunction<LocalDateTime> field)
      throws Unsupported {
    if (only(function, arguments).type() == ValueType.DATE) {
      throw new Unsupported(function + " of DATE");
    }
    return dateField(function, arguments, field);
  }

  private Expression dateFormat(List<Expression> arguments) throws Unsupported {
    requireCount("DATE_FORMAT", arguments, 2, 2);
    String pattern = literalText("DATE_FORMAT", arguments.get(1));
    if (!pattern.matches(PATTERN)) {
      throw new Unsupported("the pattern '" + pattern + "' of DATE_FORMAT");
    }
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern(pattern.replace("yyyy", "uuuu"), Locale.ROOT);
    Clock clock = clock(arguments.get(0), "DATE_FORMAT");
    return of(ValueType.STRING, arguments.get(0), value -> text(format.format(clock.of(value))));
  }

  private static String literalText(String function, Expression argument) throws Unsupported {
    if (!(argument instanceof Literal literal) || literal.type() != ValueType.STRING) {
      throw new Unsupported(function + " without a literal text");
    }
    return requireNonNull(literal.value(), "a string literal is null").toString();
  }

  /** Spark's has a moment as its result, whatever it is asked about. */
  private Expression dateTrunc(List<Expression> arguments) throws Unsupported {
    requireCount("DATE_TRUNC", arguments, 2, 2);
    ZoneId known = zone;
    if (known == null) {
      throw new Unsupported("DATE_TRUNC, whose result depends on a time zone");
    }
    String unit = literalText("DATE_TRUNC", arguments.get(0)).toUpperCase(Locale.ROOT);
    requireUnit("DATE_TRUNC", unit);
    Clock clock = clock(arguments.get(1), "DATE_TRUNC");
    return of(
        ValueType.TIMESTAMP_LTZ,
        arguments.get(1),
        value -> {
          Instant start = truncated(clock.of(value), unit).atZone(known).toInstant();
          return start.getEpochSecond() * MICROS_PER_SECOND + start.getNano() / NANOS_PER_MICRO;
        });
  }

  private Expression trunc(List<Expression> arguments) throws Unsupported {
    requireCount("TRUNC", arguments, 2, 2);
    String unit = literalText("TRUNC", arguments.get(1)).toUpperCase(Locale.ROOT);
    if (!List.of("YEAR", "YYYY", "YY", "MONTH", "MM", "MON").contains(unit)) {
      throw new Unsupported("the unit '" + unit + "' of TRUNC");
    }
    Clock clock = clock(arguments.get(0), "TRUNC");
    return of(
        ValueType.DATE,
        arguments.get(0),
        value -> truncated(clock.of(value), unit).toLocalDate().toEpochDay());
  }

  private static void requireUnit(String function, String unit) throws Unsupported {
    if (!List.of(
            "YEAR", "YYYY", "YY", "MONTH", "MM", "MON", "DAY", "DD", "HOUR", "MINUTE", "SECOND")
        .contains(unit)) {
      throw new Unsupported("the unit '%s' of %s".formatted(unit, function));
    }
  }

  private static LocalDateTime truncated(LocalDateTime time, String unit) {
    return switch (unit) {
      case "YEAR", "YYYY", "YY" -> time.toLocalDate().withDayOfYear(1).atStartOfDay();
      case "MONTH", "MM", "MON" -> time.toLocalDate().withDayOfMonth(1).atStartOfDay();
      case "HOUR" -> time.truncatedTo(ChronoUnit.HOURS);
      case "MINUTE" -> time.truncatedTo(ChronoUnit.MINUTES);
      case "SECOND" -> time.truncatedTo(ChronoUnit.SECONDS);
      default -> time.truncatedTo(ChronoUnit.DAYS);
    };
  }

  private static Expression substring(String function, List<Expression> arguments)
      throws Unsupported {
    requireCount(function, arguments, 2, 3);
    Expression operand = arguments.get(0);
    if (operand.type() != ValueType.STRING) {
      throw new Unsupported("%s of %s".formatted(function, operand.type()));
    }
    long position = literalNumber(function, arguments.get(1));
    long length =
        arguments.size() == 3 ? literalNumber(function, arguments.get(2)) : Integer.MAX_VALUE;
    return of(ValueType.STRING, operand, value -> text(part(value.toString(), position, length)));
  }

  private static long literalNumber(String function, Expression argument) throws Unsupported {
    if (argument instanceof Literal literal && literal.value() instanceof Long number) {
      return number;
    }
    throw new Unsupported(function + " without literal numbers");
  }

  /** Counts characters from 1, from the end if the position is negative; 0 is as 1. */
  private static String part(String text, long position, long length) {
    int characters = text.codePointCount(0, text.length());
    long start = position > 0 ? position - 1 : position < 0 ? characters + position : 0;
    long end = start + length;
    int from = (int) Math.max(0, Math.min(start, characters));
    int to = (int) Math.max(from, Math.min(end, characters));
    return text.substring(text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to));
  }

  private Expression concat(List<Expression> arguments) throws Unsupported {
    requireCount("CONCAT", arguments, 1, 100);
    Expression[] parts = new Expression[arguments.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = cast(arguments.get(i), "STRING");
    }
    return Expression.of(
        ValueType.STRING,
        row -> {
          StringBuilder joined = new StringBuilder();
          for (Expression part : parts) {
            Object value = part.evaluate(row);
            if (value == null) {
              return null;
            }
            joined.append(value);
          }
          return text(joined.toString());
        });
  }

  private static BinaryStringData text(String text) {
    return BinaryStringData.fromString(text);
  }

  /** A decimal with as many digits behind the point as its column has, rounded as Spark does. */
  static BigDecimal rounded(BigDecimal value, int precision, int scale) {
    BigDecimal rounded = value.setScale(scale, java.math.RoundingMode.HALF_UP);
    if (rounded.precision() > precision) {
      throw new ArithmeticException("DECIMAL overflow");
    }
    return rounded;
  }
}
