package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/** Cuts a filter or a path into words, texts in quotes, and brackets. */
final class ScimLexer {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String BRACKETS = "()[]";

  /** What a piece is. */
  enum Kind {
    WORD,
    TEXT,
    BRACKET,
    END
  }

  /**
   * A piece.
   *
   * @param at where it begins, from 1
   * @param text as it is written; of a text in quotes, what it says
   * @param attached whether nothing is between it and the piece before
   */
  record Piece(Kind kind, String text, int at, boolean attached) {
    boolean is(String bracket) {
      return kind == Kind.BRACKET && text.equals(bracket);
    }

    boolean isWord(String word) {
      return kind == Kind.WORD && text.equalsIgnoreCase(word);
    }

    @Override
    public String toString() {
      return kind == Kind.END ? "the end" : kind == Kind.TEXT ? "a text" : "\"" + text + "\"";
    }
  }

  private ScimLexer() {}

  static List<Piece> pieces(String text) {
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    int end = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ') {
        at++;
        continue;
      }
      boolean attached = at == end && at > 0;
      int from = at;
      if (BRACKETS.indexOf(c) >= 0) {
        at++;
        pieces.add(new Piece(Kind.BRACKET, text.substring(from, at), from + 1, attached));
      } else if (c == '"') {
        at = closing(text, from) + 1;
        pieces.add(new Piece(Kind.TEXT, unquoted(text, from, at), from + 1, attached));
      } else {
        while (at < text.length() && isInWord(text.charAt(at))) {
          at++;
        }
        pieces.add(new Piece(Kind.WORD, text.substring(from, at), from + 1, attached));
      }
      end = at;
    }
    pieces.add(new Piece(Kind.END, "", text.length() + 1, false));
    return pieces;
  }

  private static boolean isInWord(char c) {
    return c != ' ' && c != '"' && BRACKETS.indexOf(c) < 0;
  }

  private static int closing(String text, int open) {
    for (int at = open + 1; at < text.length(); at++) {
      if (text.charAt(at) == '\\') {
        at++;
      } else if (text.charAt(at) == '"') {
        return at;
      }
    }
    throw ScimException.invalidFilter(
        "the text that begins at character %d has no end".formatted(open + 1));
  }

  private static String unquoted(String text, int from, int to) {
    try {
      JsonNode value = JSON.readTree(text.substring(from, to));
      return value.textValue();
    } catch (JsonProcessingException e) {
      throw ScimException.invalidFilter(
          "the text at character %d is not written as in JSON".formatted(from + 1));
    }
  }
}
