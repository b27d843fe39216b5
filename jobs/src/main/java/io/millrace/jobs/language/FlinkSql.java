package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.config.Lex;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.flink.sql.parser.impl.ParseException;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;
import org.apache.flink.table.planner.delegation.FlinkSqlParserFactories;
import org.jspecify.annotations.Nullable;

/** Flink's own SQL parser, set up as Flink's planner does it, with its errors made ours. */
final class FlinkSql {
  private static final SqlParser.Config CONFIG =
      SqlParser.config()
          .withParserFactory(FlinkSqlParserFactories.create(FlinkSqlConformance.DEFAULT))
          .withConformance(FlinkSqlConformance.DEFAULT)
          .withLex(Lex.JAVA)
          .withIdentifierMaxLength(256);

  private static final String REMEDY = "correct it; queries and expressions are Flink SQL";
  private static final String NAME = "a name";
  private static final int MOST_EXPECTED = 8;
  private static final Pattern LEXICAL =
      Pattern.compile("Lexical error at line (\\d+), column (\\d+)");
  private static final Pattern LAST_WORD = Pattern.compile("(\\w+)\\s*\\z");
  private static final Pattern NOT_FOUND = Pattern.compile("'([^']*)' not found");

  private static final Pattern NO_FUNCTION =
      Pattern.compile("No match found for function signature (\\w+)");

  private FlinkSql() {}

  static SqlNode parse(SqlFragment fragment) {
    try {
      SqlParser parser = SqlParser.create(fragment.flinkSql(), CONFIG);
      if (fragment.kind() == SqlFragment.Kind.EXPRESSION) {
        return parser.parseExpression();
      }
      SqlNode node = parser.parseQuery();
      if (!node.isA(SqlKind.QUERY)) {
        throw new ProjectException(
            List.of(
                fragment
                    .source()
                    .problem(
                        ErrorCode.SQL_SYNTAX,
                        fragment.at(node),
                        "this is not a query",
                        "write SELECT …, WITH … or VALUES … after AS")));
      }
      return node;
    } catch (SqlParseException e) {
      throw new ProjectException(List.of(syntax(fragment, e)));
    } catch (ProjectException e) {
      throw e;
    } catch (RuntimeException e) {
      // Flink's parser throws what it likes from its semantic actions.
      throw explain(fragment, e, List.of());
    } catch (StackOverflowError e) {
      throw new ProjectException(
          List.of(
              fragment
                  .source()
                  .problem(
                      ErrorCode.SQL_SYNTAX,
                      fragment.position(),
                      "nested too deeply for Flink's parser",
                      "split it into several views")));
    }
  }

