package io.millrace.delta.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads a condition in the part of Spark SQL that is evaluated here: comparisons, AND, OR, NOT, IS
 * [NOT] NULL, [NOT] IN, BETWEEN and LIKE, arithmetic, literals, columns and fields of structs, and
 * some {@link Functions}. Everything else is refused by its name, never guessed at.
 */
final class ConstraintParser {
  /** Conditions of any depth would end in a stack overflow. */
  private static final int DEPTH_MAX = 200;

  private static final int TOKENS_MAX = 4_000;

  private static final Set<String> NOT_COLUMNS =
      Set.of("CASE", "CAST", "EXISTS", "INTERVAL", "SELECT", "AND", "OR", "IN", "LIKE", "BETWEEN");

  private final List<Token> tokens;
  private final Columns columns;
  private final Functions functions;
  private int at;
  private int depth;

  private ConstraintParser(List<Token> tokens, Columns columns) {
    this.tokens = tokens;
    this.columns = columns;
    this.functions = new Functions(columns.zone());
  }

  /**
   * A condition.
   *
   * @throws Unsupported naming what cannot be evaluated
   */
  static Expression parse(String expression, Columns columns) throws Unsupported {
    Expression parsed = value(expression, columns);
    if (parsed.type() != ValueType.BOOLEAN && parsed.type() != ValueType.NULL) {
      throw new Unsupported("a condition of type " + parsed.type());
    }
    return parsed;
  }

  /**
   * An expression of any type.
   *
   * @throws Unsupported naming what cannot be evaluated
   */
  static Expression value(String expression, Columns columns) throws Unsupported {
    List<Token> tokens = Token.of(expression);
    if (tokens.size() - 1 > TOKENS_MAX) {
      throw new Unsupported("an expression of %d words and signs".formatted(tokens.size() - 1));
    }
    ConstraintParser parser = new ConstraintParser(tokens, columns);
    Expression parsed = parser.or();
    if (parser.next().kind() != Token.Kind.END) {
      throw new Unsupported(parser.next().toString());
    }
    return parsed;
  }

  private Token next() {
    return tokens.get(at);
  }

