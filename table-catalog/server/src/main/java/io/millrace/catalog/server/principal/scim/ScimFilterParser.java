package io.millrace.catalog.server.principal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.catalog.server.principal.scim.ScimFilter.Compare;
import io.millrace.catalog.server.principal.scim.ScimFilter.Operator;
import io.millrace.catalog.server.principal.scim.ScimLexer.Kind;
import io.millrace.catalog.server.principal.scim.ScimLexer.Piece;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * Reads filters and paths of patches. {@code not} binds closest, then {@code and}, then {@code or}.
 * For one text, by one thread.
 */
final class ScimFilterParser {
  private static final int CHARACTERS_MAX = 8192;
  private static final int DEPTH_MAX = 32;

  /** Attributes whose values are true or false. */
  private static final List<String> BOOLEANS = List.of("active", "primary");

  private final ScimType type;
  private final List<Piece> pieces;
  private int next;

  /** How many brackets are open; none of what a stranger writes may exhaust the stack. */
  private int depth;

  private ScimFilterParser(ScimType type, List<Piece> pieces) {
    this.type = type;
    this.pieces = pieces;
  }

  /** What a patch points at: {@code members[value eq "…"].display}. */
  record Target(AttributePath path, Optional<ScimFilter> filter, Optional<String> sub) {}

  /**
   * Reads a filter.
   *
   * @throws ScimException invalidFilter
   */
  static ScimFilter parse(ScimType type, String text) {
    ScimFilterParser parser = parser(type, text);
    ScimFilter filter = parser.or(true);
    parser.requireEnd();
    return filter;
  }

  /**
   * Reads the path of a patch.
   *
   * @throws ScimException invalidPath; invalidFilter for what is in brackets
   */
  static Target target(ScimType type, String text) {
    ScimFilterParser parser = parser(type, text);
    Piece first = parser.take();
    AttributePath path =
        Optional.of(first)
            .filter(piece -> piece.kind() == Kind.WORD)
            .flatMap(piece -> AttributePath.parse(piece.text()))
            .orElseThrow(
                () -> ScimException.invalidPath("the path begins with %s".formatted(first)));
    Optional<ScimFilter> filter = Optional.empty();
    Optional<String> sub = path.sub();
    if (parser.peek().is("[")) {
      parser.take();
      filter = Optional.of(parser.or(false));
      parser.require("]");
      Piece after = parser.peek();
      if (after.kind() == Kind.WORD && after.attached() && after.text().startsWith(".")) {
        sub = Optional.of(parser.take().text().substring(1));
      }
    }
    if (parser.peek().kind() != Kind.END) {
      throw ScimException.invalidPath(
          "the path goes on with %s at character %d".formatted(parser.peek(), parser.peek().at()));
    }
    return new Target(path, filter, sub);
  }

  private static ScimFilterParser parser(ScimType type, String text) {
    if (text.length() > CHARACTERS_MAX) {
      throw ScimException.invalidFilter(
          "the filter has %d characters, more than %d".formatted(text.length(), CHARACTERS_MAX));
    }
    return new ScimFilterParser(type, ScimLexer.pieces(text));
  }

  private Piece peek() {
    return pieces.get(next);
  }

  private Piece take() {
    Piece piece = pieces.get(next);
    if (piece.kind() != Kind.END) {
      next++;
    }
    return piece;
  }

  private void require(String bracket) {
    Piece piece = take();
    if (!piece.is(bracket)) {
      throw wrong(piece, "\"" + bracket + "\"");
    }
  }

  private void requireEnd() {
    if (peek().kind() != Kind.END) {
      throw wrong(peek(), "\"and\", \"or\" or the end");
    }
  }

  private static ScimException wrong(Piece piece, String wanted) {
    return ScimException.invalidFilter(
        "the filter has %s at character %d, where %s is expected"
            .formatted(piece, piece.at(), wanted));
  }

