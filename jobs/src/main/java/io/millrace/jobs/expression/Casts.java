package io.millrace.jobs.expression;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.DecimalDataUtils;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.data.binary.BinaryStringDataUtil;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * CAST and TRY_CAST by the rules of Flink's {@code functions.casting} (no legacy behaviour):
 * integers wrap around, decimals round half up and are NULL where they do not fit, strings that do
 * not parse fail or, for TRY_CAST, are NULL.
 */
final class Casts {
  private Casts() {}

  /** Whether {@link #of} has a fast form. */
  static boolean has(LogicalType from, LogicalType to) {
    return isIdentity(from, to)
        || (Types.isNumeric(from) && Types.isNumeric(to))
        || (Types.isString(from) && (isParsed(to)))
        || (Types.isBinary(from) && isUnboundedString(to))
        || (Types.isInteger(from) && isUnboundedString(to))
        || (Types.isTimestamp(from) && Types.isTimestamp(to))
        || (Types.isTimestamp(from) && to.is(LogicalTypeRoot.DATE))
        || (from.is(LogicalTypeRoot.DATE) && Types.isTimestamp(to));
  }

  /** The cast; {@code tries} gives NULL where it would fail. */
  static Node of(LogicalType to, Node operand, boolean tries) {
    LogicalType from = operand.type;
    if (isIdentity(from, to)) {
      return new Same(to, operand);
    }
    if (Types.isNumeric(from)) {
      return Types.isNumeric(to) ? new Numeric(to, operand) : new Digits(to, operand);
    }
    if (Types.isString(from)) {
      return new Parse(to, operand, tries);
    }
    if (Types.isBinary(from)) {
      return new Strings.Decode(to, operand);
    }
    if (to.is(LogicalTypeRoot.DATE)) {
      return new Temporal.ToDate(to, operand);
    }
    return from.is(LogicalTypeRoot.DATE)
        ? new Temporal.FromDate(to, operand)
        : new Temporal.Truncate(to, operand, Types.precision(to));
  }

  /** Whether values of one type are values of the other as they are. */
  static boolean isIdentity(LogicalType from, LogicalType to) {
    if (Types.isString(from) && Types.isString(to)) {
      return from.copy(true).equals(to.copy(true))
          || (to instanceof VarCharType
              && LogicalTypeChecks.getLength(from) <= LogicalTypeChecks.getLength(to));
    }
    if (Types.isTimestamp(from) && Types.isTimestamp(to)) {
      return Types.precision(from) <= Types.precision(to);
    }
    return from.copy(true).equals(to.copy(true));
  }

  private static boolean isParsed(LogicalType to) {
    return Types.isNumeric(to)
        || Types.isBoolean(to)
        || Types.isTimestamp(to)
        || to.is(LogicalTypeRoot.DATE);
  }

  private static boolean isUnboundedString(LogicalType to) {
    return !(to instanceof CharType)
        && Types.isString(to)
        && LogicalTypeChecks.getLength(to) == VarCharType.MAX_LENGTH;
  }

  /** The same value under another type. */
  private static final class Same extends Node {
    private final Node operand;

    private Same(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      take(operand);
      return true;
    }
  }

  /** A number as another number. */
  private static final class Numeric extends Node {
    private final Node operand;
    private final boolean toReal;
    private final boolean toFloat;
    private final boolean toInteger;
    private final boolean longs;
    private final int shift;

    private Numeric(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
      toReal = Types.isReal(type);
      toFloat = Types.isFloat(type);
      toInteger = Types.isInteger(type);
      longs = operand.form == Form.NUMBER && form == Form.NUMBER;
      shift = longs ? Types.scale(type) - Types.scale(operand.type) : 0;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      if (toReal) {
        real = toFloat ? Numbers.toFloat(operand) : Numbers.toDouble(operand);
        return true;
      }
      if (toInteger) {
        number = toInteger();
        return true;
      }
      if (longs && shift >= 0) {
        return scaleUp();
      }
      if (longs) {
        return scaleDown();
      }
      return Numbers.leave(this, toDecimal());
    }

    private long toInteger() {
      if (operand.form == Form.REAL) {
        return Numbers.narrow(operand.real, type);
      }
      if (longs) {
        return Numbers.narrow(
            shift == 0 ? operand.number : operand.number / Numbers.POWERS_OF_TEN[-shift], type);
      }
      return Numbers.narrow(DecimalDataUtils.castToIntegral(Numbers.toDecimal(operand)), type);
    }

    private boolean scaleUp() {
      long factor = Numbers.POWERS_OF_TEN[shift];
      number = operand.number * factor;
      return Math.multiplyHigh(operand.number, factor) == number >> 63 && fits();
    }

