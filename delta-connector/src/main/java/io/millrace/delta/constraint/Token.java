package io.millrace.delta.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A word, a literal or a sign of an expression.
 *
 * @param text of a quoted token, what is between the quotes
 */
record Token(Kind kind, String text) {
  enum Kind {
    WORD,
    QUOTED_NAME,
    STRING,
    NUMBER,
    SIGN,
    END
  }

  private static final List<String> SIGNS =
      List.of(
          "<=>", "<=", ">=", "<>", "!=", "==", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(",
          ")", ",", ".", "!");

  boolean is(String wordOrSign) {
    return (kind == Kind.WORD && text.equalsIgnoreCase(wordOrSign))
        || (kind == Kind.SIGN && text.equals(wordOrSign));
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end" : "'" + text + "'";
  }

  static List<Token> of(String expression) throws Unsupported {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < expression.length()) {
      char c = expression.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '\'' || c == '"') {
        at = string(expression, at, c, tokens);
      } else if (c == '`') {
        at = quotedName(expression, at, tokens);
      } else if (isDigit(c) || (c == '.' && isDigit(charAt(expression, at + 1)))) {
        at = number(expression, at, tokens);
      } else if (Character.isLetter(c) || c == '_') {
        int end = at;
        while (end < expression.length()
            && (Character.isLetterOrDigit(expression.charAt(end))
                || expression.charAt(end) == '_')) {
          end++;
        }
        tokens.add(new Token(Kind.WORD, expression.substring(at, end)));
        at = end;
      } else {
        int from = at;
        String sign =
            SIGNS.stream()
                .filter(candidate -> expression.startsWith(candidate, from))
                .findFirst()
                .orElseThrow(() -> new Unsupported("the character '" + c + "'"));
        tokens.add(new Token(Kind.SIGN, sign));
        at += sign.length();
      }
    }
    tokens.add(new Token(Kind.END, ""));
    return tokens;
  }

  private static char charAt(String text, int at) {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Spark's strings escape with a backslash; the escapes that are not spelt out are refused. */
  private static int string(String expression, int start, char quote, List<Token> tokens)
      throws Unsupported {
    StringBuilder text = new StringBuilder();
    for (int at = start + 1; at < expression.length(); at++) {
      char c = expression.charAt(at);
      if (c == quote) {
        if (charAt(expression, at + 1) == quote) {
          throw new Unsupported("a doubled quote in a string");
        }
        tokens.add(new Token(Kind.STRING, text.toString()));
        return at + 1;
      }
      if (c == '\\') {
        char escaped = charAt(expression, ++at);
        switch (escaped) {
          case '\\', '\'', '"' -> text.append(escaped);
          case 'n' -> text.append('\n');
          case 't' -> text.append('\t');
          case 'r' -> text.append('\r');
          // As Spark does, so that they reach LIKE.
          case '%', '_' -> text.append('\\').append(escaped);
          default -> throw new Unsupported("the escape \\" + escaped);
        }
      } else {
        text.append(c);
      }
    }
    throw new Unsupported("a string without an end");
  }

  private static int quotedName(String expression, int start, List<Token> tokens)
      throws Unsupported {
    StringBuilder name = new StringBuilder();
    for (int at = start + 1; at < expression.length(); at++) {
      if (expression.charAt(at) != '`') {
        name.append(expression.charAt(at));
      } else if (charAt(expression, at + 1) == '`') {
        name.append('`');
        at++;
      } else {
        tokens.add(new Token(Kind.QUOTED_NAME, name.toString()));
        return at + 1;
      }
    }
    throw new Unsupported("a quoted name without an end");
  }

  private static int number(String expression, int start, List<Token> tokens) throws Unsupported {
    int at = start;
    while (isDigit(charAt(expression, at)) || charAt(expression, at) == '.') {
      at++;
    }
    if (charAt(expression, at) == 'e' || charAt(expression, at) == 'E') {
      at++;
      if (charAt(expression, at) == '+' || charAt(expression, at) == '-') {
        at++;
      }
      while (isDigit(charAt(expression, at))) {
        at++;
      }
    }
    while (Character.isLetter(charAt(expression, at))) {
      at++;
    }
    String text = expression.substring(start, at).toUpperCase(Locale.ROOT);
    if (!text.matches("(\\d+\\.?\\d*|\\.\\d+)(E[+-]?\\d+)?(L|S|Y|D|F|BD)?")) {
      throw new Unsupported("the number " + text);
    }
    tokens.add(new Token(Kind.NUMBER, text));
    return at;
  }
}
