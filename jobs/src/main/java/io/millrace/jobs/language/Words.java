package io.millrace.jobs.language;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.Token;

/** What names and literals of the grammar mean: quotes taken off. */
final class Words {
  private Words() {}

  static String name(PipelineParser.IdentifierContext identifier) {
    Token token = identifier.getStart();
    String text = token.getText();
    return token.getType() == PipelineParser.QUOTED_IDENTIFIER
        ? text.substring(1, text.length() - 1).replace("``", "`")
        : text;
  }

  static String dotted(List<PipelineParser.IdentifierContext> identifiers) {
    return identifiers.stream().map(Words::name).collect(Collectors.joining("."));
  }

  static String string(PipelineParser.StringContext string) {
    String text = string.getText();
    return text.substring(1, text.length() - 1).replace("''", "'");
  }

  /**
   * The value as text: a string without its quotes, {@code true} and {@code false} in lower case.
   */
  static String value(PipelineParser.LiteralContext literal) {
    if (literal.string() != null) {
      return string(literal.string());
    }
    boolean number = literal.NUMBER() != null;
    return number ? literal.getText() : literal.getText().toLowerCase(Locale.ROOT);
  }

  /** Offset of the first character of the value. */
  static int valueOffset(PipelineParser.LiteralContext literal) {
    return literal.getStart().getStartIndex() + (literal.string() == null ? 0 : 1);
  }

  /** Offset after the last character of the value. */
  static int valueEnd(PipelineParser.LiteralContext literal) {
    return literal.getStop().getStopIndex() + (literal.string() == null ? 1 : 0);
  }
}
