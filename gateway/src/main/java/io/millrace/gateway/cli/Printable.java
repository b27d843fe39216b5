package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * Text of others made safe for a terminal. Names, comments and tags are written by anybody: an
 * escape sequence in one could clear the screen, and a change of direction could show another name
 * than the one that is there.
 */
final class Printable {
  private static final char BACKSLASH = '\\';

  private Printable() {}

  /** One line; what does something rather than shows something is written as Java escapes it. */
  static String line(String text) {
    return escaped(text, "");
  }

  /** Several lines, where the text has them; tabs, too. */
  static String lines(String text) {
    return escaped(text, "\n\t");
  }

  /** At most so many characters of one line. */
  static String line(String text, int charactersMax) {
    String line = line(text);
    if (line.length() <= charactersMax) {
      return line;
    }
    int end = charactersMax - 1;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  /** A document on one line: the same document to whoever parses it. */
  static String json(JsonNode document) {
    // Outside of strings, JSON has none of the characters that are escaped here.
    return escaped(document.toString(), "");
  }

  private static String escaped(String text, String allowed) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isShown(c) || allowed.indexOf(c) >= 0) {
                safe.appendCodePoint(c);
              } else {
                for (char unit : Character.toChars(c)) {
                  safe.append(BACKSLASH).append(String.format(Locale.ROOT, "u%04x", (int) unit));
                }
              }
            });
    return safe.toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
