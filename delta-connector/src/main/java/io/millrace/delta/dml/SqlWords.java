package io.millrace.delta.dml;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A piece of SQL, cut into words as far as is needed to find its parts; the planner reads it. */
final class SqlWords {
  private final String text;
  private final List<Word> words = new ArrayList<>();

  /**
   * @param depth of parentheses and of CASE … END around it
   */
  record Word(String text, int start, int end, int depth, boolean quoted) {
    boolean is(String keyword) {
      return !quoted && text.equalsIgnoreCase(keyword);
    }

    /** The name, if it can be one. */
    String name() {
      return quoted && text.startsWith("`")
          ? text.substring(1, text.length() - 1).replace("``", "`")
          : text;
    }
  }

  SqlWords(String text) {
    this.text = text;
    int depth = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      int end;
      boolean quoted = false;
      if (Character.isWhitespace(c)) {
        at++;
        continue;
      } else if (c == '\'' || c == '`') {
        end = endOfQuoted(at, c);
        quoted = true;
      } else if (Character.isLetterOrDigit(c) || c == '_' || c == '$') {
        end = at + 1;
        while (end < text.length() && isNamePart(text.charAt(end))) {
          end++;
        }
      } else if (text.startsWith("--", at)) {
        int line = text.indexOf('\n', at);
        at = line < 0 ? text.length() : line;
        continue;
      } else if (text.startsWith("/*", at)) {
        int close = text.indexOf("*/", at + 2);
        at = close < 0 ? text.length() : close + 2;
        continue;
      } else {
        end = at + 1;
      }
      String word = text.substring(at, end);
      String keyword = quoted ? "" : word.toUpperCase(Locale.ROOT);
      boolean closes = keyword.equals(")") || keyword.equals("END");
      depth -= closes ? 1 : 0;
      words.add(new Word(word, at, end, depth, quoted));
      depth += keyword.equals("(") || keyword.equals("CASE") ? 1 : 0;
      at = end;
    }
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private int endOfQuoted(int from, char quote) {
    int at = from + 1;
    while (at < text.length()) {
      if (text.charAt(at) == quote) {
        if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
          at++;
        } else {
          return at + 1;
        }
      }
      at++;
    }
    return text.length();
  }

  List<Word> words() {
    return words;
  }

  String between(int start, int end) {
    return text.substring(start, end).strip();
  }

  /** True if a name is somewhere in the text, quoted or not. */
  boolean mentions(String name) {
    return words.stream()
        .anyMatch(word -> !word.text().startsWith("'") && word.name().equals(name));
  }
}
