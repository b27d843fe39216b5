package io.millrace.jobs.expression;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.apache.calcite.config.Lex;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;
import org.apache.flink.table.planner.delegation.FlinkSqlParserFactories;

/**
 * SQL text to parse trees, by Flink's own parser as Flink configures it (see its {@code
 * PlannerContext}). Stateless.
 */
public final class SqlText {
  private static final SqlParser.Config CONFIG =
      SqlParser.config()
          .withParserFactory(FlinkSqlParserFactories.create(FlinkSqlConformance.DEFAULT))
          .withConformance(FlinkSqlConformance.DEFAULT)
          .withLex(Lex.JAVA)
          .withIdentifierMaxLength(256);

  private SqlText() {}

  /** Parses an expression that starts at line 1, column 1 of a nameless text. */
  public static SqlNode parseExpression(String text) {
    return parseExpression(text, "", 1, 1);
  }

  /**
   * Parses an expression cut out of a file; positions in the tree and in errors are the file's.
   *
   * @param file name for messages, or empty
   * @param line 1-based line of the file where the text starts
   * @param column 1-based column where it starts
   * @throws MillraceException {@code SQL_SYNTAX}
   */
  public static SqlNode parseExpression(String text, String file, int line, int column) {
    try {
      return SqlParser.create(placed(text, line, column), CONFIG).parseExpression();
    } catch (SqlParseException e) {
      throw syntax(e, file);
    }
  }

  /**
   * Parses a query ({@code SELECT …}); arguments as in {@link #parseExpression(String, String, int,
   * int)}.
   */
  public static SqlNode parseQuery(String text, String file, int line, int column) {
    try {
      return SqlParser.create(placed(text, line, column), CONFIG).parseQuery();
    } catch (SqlParseException e) {
      throw syntax(e, file);
    }
  }

  /** White space in front moves every position to where the text stands in its file. */
  private static String placed(String text, int line, int column) {
    return "\n".repeat(line - 1) + " ".repeat(column - 1) + text;
  }

  private static MillraceException syntax(SqlParseException failure, String file) {
    String where =
        (file.isEmpty() ? "" : file + ":")
            + failure.getPos().getLineNum()
            + ":"
            + failure.getPos().getColumnNum();
    String message = failure.getMessage() == null ? "cannot be parsed" : failure.getMessage();
    return new MillraceException(
        ErrorCode.SQL_SYNTAX,
        where + ": " + firstSentence(message),
        "correct the expression there; the dialect is Flink SQL, reserved words go in `back ticks`",
        failure);
  }

  /** The parser's own list of everything that could have come instead fills screens. */
  private static String firstSentence(String message) {
    int expectations = message.indexOf("\nWas expecting");
    return (expectations < 0 ? message : message.substring(0, expectations)).strip();
  }
}
