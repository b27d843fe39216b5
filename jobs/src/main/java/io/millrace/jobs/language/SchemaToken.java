package io.millrace.jobs.language;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A word or sign of a schema.
 *
 * @param text without quotes
 * @param offset of its first character, the quote included
 */
record SchemaToken(Kind kind, String text, int offset) {
  enum Kind {
    WORD,
    QUOTED,
    NUMBER,
    STRING,
    SYMBOL,
    END
  }

  boolean is(String word) {
    return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
  }

  String described() {
    return kind == Kind.END ? "end" : "'" + text + "'";
  }

  /** The tokens of a schema, an END behind them. */
  static List<SchemaToken> in(String text) {
    List<SchemaToken> tokens = new ArrayList<>();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int start = i;
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '`' || c == '\'') {
        String unquoted = quoted(text, i);
        Kind kind = c == '`' ? Kind.QUOTED : Kind.STRING;
        if (unquoted == null) {
          tokens.add(new SchemaToken(Kind.SYMBOL, String.valueOf(c), start));
          i++;
        } else {
          String quote = String.valueOf(c);
          tokens.add(new SchemaToken(kind, unquoted.replace(quote + quote, quote), start));
          i += unquoted.length() + 2;
        }
      } else if (Character.isDigit(c)) {
        while (i < text.length() && Character.isDigit(text.charAt(i))) {
          i++;
        }
        tokens.add(new SchemaToken(Kind.NUMBER, text.substring(start, i), start));
      } else if (Character.isJavaIdentifierStart(c)) {
        while (i < text.length() && Character.isJavaIdentifierPart(text.charAt(i))) {
          i++;
        }
        tokens.add(new SchemaToken(Kind.WORD, text.substring(start, i), start));
      } else {
        tokens.add(new SchemaToken(Kind.SYMBOL, String.valueOf(c), start));
        i++;
      }
    }
    tokens.add(new SchemaToken(Kind.END, "", text.length()));
    return tokens;
  }

  /** What stands between two quotes, with doubled ones still doubled; null if it never ends. */
  private static @Nullable String quoted(String text, int start) {
    char quote = text.charAt(start);
    for (int i = start + 1; i < text.length(); i++) {
      if (text.charAt(i) == quote) {
        if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
          i++;
        } else {
          return text.substring(start + 1, i);
        }
      }
    }
    return null;
  }
}
