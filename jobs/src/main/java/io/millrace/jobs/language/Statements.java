package io.millrace.jobs.language;

import io.millrace.catalog.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.ANTLRInputStream;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATNState;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * Cuts a file into statements at semicolons and parses each by itself, so that a mistake in one
 * does not hide those in the next. The first mistake of a statement is the one that is told.
 */
final class Statements {
  /** Deeper than any query that a person can read; shallow enough for every parser's stack. */
  private static final int DEEPEST = 100;

  private static final IntervalSet NAMES =
      PipelineParser._ATN.nextTokens(
          PipelineParser._ATN.ruleToStartState[PipelineParser.RULE_nonReserved]);

  /** Known only in order to be refused, or from older dialects: not to be suggested. */
  private static final IntervalSet UNSAID =
      new IntervalSet(
          PipelineParser.APPLY,
          PipelineParser.FLOW,
          PipelineParser.LIVE,
          PipelineParser.TEMP,
          PipelineParser.PARTITIONED,
          PipelineParser.CLUSTER);

  private final SourceText source;
  private final Problems problems;
  private final List<PipelineParser.StatementContext> parsed = new ArrayList<>();

  private Statements(SourceText source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  static List<PipelineParser.StatementContext> of(SourceText source, Problems problems) {
    Statements statements = new Statements(source, problems);
    statements.cut();
    return statements.parsed;
  }

  /** Offsets of tokens are UTF-16 units, those of {@link SourceText}. */
  @SuppressWarnings("deprecation") // CharStreams counts code points instead.
  private void cut() {
    PipelineLexer lexer = new PipelineLexer(new ANTLRInputStream(source.expanded()));
    lexer.removeErrorListeners();
    List<Token> statement = new ArrayList<>();
    for (Token token = lexer.nextToken(); ; token = lexer.nextToken()) {
      if (isUnfinished(token)) {
        return;
      }
      boolean end = token.getType() == Token.EOF;
      if (end || token.getType() == PipelineLexer.SEMICOLON) {
        if (!statement.isEmpty()) {
          parse(statement, token);
        }
        if (end) {
          return;
        }
        statement = new ArrayList<>();
      } else if (token.getChannel() == Token.DEFAULT_CHANNEL) {
        statement.add(token);
      }
    }
  }

  /** True if the rest of the file lies within a quote or a comment that never ends. */
  private boolean isUnfinished(Token token) {
    String what =
        switch (token.getType()) {
          case PipelineLexer.UNFINISHED_STRING -> "string|'";
          case PipelineLexer.UNFINISHED_IDENTIFIER -> "quoted name|`";
          case PipelineLexer.UNFINISHED_DOUBLE_QUOTED -> "quoted text|\"";
          case PipelineLexer.UNFINISHED_COMMENT -> "comment|*/";
          default -> "";
        };
    if (what.isEmpty()) {
      return false;
    }
    String noun = what.substring(0, what.indexOf('|'));
    String close = what.substring(what.indexOf('|') + 1);
    problems.add(
        source.problem(
            ErrorCode.SQL_SYNTAX,
            token.getStartIndex(),
            "this " + noun + " never ends",
            "close it with " + close));
    return true;
  }

  private void parse(List<Token> statement, Token end) {
    if (!isBalanced(statement)) {
      return;
    }
    CommonToken eof = new CommonToken(end);
    eof.setType(Token.EOF);
    List<Token> tokens = new ArrayList<>(statement);
    tokens.add(eof);
    PipelineParser parser = new PipelineParser(new CommonTokenStream(new ListTokenSource(tokens)));
    parser.removeErrorListeners();
    parser.setErrorHandler(new FirstMistake());
    try {
      parsed.add(parser.statement());
    } catch (ParseCancellationException e) {
      problems.add(mistake(parser, (RecognitionException) e.getCause(), statement));
    }
  }

  private boolean isBalanced(List<Token> statement) {
    Deque<Token> open = new ArrayDeque<>();
    for (Token token : statement) {
      if (token.getType() == PipelineLexer.LEFT) {
        open.push(token);
        if (open.size() > DEEPEST) {
          problems.add(
              source.problem(
                  ErrorCode.SQL_SYNTAX,
                  token.getStartIndex(),
                  "more than " + DEEPEST + " parentheses within each other",
                  "split it into several views"));
          return false;
        }
      } else if (token.getType() == PipelineLexer.RIGHT && open.poll() == null) {
        problems.add(
            source.problem(
                ErrorCode.SQL_SYNTAX,
                token.getStartIndex(),
                "unexpected ')', there is no '(' to it",
                "take it away, or open it with '('"));
        return false;
      }
    }
    if (!open.isEmpty()) {
      problems.add(
          source.problem(
              ErrorCode.SQL_SYNTAX,
              open.peek().getStartIndex(),
              "this '(' is never closed",
              "close it with ')'"));
      return false;
    }
    return true;
  }

  private Problem mistake(PipelineParser parser, RecognitionException e, List<Token> statement) {
    Token token = e.getOffendingToken();
    boolean atEnd = token.getType() == Token.EOF;
    List<String> expected = expected(parser, e);
    String list =
        expected.isEmpty() || expected.size() > 8
            ? ""
            : ", expected " + String.join(" or ", expected);
    if (atEnd) {
      Token last = statement.get(statement.size() - 1);
      return source.problem(
          ErrorCode.SQL_SYNTAX,
          last.getStopIndex() + 1,
          "unexpected end of the statement" + list,
          "finish the statement");
    }
    String written = source.written(token.getStartIndex(), token.getStopIndex() + 1);
    return source.problem(
        ErrorCode.SQL_SYNTAX,
        token.getStartIndex(),
        "unexpected '" + written + "'" + list,
        remedy(token, statement, expected));
  }

  private static String remedy(Token token, List<Token> statement, List<String> expected) {
    if (token.getType() == PipelineParser.CREATE && statement.indexOf(token) > 0) {
      return "end the statement before with ';'";
    }
    if (token.getType() == PipelineParser.DOUBLE_QUOTED) {
      return "write strings in 'single quotes' and names in `backticks`";
    }
    Optional<String> meant = Suggestion.nearest(token.getText(), expected);
    return meant
        .map(word -> "did you mean " + word + "?")
        .orElse(
            expected.contains("a name")
                ? "correct the statement; a name that is a keyword is written in `backticks`"
                : "correct the statement");
  }

  /** What could have stood there, as a person would write it; names stand for all soft keywords. */
  private static List<String> expected(PipelineParser parser, RecognitionException e) {
    IntervalSet tokens = e.getExpectedTokens();
    if (tokens == null) {
      return List.of();
    }
    boolean name = tokens.contains(PipelineParser.IDENTIFIER);
    List<String> expected = new ArrayList<>();
    for (int type : tokens.toArray()) {
      boolean hidden =
          UNSAID.contains(type)
              || (name && NAMES.contains(type))
              || type == PipelineParser.QUOTED_IDENTIFIER;
      if (!hidden) {
        expected.add(readable(parser, type));
      }
    }
    return expected;
  }

  private static String readable(PipelineParser parser, int type) {
    return switch (type) {
      case Token.EOF -> "';'";
      case PipelineParser.IDENTIFIER -> "a name";
      case PipelineParser.STRING -> "a 'string'";
      case PipelineParser.NUMBER -> "a number";
      default -> {
        String literal = parser.getVocabulary().getLiteralName(type);
        boolean word = literal != null && Character.isLetter(literal.charAt(1));
        yield literal == null
            ? parser.getVocabulary().getDisplayName(type)
            : word ? literal.substring(1, literal.length() - 1) : literal;
      }
    };
  }

  /**
   * Stops at the first mistake, with every token that could have stood in its place.
   *
   * <p>ANTLR's own strategy goes on by guessing; its bail-out strategy does not look at what loops
   * and options before the mistake would have allowed.
   */
  private static final class FirstMistake extends DefaultErrorStrategy {
    @Override
    public void recover(Parser parser, RecognitionException e) {
      throw new ParseCancellationException(e);
    }

    @Override
    public void reportError(Parser parser, RecognitionException e) {
      throw new ParseCancellationException(e);
    }

    @Override
    public Token recoverInline(Parser parser) {
      throw new ParseCancellationException(
          nextTokensContext == null
              ? new InputMismatchException(parser)
              : new InputMismatchException(parser, nextTokensState, nextTokensContext));
    }

    @Override
    public void sync(Parser parser) {
      ATNState state = parser.getInterpreter().atn.states.get(parser.getState());
      int ahead = parser.getInputStream().LA(1);
      IntervalSet possible = parser.getATN().nextTokens(state);
      if (possible.contains(ahead)) {
        nextTokensContext = null;
        nextTokensState = ATNState.INVALID_STATE_NUMBER;
      } else if (possible.contains(Token.EPSILON)) {
        if (nextTokensContext == null) {
          nextTokensContext = parser.getContext();
          nextTokensState = parser.getState();
        }
      } else if (state.getStateType() != ATNState.RULE_STOP) {
        throw new ParseCancellationException(new InputMismatchException(parser));
      }
    }
  }
}