  private boolean accept(String wordOrSign) {
    if (next().is(wordOrSign)) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(String wordOrSign) throws Unsupported {
    if (!accept(wordOrSign)) {
      throw new Unsupported("%s where '%s' is expected".formatted(next(), wordOrSign));
    }
  }

  private Expression or() throws Unsupported {
    if (++depth > DEPTH_MAX) {
      throw new Unsupported("a condition nested more than " + DEPTH_MAX + " deep");
    }
    Expression left = and();
    while (accept("OR")) {
      left = Operations.or(left, and());
    }
    depth--;
    return left;
  }

  private Expression and() throws Unsupported {
    Expression left = not();
    while (accept("AND")) {
      left = Operations.and(left, not());
    }
    return left;
  }

  private Expression not() throws Unsupported {
    boolean negated = false;
    while (accept("NOT") || accept("!")) {
      negated = !negated;
    }
    Expression operand = predicate();
    return negated ? Operations.not(operand) : operand;
  }

  private Expression predicate() throws Unsupported {
    Expression left = sum();
    while (true) {
      int before = at;
      boolean negated = accept("NOT");
      Expression found;
      if (accept("IN")) {
        found = Operations.in(left, choices());
      } else if (accept("BETWEEN")) {
        Expression low = sum();
        expect("AND");
        Expression high = sum();
        found =
            Operations.and(
                Operations.compare("BETWEEN", left, low, order -> order >= 0),
                Operations.compare("BETWEEN", left, high, order -> order <= 0));
      } else if (accept("LIKE")) {
        found = Operations.like(left, sum());
        if (next().is("ESCAPE")) {
          throw new Unsupported("LIKE with ESCAPE");
        }
      } else if (negated) {
        at = before;
        return left;
      } else if (accept("IS")) {
        boolean isNot = accept("NOT");
        expect("NULL");
        found = Operations.isNull(left, !isNot);
      } else {
        Expression compared = comparison(left);
        if (compared == null) {
          return left;
        }
        found = compared;
      }
      left = negated ? Operations.not(found) : found;
    }
  }

  private List<Expression> choices() throws Unsupported {
    expect("(");
    List<Expression> choices = new ArrayList<>();
    do {
      choices.add(sum());
    } while (accept(","));
    expect(")");
    return choices;
  }

  private @org.jspecify.annotations.Nullable Expression comparison(Expression left)
      throws Unsupported {
    if (accept("=") || accept("==")) {
      return Operations.compare("=", left, sum(), order -> order == 0);
    } else if (accept("<>") || accept("!=")) {
      return Operations.compare("<>", left, sum(), order -> order != 0);
    } else if (accept("<=")) {
      return Operations.compare("<=", left, sum(), order -> order <= 0);
    } else if (accept(">=")) {
      return Operations.compare(">=", left, sum(), order -> order >= 0);
    } else if (accept("<")) {
      return Operations.compare("<", left, sum(), order -> order < 0);
    } else if (accept(">")) {
      return Operations.compare(">", left, sum(), order -> order > 0);
    } else if (accept("<=>")) {
      return Operations.sameOrBothNull(left, sum());
    }
    return null;
  }

  private Expression sum() throws Unsupported {
    Expression left = product();
    while (true) {
      if (accept("+")) {
        left = Operations.arithmetic("+", left, product());
      } else if (accept("-")) {
        left = Operations.arithmetic("-", left, product());
      } else {
        return left;
      }
    }
  }

  private Expression product() throws Unsupported {
    Expression left = signed();
    while (true) {
      if (accept("*")) {
        left = Operations.arithmetic("*", left, signed());
      } else if (accept("/")) {
        left = Operations.arithmetic("/", left, signed());
      } else if (accept("%")) {
        left = Operations.arithmetic("%", left, signed());
      } else {
        return left;
      }
    }
  }

  private Expression signed() throws Unsupported {
    boolean negative = false;
    while (next().is("-") || next().is("+")) {
      negative ^= next().is("-");
      at++;
    }
    Expression operand = operand();
    return negative ? Operations.negated(operand) : operand;
  }

  private Expression operand() throws Unsupported {
    Token token = next();
    at++;
    switch (token.kind()) {
      case NUMBER:
        return number(token.text());
      case STRING:
        return new Literal(ValueType.STRING, Operations.text(token.text()));
      case QUOTED_NAME:
        return column(token.text());
      case WORD:
        return word(token);
      case SIGN:
        if (token.is("(")) {
          Expression inner = or();
          expect(")");
          return inner;
        }
        throw new Unsupported(token.toString());
      default:
        throw new Unsupported("an expression that ends too early");
    }
  }

  private Expression word(Token token) throws Unsupported {
    String upper = token.text().toUpperCase(Locale.ROOT);
    if (upper.equals("TRUE") || upper.equals("FALSE")) {
      return new Literal(ValueType.BOOLEAN, upper.equals("TRUE"));
    } else if (upper.equals("NULL")) {
      return Literal.NULL;
    } else if (next().kind() == Token.Kind.STRING) {
      String text = next().text();
      at++;
      return switch (upper) {
        case "DATE" -> Operations.date(text);
        case "TIMESTAMP_NTZ" -> Operations.wallClock(text);
        default -> throw new Unsupported("the literal " + upper + " '" + text + "'");
      };
    } else if (next().is("(")) {
      return call(token.text());
    } else if (NOT_COLUMNS.contains(upper)) {
      throw new Unsupported(upper);
    }
    return column(token.text());
  }

  private Expression call(String name) throws Unsupported {
    expect("(");
    if (name.equalsIgnoreCase("CAST")) {
      Expression operand = or();
      expect("AS");
      Token type = next();
      if (type.kind() != Token.Kind.WORD) {
        throw new Unsupported(type.toString());
      }
      at++;
      if (next().is("(")) {
        throw new Unsupported("CAST AS " + type.text() + " with a length");
      }
      expect(")");
      return functions.cast(operand, type.text());
    }
    if (!Functions.isKnown(name)) {
      throw new Unsupported("the function " + name);
    }
    List<Expression> arguments = new ArrayList<>();
    if (!next().is(")")) {
      do {
        arguments.add(or());
      } while (accept(","));
    }
    expect(")");
    return functions.call(name, arguments);
  }

  private Expression column(String name) throws Unsupported {
    List<String> path = new ArrayList<>(List.of(name));
    while (accept(".")) {
      Token field = next();
      if (field.kind() != Token.Kind.WORD && field.kind() != Token.Kind.QUOTED_NAME) {
        throw new Unsupported(field.toString());
      }
      path.add(field.text());
      at++;
    }
    return columns.find(path);
  }

  /** As Spark types them: whole numbers INT or BIGINT, with a point DECIMAL, with E DOUBLE. */
  private static Literal number(String text) throws Unsupported {
    try {
      if (text.endsWith("BD")) {
        return new Literal(ValueType.DECIMAL, new BigDecimal(text.substring(0, text.length() - 2)));
      }
      String digits = text.substring(0, text.length() - 1);
      switch (text.charAt(text.length() - 1)) {
        case 'L':
          return new Literal(ValueType.BIGINT, Long.valueOf(digits));
        case 'S':
          return new Literal(ValueType.SMALLINT, (long) Short.parseShort(digits));
        case 'Y':
          return new Literal(ValueType.TINYINT, (long) Byte.parseByte(digits));
        case 'D':
          return new Literal(ValueType.DOUBLE, Double.valueOf(digits));
        case 'F':
          return new Literal(ValueType.FLOAT, (double) Float.parseFloat(digits));
        default:
      }
      if (text.indexOf('E') >= 0) {
        return new Literal(ValueType.DOUBLE, Double.valueOf(text));
      } else if (text.indexOf('.') >= 0) {
        return new Literal(ValueType.DECIMAL, new BigDecimal(text));
      }
      long value = Long.parseLong(text);
      return new Literal(value == (int) value ? ValueType.INT : ValueType.BIGINT, value);
    } catch (NumberFormatException e) {
      throw new Unsupported("the number " + text);
    }
  }
}
