package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.flink.table.types.logical.RowType;

/**
 * A query or an expression within a file: as written, as Flink SQL, and the way back from a place
 * in the second to the place in the first.
 *
 * <p>Flink SQL differs from what is written where a variable is put in or a relation is given a
 * plain name. A place inside such a part maps to where the written part begins. Immutable.
 */
public final class SqlFragment {

  /** What Flink's parser is to make of the text. */
  enum Kind {
    QUERY,
    EXPRESSION
  }

  /** A part of the expanded file, by its offsets, for which Flink is given another text. */
  record Replacement(int start, int end, String text) {}

  private final SourceText source;
  private final Kind kind;
  private final int start;
  private final int end;
  private final List<Replacement> replacements;
  private final String flinkSql;

  /**
   * @param start offset in the expanded file
   * @param end offset after the last character
   * @param replacements within start and end, not overlapping
   */
  SqlFragment(SourceText source, Kind kind, int start, int end, List<Replacement> replacements) {
    this.source = requireNonNull(source, "source is null");
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.replacements =
        replacements.stream().sorted(Comparator.comparingInt(Replacement::start)).toList();
    StringBuilder sql = new StringBuilder(end - start);
    int copied = start;
    for (Replacement replacement : this.replacements) {
      sql.append(source.expanded(), copied, replacement.start()).append(replacement.text());
      copied = replacement.end();
    }
    this.flinkSql = sql.append(source.expanded(), copied, end).toString();
  }

  SqlFragment with(List<Replacement> more) {
    List<Replacement> all = new ArrayList<>(replacements);
    all.addAll(more);
    return new SqlFragment(source, kind, start, end, all);
  }

  /** As it stands in the file, variables by name. */
  public String text() {
    return source.written(start, end);
  }

  /** What Flink's parser reads. May hold values of variables: not for messages. */
  public String flinkSql() {
    return flinkSql;
  }

  /** Where it begins. */
  public Position position() {
    return source.position(start);
  }

  /** Where in the file stands what is at a line and column, both from 1, of the Flink SQL. */
  public Position at(int line, int column) {
    return source.position(fileOffset(offset(line, column)));
  }

  /** Where in the file a node of {@link #parse()} begins. */
  public Position at(SqlParserPos position) {
    return position.getLineNum() < 1
        ? position()
        : at(position.getLineNum(), position.getColumnNum());
  }

  /** Where in the file a node of {@link #parse()} begins. */
  public Position at(SqlNode node) {
    return at(node.getParserPosition());
  }

  /**
   * A fresh tree by Flink's parser; whoever asked may change it.
   *
   * @throws ProjectException with the place in the file if it is not Flink SQL
   */
  public SqlNode parse() {
    return FlinkSql.parse(this);
  }

  /**
   * Says where in the file lies what Flink's parser or validator found in {@link #flinkSql()}.
   *
   * @param failure of Flink's; its causes are looked through for one with a place
   * @param known names to suggest where one is not found: columns, functions
   */
  public MillraceException explain(Throwable failure, Collection<String> known) {
    return FlinkSql.explain(this, failure, known);
  }

  /**
   * Reads a schema that stands in a string of the query, as {@code from_json} has it.
   *
   * @param literal a character string of {@link #parse()}
   * @throws ProjectException SQL_SYNTAX, TYPE_UNSUPPORTED with the place in the file
   */
  public RowType schemaIn(SqlLiteral literal) {
    SqlParserPos at = literal.getParserPosition();
    int text = offset(at.getLineNum(), at.getColumnNum()) + 1;
    return SchemaText.parse(
        literal.getValueAs(String.class),
        (code, offset, message, remedy) ->
            source.problem(code, fileOffset(text + offset), source.masked(message), remedy));
  }

  /** A problem at a place in the file that it is from. */
  public Problem problem(ErrorCode code, Position where, String message, String remedy) {
    return source.problem(code, where, message, remedy);
  }

  Kind kind() {
    return kind;
  }

  SourceText source() {
    return source;
  }

  /** Offset in the Flink SQL of a line and column, by the line ends of Flink's parser. */
  int offset(int line, int column) {
    int at = 0;
    for (int l = 1; l < line && at < flinkSql.length(); at++) {
      char c = flinkSql.charAt(at);
      boolean crOfCrLf = c == '\r' && at + 1 < flinkSql.length() && flinkSql.charAt(at + 1) == '\n';
      if ((c == '\n' || c == '\r') && !crOfCrLf) {
        l++;
      }
    }
    return Math.max(0, Math.min(flinkSql.length(), at + column - 1));
  }

  /** Offset in the expanded file of an offset in the Flink SQL. */
  int fileOffset(int sqlOffset) {
    int grown = 0;
    for (Replacement replacement : replacements) {
      int sqlStart = replacement.start() - start + grown;
      if (sqlOffset < sqlStart) {
        break;
      }
      if (sqlOffset < sqlStart + replacement.text().length()) {
        return replacement.start();
      }
      grown += replacement.text().length() - (replacement.end() - replacement.start());
    }
    return Math.min(end, start + sqlOffset - grown);
  }

  /** What a person wrote for a part of the Flink SQL; the whole reference for a replaced one. */
  String written(int sqlStart, int sqlEnd) {
    int from = fileOffset(sqlStart);
    for (Replacement replacement : replacements) {
      if (replacement.start() == from && !replacement.text().isEmpty()) {
        return source.written(from, replacement.end());
      }
    }
    return source.written(from, Math.max(from, fileOffset(Math.max(sqlStart, sqlEnd - 1)) + 1));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SqlFragment that
        && kind == that.kind
        && flinkSql.equals(that.flinkSql)
        && position().equals(that.position());
  }

  @Override
  public int hashCode() {
    return flinkSql.hashCode();
  }

  /** As written: the Flink SQL may hold secrets. */
  @Override
  public String toString() {
    return text();
  }
}
