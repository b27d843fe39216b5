package io.millrace.catalog.flink.lineage;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes queries over three tables {@code a}, {@code b} and {@code c}, each with the columns {@code
 * id, x, y INT} and {@code s STRING}. Results are {@code c0 INT, c1 INT, c2 STRING}. They depend on
 * nothing but the rows: no clock, no chance, and no LIMIT that could choose among equals.
 *
 * <p>Tables are written as {@code {a}}, so that one text can be asked of several sets of tables.
 */
final class RandomQuery {
  private static final List<String> TABLES = List.of("{a}", "{b}", "{c}");
  private static final int DEEPEST = 2;

  private final RandomGenerator random;
  private int names;

  RandomQuery(RandomGenerator random) {
    this.random = random;
  }

  /** The text of a query. */
  String next() {
    names = 0;
    return query(0);
  }

  private String query(int depth) {
    int kinds = depth < DEEPEST ? 11 : 3;
    return switch (random.nextInt(kinds)) {
      case 0, 1 -> select(depth);
      case 2, 3 -> join(depth);
      case 4 -> aggregate(depth);
      case 5 -> setOperation(depth);
      case 6 -> over(depth);
      case 7 -> top(depth);
      case 8 -> with(depth);
      case 9 -> lateral(depth);
      default -> distinct(depth);
    };
  }

  private String name() {
    return "q" + names++;
  }

  /** A relation with columns of these names, and how to refer to it. */
  private record Source(String text, String alias, List<String> numbers, List<String> texts) {}

  private Source source(int depth) {
    String alias = name();
    if (depth >= DEEPEST || random.nextInt(3) > 0) {
      String table = TABLES.get(random.nextInt(TABLES.size()));
      return new Source(
          table + " AS " + alias,
          alias,
          List.of(alias + ".id", alias + ".x", alias + ".y"),
          List.of(alias + ".s"));
    }
    return new Source(
        "(" + query(depth + 1) + ") AS " + alias,
        alias,
        List.of(alias + ".c0", alias + ".c1"),
        List.of(alias + ".c2"));
  }

  private String select(int depth) {
    Source source = source(depth);
    return "SELECT %s FROM %s%s"
        .formatted(results(source, depth), source.text(), where(source, depth));
  }

  private String results(Source source, int depth) {
    return "%s AS c0, %s AS c1, %s AS c2"
        .formatted(number(source, depth, 0), number(source, depth, 0), text(source, 0));
  }

  private String where(Source source, int depth) {
    return random.nextInt(3) == 0 ? "" : " WHERE " + condition(source, depth, 0);
  }

  private String number(Source source, int depth, int nested) {
    if (nested > 2) {
      return pick(source.numbers());
    }
    return switch (random.nextInt(nested == 0 ? 9 : 7)) {
      case 0, 1, 2 -> pick(source.numbers());
      case 3 ->
          "(%s %s %s)"
              .formatted(
                  number(source, depth, nested + 1),
                  pick(List.of("+", "-", "*")),
                  number(source, depth, nested + 1));
      case 4 ->
          "CASE WHEN %s THEN %s ELSE %s END"
              .formatted(
                  condition(source, DEEPEST, nested + 1),
                  number(source, depth, nested + 1),
                  number(source, depth, nested + 1));
      case 5 ->
          "COALESCE(%s, %s)".formatted(number(source, depth, nested + 1), pick(source.numbers()));
      case 6 -> "CHAR_LENGTH(%s)".formatted(text(source, nested + 1));
      case 7 -> depth < DEEPEST ? scalarQuery(source) : pick(source.numbers());
      default -> String.valueOf(random.nextInt(5));
    };
  }

  private String text(Source source, int nested) {
    return switch (random.nextInt(nested > 1 ? 1 : 5)) {
      case 1 -> "UPPER(%s)".formatted(pick(source.texts()));
      case 2 -> "CAST(%s AS STRING)".formatted(pick(source.numbers()));
      case 3 ->
          "CASE WHEN %s THEN %s ELSE 'none' END"
              .formatted(condition(source, DEEPEST, 1), pick(source.texts()));
      default -> pick(source.texts());
    };
  }

  private String condition(Source source, int depth, int nested) {
    int kinds = depth < DEEPEST && nested == 0 ? 7 : 5;
    return switch (random.nextInt(nested > 1 ? 2 : kinds)) {
      case 0 ->
          "%s %s %s"
              .formatted(
                  pick(source.numbers()),
                  pick(List.of("<", ">", "=", "<>")),
                  random.nextBoolean() ? pick(source.numbers()) : random.nextInt(6));
      case 1 -> "%s > 's%d'".formatted(pick(source.texts()), random.nextInt(6));
      case 2 -> "%s IS NOT NULL".formatted(pick(source.numbers()));
      case 3 ->
          "(%s OR %s)"
              .formatted(
                  condition(source, DEEPEST, nested + 1), condition(source, DEEPEST, nested + 1));
      case 4 -> "MOD(%s, 2) = 0".formatted(pick(source.numbers()));
      case 5 -> {
        Source inner = source(DEEPEST);
        yield "%s IN (SELECT %s FROM %s WHERE %s)"
            .formatted(
                pick(source.numbers()),
                pick(inner.numbers()),
                inner.text(),
                condition(inner, DEEPEST, 1));
      }
      default -> {
        Source inner = source(DEEPEST);
        yield "%s (SELECT %s FROM %s WHERE %s = %s AND %s)"
            .formatted(
                random.nextBoolean() ? "EXISTS" : "NOT EXISTS",
                pick(inner.numbers()),
                inner.text(),
                pick(inner.numbers()),
                pick(source.numbers()),
                condition(inner, DEEPEST, 1));
      }
    };
  }