  static MillraceException explain(
      SqlFragment fragment, Throwable failure, Collection<String> known) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SqlParseException parse) {
        return new ProjectException(List.of(syntax(fragment, parse)));
      }
      if (t instanceof CalciteContextException context && context.getPosLine() > 0) {
        Throwable cause = context.getCause();
        String message = message(cause == null ? context : cause);
        return new ProjectException(
            List.of(
                semantic(
                    fragment,
                    fragment.at(context.getPosLine(), context.getPosColumn()),
                    message,
                    known)));
      }
    }
    return new ProjectException(
        List.of(semantic(fragment, fragment.position(), message(failure), known)));
  }

  private static Problem semantic(
      SqlFragment fragment, Position position, String message, Collection<String> known) {
    SourceText source = fragment.source();
    Matcher missing = NOT_FOUND.matcher(message);
    if (missing.find()) {
      boolean column = message.startsWith("Column");
      String noun = column ? "columns" : "names";
      return source.problem(
          column ? ErrorCode.COLUMN_NOT_FOUND : ErrorCode.DATASET_NOT_FOUND,
          position,
          message,
          Suggestion.remedy(missing.group(1), new TreeSet<>(known), "known " + noun + ":"));
    }
    Matcher function = NO_FUNCTION.matcher(message);
    if (function.find()) {
      return source.problem(
          ErrorCode.SQL_UNSUPPORTED,
          position,
          "there is no function '" + function.group(1) + "' for these arguments",
          REMEDY);
    }
    ErrorCode code =
        message.contains("Cannot apply") || message.contains("type mismatch")
            ? ErrorCode.TYPE_MISMATCH
            : ErrorCode.SQL_SYNTAX;
    return source.problem(code, position, source.masked(message), REMEDY);
  }

  private static Problem syntax(SqlFragment fragment, SqlParseException e) {
    SourceText source = fragment.source();
    Matcher lexical = LEXICAL.matcher(message(e));
    if (lexical.find()) {
      int at =
          fragment.offset(Integer.parseInt(lexical.group(1)), Integer.parseInt(lexical.group(2)));
      return source.problem(
          ErrorCode.SQL_SYNTAX,
          source.position(fragment.fileOffset(at)),
          "unexpected '" + fragment.written(at, at + 1) + "'",
          REMEDY);
    }
    if (e.getPos() == null || e.getPos().getLineNum() < 1) {
      return semantic(fragment, fragment.position(), firstLine(message(e)), List.of());
    }
    int from = fragment.offset(e.getPos().getLineNum(), e.getPos().getColumnNum());
    int to = fragment.offset(e.getPos().getEndLineNum(), e.getPos().getEndColumnNum()) + 1;
    if (!(e.getCause() instanceof ParseException)) {
      return source.problem(
          ErrorCode.SQL_SYNTAX,
          source.position(fragment.fileOffset(from)),
          source.masked(firstLine(message(e.getCause() == null ? e : e.getCause()))),
          REMEDY);
    }
    TreeSet<String> expected = expected(e);
    if (message(e).startsWith("Encountered \"<EOF>\"")) {
      int last = fragment.flinkSql().stripTrailing().length();
      return source.problem(
          ErrorCode.SQL_SYNTAX,
          source.position(last == 0 ? fragment.fileOffset(0) : fragment.fileOffset(last - 1) + 1),
          "unexpected end of the "
              + fragment.kind().name().toLowerCase(Locale.ROOT)
              + list(expected),
          REMEDY);
    }
    String word = fragment.flinkSql().substring(from, Math.min(to, fragment.flinkSql().length()));
    return source.problem(
        ErrorCode.SQL_SYNTAX,
        source.position(fragment.fileOffset(from)),
        "unexpected '" + fragment.written(from, to) + "'" + list(expected),
        source.masked(remedy(fragment.flinkSql().substring(0, from), word, expected)));
  }

  /** What was probably meant: a keyword here, a keyword one word before, or a name to be quoted. */
  private static String remedy(String before, String word, TreeSet<String> expected) {
    if (isWord(word) && isReserved(word) && expected.contains(NAME)) {
      return word + " is a reserved word of Flink SQL; as a name it is written `" + word + "`";
    }
    List<String> keywords = expected.stream().filter(FlinkSql::isWord).toList();
    Optional<String> here = isWord(word) ? Suggestion.nearest(word, keywords) : Optional.empty();
    if (here.isPresent() && !here.get().equalsIgnoreCase(word)) {
      return "did you mean " + here.get() + "?";
    }
    Matcher previous = LAST_WORD.matcher(before);
    if (previous.find()) {
      String last = previous.group(1);
      Optional<String> there = Suggestion.nearest(last, keywords);
      if (there.isPresent() && !there.get().equalsIgnoreCase(last)) {
        return "did you mean " + there.get() + " instead of " + last + "?";
      }
    }
    if (word.equals("\"")) {
      return "write strings in 'single quotes' and names in `backticks`";
    }
    return REMEDY;
  }

  static boolean isReserved(String word) {
    return SqlParser.create("", CONFIG).getMetadata().isReservedWord(word.toUpperCase(Locale.ROOT));
  }

  private static boolean isWord(String text) {
    return text.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
  }

  private static TreeSet<String> expected(SqlParseException e) {
    TreeSet<String> expected = new TreeSet<>();
    int[][] sequences = e.getExpectedTokenSequences();
    if (sequences != null) {
      for (int[] sequence : sequences) {
        if (sequence.length > 0) {
          expected.add(readable(e.getTokenImages()[sequence[0]]));
        }
      }
    }
    return expected;
  }

  private static String readable(String image) {
    if (image.startsWith("\"") && image.endsWith("\"") && image.length() > 2) {
      String text = image.substring(1, image.length() - 1).replace("\\\"", "\"");
      return isWord(text) ? text : "'" + text + "'";
    }
    if (image.equals("<EOF>")) {
      return "the end";
    }
    if (image.contains("IDENTIFIER")) {
      return NAME;
    }
    return image.equals("<QUOTED_STRING>") ? "a 'string'" : image;
  }

  private static String list(TreeSet<String> expected) {
    return expected.isEmpty() || expected.size() > MOST_EXPECTED
        ? ""
        : ", expected " + String.join(" or ", expected);
  }

  private static String message(@Nullable Throwable failure) {
    String message = failure == null ? null : failure.getMessage();
    return message == null ? String.valueOf(failure) : message;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
