package io.millrace.delta.constraint;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.jspecify.annotations.Nullable;

/** What can be done with values: as Spark does it, in SQL's logic of three values. */
final class Operations {
  private static final int DECIMAL_DIGITS_MAX = 38;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final DateTimeFormatter WALL_CLOCK =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss[.SSSSSS][.SSSSS][.SSSS][.SSS][.SS][.S]");

  private Operations() {}

  static Expression and(Expression left, Expression right) throws Unsupported {
    requireBoolean("AND", left, right);
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object a = left.evaluate(row);
          if (Boolean.FALSE.equals(a)) {
            return false;
          }
          Object b = right.evaluate(row);
          return Boolean.FALSE.equals(b) ? Boolean.FALSE : a == null || b == null ? null : true;
        });
  }

  static Expression or(Expression left, Expression right) throws Unsupported {
    requireBoolean("OR", left, right);
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object a = left.evaluate(row);
          if (Boolean.TRUE.equals(a)) {
            return true;
          }
          Object b = right.evaluate(row);
          return Boolean.TRUE.equals(b) ? Boolean.TRUE : a == null || b == null ? null : false;
        });
  }

  static Expression not(Expression operand) throws Unsupported {
    requireBoolean("NOT", operand);
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object value = operand.evaluate(row);
          return value == null ? null : !(Boolean) value;
        });
  }

  private static void requireBoolean(String operator, Expression... operands) throws Unsupported {
    for (Expression operand : operands) {
      if (operand.type() != ValueType.BOOLEAN && operand.type() != ValueType.NULL) {
        throw new Unsupported(operator + " of " + operand.type());
      }
    }
  }

  static Expression isNull(Expression operand, boolean expected) {
    return Expression.of(ValueType.BOOLEAN, row -> (operand.evaluate(row) == null) == expected);
  }

  /** Is the result of comparing as wanted; NULL if either side is. */
  static Expression compare(String operator, Expression left, Expression right, IntPredicate wanted)
      throws Unsupported {
    Expression[] sides = comparable(operator, left, right);
    Expression a = sides[0];
    Expression b = sides[1];
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object x = a.evaluate(row);
          Object y = x == null ? null : b.evaluate(row);
          return x == null || y == null ? null : wanted.test(compareValues(x, y));
        });
  }

  /** Equality for which NULL is a value. */
  static Expression sameOrBothNull(Expression left, Expression right) throws Unsupported {
    Expression[] sides = comparable("<=>", left, right);
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object x = sides[0].evaluate(row);
          Object y = sides[1].evaluate(row);
          if (x == null || y == null) {
            return x == null && y == null;
          }
          return compareValues(x, y) == 0;
        });
  }

  static Expression in(Expression operand, List<Expression> choices) throws Unsupported {
    List<Expression> equal = new ArrayList<>(choices.size());
    for (Expression choice : choices) {
      equal.add(compare("IN", operand, choice, order -> order == 0));
    }
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          boolean unknown = false;
          for (Expression choice : equal) {
            Object found = choice.evaluate(row);
            if (Boolean.TRUE.equals(found)) {
              return true;
            }
            unknown |= found == null;
          }
          return unknown ? null : Boolean.FALSE;
        });
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compareValues(Object x, Object y) {
    if (x instanceof Double a && y instanceof Double b) {
      // -0.0 equals 0.0, and NaN equals itself and is above all: Spark's order.
      return Double.compare(a + 0.0, b + 0.0);
    }
    return ((Comparable) x).compareTo(y);
  }

  private static Expression[] comparable(String operator, Expression left, Expression right)
      throws Unsupported {
    ValueType a = left.type();
    ValueType b = right.type();
    if (a == ValueType.NULL || b == ValueType.NULL || a == b && !a.isNumber()) {
      return new Expression[] {left, right};
    }
    if (a.isNumber() && b.isNumber()) {
      ValueType common = commonNumber(a, b);
      return new Expression[] {converted(left, common), converted(right, common)};
    }
    if (b == ValueType.STRING && right instanceof Literal literal) {
      return new Expression[] {left, parsed(literal, a, operator)};
    }
    if (a == ValueType.STRING && left instanceof Literal literal) {
      return new Expression[] {parsed(literal, b, operator), right};
    }
    throw new Unsupported("%s of %s and %s".formatted(operator, a, b));
  }

  /** Spark takes the text for a value of the other side's type. */
  private static Expression parsed(Literal text, ValueType type, String operator)
      throws Unsupported {
    String value = requireNonNull(text.value(), "a string literal is null").toString();
    return switch (type) {
      case DATE -> date(value);
      case TIMESTAMP -> wallClock(value);
      default ->
          throw new Unsupported("%s of %s and the text '%s'".formatted(operator, type, value));
    };
  }

  static Literal date(String text) throws Unsupported {
    try {
      return new Literal(ValueType.DATE, LocalDate.parse(text).toEpochDay());
    } catch (DateTimeException e) {
      throw new Unsupported("the date '" + text + "'");
    }
  }

  static Literal wallClock(String text) throws Unsupported {
    try {
      LocalDateTime time =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay()
              : LocalDateTime.parse(text.replace('T', ' '), WALL_CLOCK);
      return new Literal(
          ValueType.TIMESTAMP,
          time.toEpochSecond(ZoneOffset.UTC) * MICROS_PER_SECOND + time.getNano() / 1000);
    } catch (DateTimeException e) {
      throw new Unsupported("the timestamp '" + text + "'");
    }
  }

  private static ValueType commonNumber(ValueType a, ValueType b) {
    if (a.isFloating() || b.isFloating()) {
      return ValueType.DOUBLE;
    } else if (a == ValueType.DECIMAL || b == ValueType.DECIMAL) {
      return ValueType.DECIMAL;
    }
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Expression converted(Expression operand, ValueType to) {
    ValueType from = operand.type();
    if (from == to || (from.isWhole() && to.isWhole()) || (from.isFloating() && to.isFloating())) {
      return operand;
    }
    return Expression.of(
        to,
        row -> {
          Object value = operand.evaluate(row);
          if (value == null) {
            return null;
          }
          if (to == ValueType.DOUBLE) {
            return ((Number) value).doubleValue();
          }
          return BigDecimal.valueOf((Long) value);
        });
  }

  static Expression arithmetic(String operator, Expression left, Expression right)
      throws Unsupported {
    ValueType a = left.type();
    ValueType b = right.type();
    if (!a.isNumber() || !b.isNumber()) {
      throw new Unsupported("%s of %s and %s".formatted(operator, a, b));
    }
    boolean divides = operator.equals("/");
    if (divides && (a == ValueType.DECIMAL || b == ValueType.DECIMAL)) {
      throw new Unsupported("/ of DECIMAL, whose result Spark rounds");
    }
    if ((a == ValueType.FLOAT || b == ValueType.FLOAT)
        && a != ValueType.DOUBLE
        && b != ValueType.DOUBLE) {
      throw new Unsupported(operator + " of FLOAT, which Spark rounds to FLOAT");
    }
    ValueType common = divides ? ValueType.DOUBLE : commonNumber(a, b);
    Expression x = converted(left, common);
    Expression y = converted(right, common);
    return Expression.of(
        common,
        row -> {
          Object v = x.evaluate(row);
          Object w = v == null ? null : y.evaluate(row);
          return v == null || w == null ? null : calculate(operator, common, v, w);
        });
  }

  static Expression negated(Expression operand) throws Unsupported {
    if (operand instanceof Literal literal && literal.value() instanceof Long value) {
      return new Literal(literal.type(), Math.negateExact(value));
    }
    if (operand.type() == ValueType.FLOAT) {
      return arithmetic("*", new Literal(ValueType.DOUBLE, -1.0), operand);
    }
    return arithmetic("-", new Literal(ValueType.TINYINT, 0L), operand);
  }

  private static Object calculate(String operator, ValueType type, Object a, Object b) {
    if (type == ValueType.DOUBLE) {
      return calculate(operator, (Double) a, (Double) b);
    }
    if (type == ValueType.DECIMAL) {
      return calculate(operator, (BigDecimal) a, (BigDecimal) b);
    }
    long x = (Long) a;
    long y = (Long) b;
    long result =
        switch (operator) {
          case "+" -> Math.addExact(x, y);
          case "-" -> Math.subtractExact(x, y);
          case "*" -> Math.multiplyExact(x, y);
          default -> x % y;
        };
    if (result < type.least() || result > -(type.least() + 1)) {
      throw new ArithmeticException(type + " overflow");
    }
    return result;
  }

  private static Double calculate(String operator, double x, double y) {
    if (y == 0 && (operator.equals("/") || operator.equals("%"))) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / y;
      default -> x % y;
    };
  }

  private static BigDecimal calculate(String operator, BigDecimal x, BigDecimal y) {
    BigDecimal result =
        switch (operator) {
          case "+" -> x.add(y);
          case "-" -> x.subtract(y);
          case "*" -> x.multiply(y);
          default -> x.remainder(y);
        };
    if (result.precision() > DECIMAL_DIGITS_MAX) {
      throw new ArithmeticException("DECIMAL overflow");
    }
    return result;
  }

  static Expression like(Expression operand, Expression pattern) throws Unsupported {
    if (operand.type() != ValueType.STRING
        || !(pattern instanceof Literal literal)
        || literal.type() != ValueType.STRING) {
      throw new Unsupported("LIKE of anything but a text and a literal");
    }
    Pattern regex =
        likePattern(requireNonNull(literal.value(), "a string literal is null").toString());
    return Expression.of(
        ValueType.BOOLEAN,
        row -> {
          Object value = operand.evaluate(row);
          return value == null ? null : regex.matcher(value.toString()).matches();
        });
  }

  private static Pattern likePattern(String like) throws Unsupported {
    StringBuilder regex = new StringBuilder();
    for (int at = 0; at < like.length(); at++) {
      char c = like.charAt(at);
      if (c == '\\') {
        at++;
        if (at == like.length() || "\\%_".indexOf(like.charAt(at)) < 0) {
          throw new Unsupported("the LIKE pattern '" + like + "'");
        }
        regex.append(Pattern.quote(String.valueOf(like.charAt(at))));
      } else if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  static @Nullable Object text(@Nullable String text) {
    return text == null ? null : BinaryStringData.fromString(text);
  }
}
