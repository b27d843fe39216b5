package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.millrace.delta.row.FlatRow;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.apache.flink.table.data.DecimalData;

/**
 * Numbers of a document by hand, for {@link JsonScanner}: each method reads the number at {@code p}
 * and answers the index after it, or -1 where it gives up.
 *
 * <p>Floating point by W. D. Clinger, "How to read floating point numbers accurately" (1990):
 * digits and a power of ten that are both exact make one correctly rounded operation; all else is
 * left to the JDK.
 */
final class JsonNumbers {
  private static final int MAX_LONG_DIGITS = 19;

  /** So many digits always fit a long. */
  private static final int SAFE_DIGITS = 18;

  private static final long MAX_EXACT_DOUBLE = 1L << 53;
  private static final long MAX_EXACT_FLOAT = 1L << 24;
  private static final int MAX_EXPONENT_DIGITS = 4;

  private static final double[] DOUBLE_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final float[] FLOAT_POWERS = {
    1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f
  };

  private static final long[] POWERS = new long[SAFE_DIGITS + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private JsonNumbers() {}

  static int integer(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    boolean negative = b[p] == '-';
    if (negative) {
      p++;
    }
    int first = p;
    long value = 0;
    while (p < end) {
      int digit = b[p] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
      p++;
    }
    int digits = p - first;
    if (digits == 0 || digits > MAX_LONG_DIGITS || (digits > 1 && b[first] == '0')) {
      return -1;
    }
    if (p < end && (b[p] == '.' || b[p] == 'e' || b[p] == 'E')) {
      return -1;
    }
    // Nineteen digits fit an unsigned long, so a sign bit here means "too large", but for the
    // least.
    if (value < 0 && !(negative && value == Long.MIN_VALUE)) {
      return -1;
    }
    if (negative) {
      value = -value;
    }
    if (value < column.min || value > column.max) {
      return -1;
    }
    if (column.target >= 0) {
      row.setLong(column.target, value);
    }
    return p;
  }

  static int compactDecimal(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    boolean negative = b[p] == '-';
    if (negative) {
      p++;
    }
    int first = p;
    long value = 0;
    while (p < end && b[p] >= '0' && b[p] <= '9') {
      value = value * 10 + (b[p] - '0');
      p++;
    }
    int wholeDigits = p - first;
    if (wholeDigits == 0 || (wholeDigits > 1 && b[first] == '0')) {
      return -1;
    }
    int fractionDigits = 0;
    if (p < end && b[p] == '.') {
      int point = p++;
      while (p < end && b[p] >= '0' && b[p] <= '9') {
        value = value * 10 + (b[p] - '0');
        p++;
      }
      fractionDigits = p - point - 1;
      if (fractionDigits == 0) {
        return -1;
      }
    }
    if (p < end && (b[p] == 'e' || b[p] == 'E')) {
      return -1;
    }
    int significantWhole = b[first] == '0' ? 0 : wholeDigits;
    if (significantWhole + Math.max(fractionDigits, column.scale) > SAFE_DIGITS) {
      return -1;
    }
    if (fractionDigits <= column.scale) {
      value *= POWERS[column.scale - fractionDigits];
    } else {
      long unit = POWERS[fractionDigits - column.scale];
      long rest = value % unit;
      value = value / unit + (rest * 2 >= unit ? 1 : 0);
    }
    if (value >= POWERS[column.precision]) {
      return -1;
    }
    if (column.target >= 0) {
      row.setLong(column.target, negative ? -value : value);
    }
    return p;
  }

  static int wideDecimal(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    int next = skip(b, p, end);
    if (next < 0 || next - p > JsonSchemaDecoder.MAX_NUMBER_LENGTH) {
      return -1;
    }
    for (int i = p; i < next; i++) {
      if (b[i] == 'e' || b[i] == 'E') {
        return -1;
      }
    }
    BigDecimal exact = new BigDecimal(new String(b, p, next - p, ISO_8859_1));
    BigDecimal rounded = exact.setScale(column.scale, RoundingMode.HALF_UP);
    if (rounded.precision() > column.precision) {
      return -1;
    }
    if (column.target >= 0) {
      row.setObject(
          column.target, DecimalData.fromBigDecimal(rounded, column.precision, column.scale));
    }
    return next;
  }

  static int float64(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    int next = skip(b, p, end);
    if (next < 0) {
      return -1;
    }
    boolean negative = b[p] == '-';
    long digits = digits(b, p, next);
    int exponent = exponent(b, p, next);
    double value;
    if (digits >= 0 && digits <= MAX_EXACT_DOUBLE && Math.abs(exponent) < DOUBLE_POWERS.length) {
      value = exponent < 0 ? digits / DOUBLE_POWERS[-exponent] : digits * DOUBLE_POWERS[exponent];
      value = negative ? -value : value;
    } else {
      value = Double.parseDouble(new String(b, p, next - p, ISO_8859_1));
    }
    if (Double.isInfinite(value)) {
      return -1;
    }
    if (column.target >= 0) {
      row.setDouble(column.target, value);
    }
    return next;
  }

  static int float32(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    int next = skip(b, p, end);
    if (next < 0) {
      return -1;
    }
    boolean negative = b[p] == '-';
    long digits = digits(b, p, next);
    int exponent = exponent(b, p, next);
    float value;
    if (digits >= 0 && digits <= MAX_EXACT_FLOAT && Math.abs(exponent) < FLOAT_POWERS.length) {
      value = exponent < 0 ? digits / FLOAT_POWERS[-exponent] : digits * FLOAT_POWERS[exponent];
      value = negative ? -value : value;
    } else {
      value = Float.parseFloat(new String(b, p, next - p, ISO_8859_1));
    }
    if (Float.isInfinite(value)) {
      return -1;
    }
    if (column.target >= 0) {
      row.setFloat(column.target, value);
    }
    return next;
  }

  /** Index after the number at {@code p}, checked against the grammar of RFC 8259. */
  static int skip(byte[] b, int p, int end) {
    int start = p;
    if (p < end && b[p] == '-') {
      p++;
    }
    int first = p;
    p = digitsEnd(b, p, end);
    if (p == first || (p > first + 1 && b[first] == '0')) {
      return -1;
    }
    if (p < end && b[p] == '.') {
      int fraction = p + 1;
      p = digitsEnd(b, fraction, end);
      if (p == fraction) {
        return -1;
      }
    }
    if (p < end && (b[p] == 'e' || b[p] == 'E')) {
      p++;
      if (p < end && (b[p] == '+' || b[p] == '-')) {
        p++;
      }
      int exponent = p;
      p = digitsEnd(b, exponent, end);
      if (p == exponent) {
        return -1;
      }
    }
    return p - start > JsonSchemaDecoder.MAX_NUMBER_LENGTH ? -1 : p;
  }

  private static int digitsEnd(byte[] b, int p, int end) {
    while (p < end && b[p] >= '0' && b[p] <= '9') {
      p++;
    }
    return p;
  }

  /** All digits before the exponent as one number, or -1 if a long may not hold them. */
  private static long digits(byte[] b, int p, int next) {
    long value = 0;
    int count = 0;
    for (; p < next; p++) {
      byte c = b[p];
      if (c >= '0' && c <= '9') {
        value = value * 10 + (c - '0');
        if (value != 0 && ++count > SAFE_DIGITS) {
          return -1;
        }
      } else if (c == 'e' || c == 'E') {
        break;
      }
    }
    return value;
  }

  /** The power of ten that belongs to {@link #digits}, or a hopelessly large one. */
  private static int exponent(byte[] b, int p, int next) {
    int fractionDigits = 0;
    boolean fraction = false;
    for (; p < next; p++) {
      byte c = b[p];
      if (c == '.') {
        fraction = true;
      } else if (c == 'e' || c == 'E') {
        break;
      } else if (fraction) {
        fractionDigits++;
      }
    }
    if (p == next) {
      return -fractionDigits;
    }
    p++;
    boolean negative = b[p] == '-';
    if (negative || b[p] == '+') {
      p++;
    }
    if (next - p > MAX_EXPONENT_DIGITS) {
      return Integer.MAX_VALUE;
    }
    int value = 0;
    for (; p < next; p++) {
      value = value * 10 + (b[p] - '0');
    }
    return (negative ? -value : value) - fractionDigits;
  }
}
