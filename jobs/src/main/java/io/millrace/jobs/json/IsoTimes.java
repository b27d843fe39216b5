package io.millrace.jobs.json;

import io.millrace.delta.row.FlatRow;

/**
 * Dates and times of ISO 8601 by hand, for {@link JsonScanner}: what is not exactly of the form
 * that {@link JsonSchemaDecoder} states is answered with -1.
 *
 * <p>Days since 1970 by H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
 */
final class IsoTimes {
  private static final int MILLIS_PER_DAY = 86_400_000;
  private static final int MAX_OFFSET_MINUTES = 18 * 60;

  /** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999Z, milliseconds since 1970. */
  static final long MIN_MILLIS = -62_135_596_800_000L;

  static final long MAX_MILLIS = 253_402_300_799_999L;

  private static final int[] POWERS = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
  };

  private IsoTimes() {}

  static int timestamp(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    if (end - p < "\"yyyy-MM-ddTHH:mm\"".length() || b[p] != '"') {
      return -1;
    }
    int day = epochDay(b, p + 1);
    byte separator = b[p + 11];
    int seconds = hourAndMinute(b, p + 12);
    if (day == Integer.MIN_VALUE || (separator != 'T' && separator != ' ') || seconds < 0) {
      return -1;
    }
    p += 17;
    int nanos = 0;
    if (b[p] == ':') {
      int second = second(b, p + 1, end);
      if (second < 0) {
        return -1;
      }
      seconds += second;
      p += 3;
      if (p < end && b[p] == '.') {
        int stop = digits(b, p + 1, end);
        nanos = nanos(b, p + 1, stop);
        if (nanos < 0) {
          return -1;
        }
        p = stop;
      }
    }
    if (p >= end) {
      return -1;
    }
    int offsetMinutes = 0;
    byte zone = b[p];
    if (zone == 'Z') {
      p++;
    } else if (zone == '+' || zone == '-') {
      offsetMinutes = offset(b, p + 1, end);
      if (offsetMinutes < 0) {
        return -1;
      }
      byte afterHour = b[p + 3];
      p += afterHour == '"' ? 3 : afterHour == ':' ? 6 : 5;
      if (zone == '-') {
        offsetMinutes = -offsetMinutes;
      }
    }
    if (p >= end || b[p] != '"') {
      return -1;
    }
    nanos = truncate(nanos, column.precision);
    int nanosOfMilli = nanos % 1_000_000;
    long millis =
        (long) day * MILLIS_PER_DAY + (seconds - offsetMinutes * 60) * 1000L + nanos / 1_000_000;
    if (millis < MIN_MILLIS || millis > MAX_MILLIS) {
      return -1;
    }
    if (column.target >= 0) {
      row.setTimestamp(column.target, millis, nanosOfMilli);
    }
    return p + 1;
  }

  static int date(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    if (end - p < "\"yyyy-MM-dd\"".length() || b[p] != '"' || b[p + 11] != '"') {
      return -1;
    }
    int day = epochDay(b, p + 1);
    if (day == Integer.MIN_VALUE) {
      return -1;
    }
    if (column.target >= 0) {
      row.setLong(column.target, day);
    }
    return p + 12;
  }

  static int time(byte[] b, int p, int end, JsonColumn column, FlatRow row) {
    if (end - p < "\"HH:mm\"".length() || b[p] != '"') {
      return -1;
    }
    int seconds = hourAndMinute(b, p + 1);
    if (seconds < 0) {
      return -1;
    }
    p += 6;
    int nanos = 0;
    if (b[p] == ':') {
      int second = second(b, p + 1, end);
      if (second < 0) {
        return -1;
      }
      seconds += second;
      p += 3;
      if (p < end && b[p] == '.') {
        int stop = digits(b, p + 1, end);
        nanos = nanos(b, p + 1, stop);
        if (nanos < 0) {
          return -1;
        }
        p = stop;
      }
    }
    if (p >= end || b[p] != '"') {
      return -1;
    }
    if (column.target >= 0) {
      int millis = truncate(nanos, Math.min(column.precision, 3)) / 1_000_000;
      row.setLong(column.target, seconds * 1000L + millis);
    }
    return p + 1;
  }

  /** Cuts a fraction of a second to so many digits, as Flink's casts do. */
  static int truncate(int nanos, int digits) {
    int unit = POWERS[9 - digits];
    return nanos - nanos % unit;
  }

  /** Days since 1970 of {@code yyyy-MM-dd} at {@code p}, or {@link Integer#MIN_VALUE}. */
  private static int epochDay(byte[] b, int p) {
    int high = pair(b, p);
    int low = pair(b, p + 2);
    int month = pair(b, p + 5);
    int day = pair(b, p + 8);
    if ((high | low | month | day) < 0 || b[p + 4] != '-' || b[p + 7] != '-') {
      return Integer.MIN_VALUE;
    }
    int year = high * 100 + low;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) {
      return Integer.MIN_VALUE;
    }
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097 + dayOfEra - 719_468;
  }

  private static int daysIn(int year, int month) {
    if (month == 2) {
      boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  /** Seconds of {@code HH:mm} at {@code p}, or -1. */
  private static int hourAndMinute(byte[] b, int p) {
    int hour = pair(b, p);
    int minute = pair(b, p + 3);
    if ((hour | minute) < 0 || hour > 23 || minute > 59 || b[p + 2] != ':') {
      return -1;
    }
    return hour * 3600 + minute * 60;
  }

  private static int second(byte[] b, int p, int end) {
    int second = end - p < 2 ? -1 : pair(b, p);
    return second > 59 ? -1 : second;
  }

  /** Minutes of {@code HH}, {@code HHmm} or {@code HH:mm} at {@code p}, or -1. */
  private static int offset(byte[] b, int p, int end) {
    if (end - p < 3) {
      return -1;
    }
    int hour = pair(b, p);
    int minute = 0;
    if (b[p + 2] != '"') {
      int at = b[p + 2] == ':' ? p + 3 : p + 2;
      minute = end - at < 2 ? -1 : pair(b, at);
    }
    if ((hour | minute) < 0 || minute > 59 || hour * 60 + minute > MAX_OFFSET_MINUTES) {
      return -1;
    }
    return hour * 60 + minute;
  }

  private static int digits(byte[] b, int p, int end) {
    while (p < end && b[p] >= '0' && b[p] <= '9') {
      p++;
    }
    return p;
  }

  /** Nanoseconds of the one to nine digits between the indexes, or -1. */
  private static int nanos(byte[] b, int p, int stop) {
    int count = stop - p;
    if (count < 1 || count > 9) {
      return -1;
    }
    int value = 0;
    for (int i = p; i < stop; i++) {
      value = value * 10 + (b[i] - '0');
    }
    return value * POWERS[9 - count];
  }

  /** The number of two digits at {@code p}, or a negative one. */
  private static int pair(byte[] b, int p) {
    int tens = b[p] - '0';
    int ones = b[p + 1] - '0';
    return (tens | ones | 9 - tens | 9 - ones) < 0 ? -1 : tens * 10 + ones;
  }
}