  /**
   * @param outside whether attributes are those of the resource, and not of a value of one
   */
  private ScimFilter or(boolean outside) {
    ScimFilter left = and(outside);
    while (peek().isWord("or")) {
      take();
      left = new ScimFilter.Or(left, and(outside));
    }
    return left;
  }

  private ScimFilter and(boolean outside) {
    ScimFilter left = not(outside);
    while (peek().isWord("and")) {
      take();
      left = new ScimFilter.And(left, not(outside));
    }
    return left;
  }

  private ScimFilter not(boolean outside) {
    if (peek().isWord("not") && pieces.get(next + 1).is("(")) {
      take();
      return new ScimFilter.Not(bracketed("(", ")", outside));
    }
    return peek().is("(") ? bracketed("(", ")", outside) : condition(outside);
  }

  private ScimFilter bracketed(String open, String close, boolean outside) {
    if (++depth > DEPTH_MAX) {
      throw ScimException.invalidFilter(
          "the filter has more than %d brackets in each other".formatted(DEPTH_MAX));
    }
    require(open);
    ScimFilter inner = or(outside);
    require(close);
    depth--;
    return inner;
  }

  private ScimFilter condition(boolean outside) {
    Piece first = take();
    AttributePath path =
        Optional.of(first)
            .filter(piece -> piece.kind() == Kind.WORD)
            .flatMap(piece -> AttributePath.parse(piece.text()))
            .orElseThrow(() -> wrong(first, "an attribute"));
    if (outside && !path.extension() && !type.knows(path.attribute())) {
      throw ScimException.invalidFilter(
          "a %s has no attribute %s".formatted(type.resource(), path.attribute()));
    }
    if (outside && peek().is("[")) {
      return new ScimFilter.Within(path, bracketed("[", "]", false));
    }
    Piece word = take();
    if (word.isWord("pr")) {
      return new ScimFilter.Present(path);
    }
    Operator operator =
        Optional.of(word)
            .filter(piece -> piece.kind() == Kind.WORD)
            .flatMap(piece -> Operator.of(piece.text()))
            .orElseThrow(() -> wrong(word, "one of eq, ne, co, sw, ew, gt, ge, lt, le, pr"));
    return checked(new Compare(path, operator, value(take())));
  }

  private static JsonNode value(Piece piece) {
    if (piece.kind() == Kind.TEXT) {
      return TextNode.valueOf(piece.text());
    }
    if (piece.kind() == Kind.WORD) {
      switch (piece.text()) {
        case "true":
          return BooleanNode.TRUE;
        case "false":
          return BooleanNode.FALSE;
        case "null":
          return NullNode.instance;
        default:
          try {
            return DecimalNode.valueOf(new BigDecimal(piece.text()));
          } catch (NumberFormatException e) {
            throw wrong(piece, "a text in quotes, a number, true, false or null");
          }
      }
    }
    throw wrong(piece, "a value");
  }

  private static Compare checked(Compare compare) {
    JsonNode value = compare.value();
    Operator operator = compare.operator();
    String last = compare.path().sub().orElse(compare.path().attribute());
    boolean isBoolean = BOOLEANS.stream().anyMatch(last::equalsIgnoreCase);
    if (isBoolean) {
      boolean known =
          value.isNull() || value.asText().toLowerCase(java.util.Locale.ROOT).matches("true|false");
      if (!known || operator.isOrder() || operator.isPart()) {
        throw ScimException.invalidFilter(
            "%s is true or false, and %s does not say which"
                .formatted(last, operator.name().toLowerCase(java.util.Locale.ROOT)));
      }
      return compare;
    }
    if ((operator.isPart() || operator.isOrder()) && !value.isTextual()) {
      throw ScimException.invalidFilter(
          "%s compares texts".formatted(operator.name().toLowerCase(java.util.Locale.ROOT)));
    }
    if (compare.isTime() && !value.isNull()) {
      if (operator.isPart()) {
        throw ScimException.invalidFilter("%s is a time, and no text".formatted(compare.path()));
      }
      var unused = Compare.instant(value.asText());
    }
    return compare;
  }
}
