package io.millrace.delta.procedure;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.TimeUtils;

/** Texts that procedures are called with, as what they mean. */
final class Arguments {
  private static final int DATE_LENGTH = "2026-01-01".length();

  private Arguments() {}

  /** A time with an offset, or one in UTC. */
  static Instant instant(String name, String text) {
    try {
      String iso = text.strip().replace(' ', 'T');
      if (iso.length() == DATE_LENGTH) {
        iso = iso + "T00:00:00";
      }
      boolean zoned = iso.endsWith("Z") || iso.substring(DATE_LENGTH).matches(".*[+-].*");
      return zoned
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException | IndexOutOfBoundsException e) {
      throw invalid(name, text, "no time", "2026-11-22 10:11:12 or 2026-11-22T10:11:12Z", e);
    }
  }

  static Duration duration(String name, String text) {
    try {
      return TimeUtils.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw invalid(name, text, "no duration", "14 d or 36 h", e);
    }
  }

  /** Names with commas between them. */
  static List<String> names(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  /** SQL with semicolons between its parts, as they are outside of quotes. */
  static List<String> clauses(String text) {
    List<String> clauses = new ArrayList<>();
    int from = 0;
    char quote = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ';';
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '`') {
        quote = c;
      } else if (c == ';') {
        String clause = text.substring(from, i).strip();
        if (!clause.isEmpty()) {
          clauses.add(clause);
        }
        from = i + 1;
      }
    }
    if (quote != 0) {
      clauses.add(text.substring(from).strip());
    }
    return clauses;
  }

  /** {@code column=value} pairs with commas between them. */
  static Map<String, String> pairs(String name, String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw invalid(name, text, "no condition", "day=2026-11-22,country=CH", null);
      }
      pairs.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return pairs;
  }

  private static MillraceException invalid(
      String name,
      String text,
      String what,
      String example,
      @org.jspecify.annotations.Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        "argument %s is '%s', which is %s".formatted(name, text, what),
        "write it like " + example,
        cause);
  }
}
