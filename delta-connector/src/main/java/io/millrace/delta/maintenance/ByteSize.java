package io.millrace.delta.maintenance;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as table properties have them: {@code 134217728}, {@code 128mb}, {@code 1g}. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,12}) ?([kmgt]?)i?b?");

  private ByteSize() {}

  /**
   * Units are of 1,024.
   *
   * @return bytes
   * @throws MillraceException PROPERTY_INVALID
   */
  public static long parse(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (form.matches()) {
      long bytes = Long.parseLong(form.group(1)) << shift(form.group(2));
      if (bytes > 0) {
        return bytes;
      }
    }
    throw new MillraceException(
        ErrorCode.PROPERTY_INVALID,
        "'%s' is no size of a file".formatted(text),
        "write it like 134217728, 128mb or 1g");
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "k" -> 10;
      case "m" -> 20;
      case "g" -> 30;
      case "t" -> 40;
      default -> 0;
    };
  }
}