    private boolean scaleDown() {
      long factor = Numbers.POWERS_OF_TEN[-shift];
      long quotient = operand.number / factor;
      long rest = operand.number % factor;
      // Half of ten's power is exact; half away from zero is what HALF_UP means.
      long half = factor / 2;
      number = rest >= half ? quotient + 1 : rest <= -half ? quotient - 1 : quotient;
      return fits();
    }

    private boolean fits() {
      long bound = Numbers.POWERS_OF_TEN[Types.precision(type)];
      return number < bound && number > -bound;
    }

    private @Nullable DecimalData toDecimal() {
      int precision = Types.precision(type);
      int scale = Types.scale(type);
      if (operand.form == Form.REAL) {
        return DecimalDataUtils.castFrom(operand.real, precision, scale);
      }
      return Types.isDecimal(operand.type)
          ? DecimalDataUtils.castToDecimal(Numbers.toDecimal(operand), precision, scale)
          : DecimalDataUtils.castFrom(operand.number, precision, scale);
    }
  }

  /** A string as something that it denotes. */
  private static final class Parse extends Node {
    private final Node operand;
    private final boolean tries;
    private final boolean toInteger;

    private Parse(LogicalType type, Node operand, boolean tries) {
      super(type);
      this.operand = operand;
      this.tries = tries;
      toInteger = type.is(LogicalTypeRoot.INTEGER) || type.is(LogicalTypeRoot.BIGINT);
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      if (toInteger && parseDigits()) {
        return true;
      }
      try {
        return parse(Strings.string(operand));
      } catch (Exception e) {
        if (tries) {
          return false;
        }
        throw e instanceof RuntimeException unchecked
            ? unchecked
            : new IllegalArgumentException(e.getMessage(), e);
      }
    }

    /** Up to nine digits with an optional minus: nothing to trim, nothing to overflow. */
    private boolean parseDigits() {
      byte[] bytes = operand.buffer;
      int at = operand.offset;
      int end = at + operand.length;
      boolean negative = at < end && bytes[at] == '-';
      if (negative) {
        at++;
      }
      if (at == end || end - at > 9) {
        return false;
      }
      long value = 0;
      for (; at < end; at++) {
        int digit = bytes[at] - '0';
        if (digit < 0 || digit > 9) {
          return false;
        }
        value = value * 10 + digit;
      }
      number = negative ? -value : value;
      return true;
    }

    private boolean parse(BinaryStringData text) throws Exception {
      switch (type.getTypeRoot()) {
        case BOOLEAN:
          number = BinaryStringDataUtil.toBoolean(text) ? 1 : 0;
          return true;
        case TINYINT:
          number = BinaryStringDataUtil.toByte(text.trim());
          return true;
        case SMALLINT:
          number = BinaryStringDataUtil.toShort(text.trim());
          return true;
        case INTEGER:
          number = BinaryStringDataUtil.toInt(text.trim());
          return true;
        case BIGINT:
          number = BinaryStringDataUtil.toLong(text.trim());
          return true;
        case FLOAT:
          real = BinaryStringDataUtil.toFloat(text.trim());
          return true;
        case DOUBLE:
          real = BinaryStringDataUtil.toDouble(text.trim());
          return true;
        case DECIMAL:
          return Numbers.leave(
              this, BinaryStringDataUtil.toDecimal(text, Types.precision(type), Types.scale(type)));
        case DATE:
          number = BinaryStringDataUtil.toDate(text);
          return true;
        default:
          TimestampData timestamp = BinaryStringDataUtil.toTimestamp(text, Types.precision(type));
          number = timestamp.getMillisecond();
          nanos = timestamp.getNanoOfMillisecond();
          return true;
      }
    }
  }

  /** An integer as its decimal digits. */
  private static final class Digits extends Node {
    private static final byte[] MIN_VALUE =
        Long.toString(Long.MIN_VALUE).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Node operand;
    private final byte[] room = new byte[20];

    private Digits(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      long rest = operand.number;
      if (rest == Long.MIN_VALUE) {
        buffer = MIN_VALUE;
        offset = 0;
        length = MIN_VALUE.length;
        return true;
      }
      boolean negative = rest < 0;
      rest = Math.abs(rest);
      int at = room.length;
      do {
        room[--at] = (byte) ('0' + rest % 10);
        rest /= 10;
      } while (rest != 0);
      if (negative) {
        room[--at] = '-';
      }
      buffer = room;
      offset = at;
      length = room.length - at;
      return true;
    }
  }
}