  private String scalarQuery(Source source) {
    Source inner = source(DEEPEST);
    return "(SELECT %s(%s) FROM %s WHERE %s = %s)"
        .formatted(
            pick(List.of("MAX", "MIN", "SUM")),
            pick(inner.numbers()),
            inner.text(),
            pick(inner.numbers()),
            pick(source.numbers()));
  }

  private String join(int depth) {
    Source left = source(depth);
    Source right = source(depth);
    Source both =
        new Source(
            "", "", join(left.numbers(), right.numbers()), join(left.texts(), right.texts()));
    return "SELECT %s FROM %s %s JOIN %s ON %s = %s%s%s"
        .formatted(
            results(both, DEEPEST),
            left.text(),
            pick(List.of("INNER", "LEFT", "RIGHT", "FULL")),
            right.text(),
            pick(left.numbers()),
            pick(right.numbers()),
            random.nextInt(3) == 0 ? " AND " + condition(both, DEEPEST, 1) : "",
            where(both, DEEPEST));
  }

  private static List<String> join(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private String aggregate(int depth) {
    Source source = source(depth);
    String key = pick(source.numbers());
    String filter =
        random.nextInt(3) == 0 ? " FILTER (WHERE " + condition(source, DEEPEST, 1) + ")" : "";
    String results =
        "CAST(%s(%s%s)%s AS INT) AS c1, MAX(%s) AS c2"
            .formatted(
                pick(List.of("SUM", "MIN", "MAX", "COUNT")),
                random.nextInt(3) == 0 ? "DISTINCT " : "",
                number(source, DEEPEST, 1),
                filter,
                pick(source.texts()));
    return switch (random.nextInt(3)) {
      case 0 ->
          "SELECT CAST(COUNT(*) AS INT) AS c0, %s FROM %s%s"
              .formatted(results, source.text(), where(source, DEEPEST));
      case 1 ->
          "SELECT %s AS c0, %s FROM %s%s GROUP BY %s%s"
              .formatted(
                  key,
                  results,
                  source.text(),
                  where(source, DEEPEST),
                  key,
                  random.nextBoolean() ? " HAVING COUNT(*) > 1" : "");
      default -> {
        String other = pick(source.texts());
        yield "SELECT %s AS c0, CAST(SUM(%s) AS INT) AS c1, %s AS c2 FROM %s%s"
                .formatted(
                    key, pick(source.numbers()), other, source.text(), where(source, DEEPEST))
            + " GROUP BY GROUPING SETS ((%s, %s), (%s))".formatted(key, other, key);
      }
    };
  }

  private String setOperation(int depth) {
    return "SELECT c0, c1, c2 FROM (%s) %s SELECT c0, c1, c2 FROM (%s)"
        .formatted(
            query(depth + 1),
            pick(List.of("UNION ALL", "UNION", "INTERSECT", "EXCEPT")),
            query(depth + 1));
  }

  private String over(int depth) {
    Source source = source(depth);
    return ("SELECT %s AS c0, CAST(%s(%s) OVER (PARTITION BY %s ORDER BY %s) AS INT) AS c1, %s AS"
            + " c2 FROM %s%s")
        .formatted(
            pick(source.numbers()),
            pick(List.of("SUM", "MAX", "COUNT", "MIN")),
            pick(source.numbers()),
            pick(source.numbers()),
            pick(source.numbers()),
            text(source, 0),
            source.text(),
            where(source, DEEPEST));
  }

  /** Ordered by all results: rows that are equal in all of them are equal in each. */
  private String top(int depth) {
    return "SELECT c0, c1, c2 FROM (%s) ORDER BY %s LIMIT %d"
        .formatted(
            query(depth + 1),
            pick(List.of("c0, c1, c2", "c2 DESC, c0, c1", "c1, c2, c0 DESC")),
            1 + random.nextInt(4));
  }

  private String with(int depth) {
    String name = "w" + names++;
    String text =
        ("WITH %s AS (%s) SELECT l.c0 AS c0, r.c1 AS c1, l.c2 AS c2 FROM %s AS l JOIN %s AS r ON"
                + " l.%s = r.%s")
            .formatted(
                name,
                query(DEEPEST),
                name,
                name,
                pick(List.of("c0", "c1")),
                pick(List.of("c0", "c1")));
    return depth == 0 ? text : "SELECT c0, c1, c2 FROM (" + text + ")";
  }

  private String lateral(int depth) {
    Source source = source(depth);
    String alias = name();
    String words = "LATERAL TABLE(words(%s, 5)) AS %s (word, size)";
    return "SELECT %s AS c0, %s.size AS c1, %s.word AS c2 FROM %s, %s"
        .formatted(
            pick(source.numbers()),
            alias,
            alias,
            source.text(),
            words.formatted(
                "COALESCE(%s, 'x y') || ' ' || %s"
                    .formatted(
                        pick(source.texts()),
                        "COALESCE(CAST(%s AS STRING), 'n')".formatted(pick(source.numbers()))),
                alias));
  }

  private String distinct(int depth) {
    Source source = source(depth);
    String alias = name();
    return ("SELECT %s.u AS c0, 1 AS c1, %s.v AS c2 FROM (SELECT DISTINCT %s AS u, %s AS v, %s AS"
            + " w FROM %s) AS %s")
        .formatted(
            alias,
            alias,
            pick(source.numbers()),
            pick(source.texts()),
            pick(source.numbers()),
            source.text(),
            alias);
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
