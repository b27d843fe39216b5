package io.millrace.interop;

import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Values as text that is the same whichever engine read them: a field is {@code null}, a number,
 * {@code 'text'}, {@code x'bytes'}, a time as ISO 8601 has it, {@code [array]}, {@code {key:
 * value}} in the order of the keys' texts, or {@code (struct)}.
 *
 * <p>Compiled twice: here, beside Spark, and into the process with the product's libraries.
 */
public final class RowText {
  private RowText() {}

  /**
   * @param value a struct as {@code Object[]}, an array as List, a map as Map, anything else as
   *     Java has it
   */
  public static String of(Object value) {
    if (value == null) {
      return "null";
    } else if (value instanceof Object[] struct) {
      return Stream.of(struct).map(RowText::of).collect(Collectors.joining(", ", "(", ")"));
    } else if (value instanceof List<?> array) {
      return array.stream().map(RowText::of).collect(Collectors.joining(", ", "[", "]"));
    } else if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> of(entry.getKey()) + ": " + of(entry.getValue()))
          .sorted()
          .collect(Collectors.joining(", ", "{", "}"));
    } else if (value instanceof byte[] bytes) {
      return "x'" + HexFormat.of().formatHex(bytes) + "'";
    } else if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    } else if (value instanceof String text) {
      return "'" + text.replace("\\", "\\\\").replace("\n", "\\n").replace("'", "\\'") + "'";
    }
    return value.toString();
  }
}
