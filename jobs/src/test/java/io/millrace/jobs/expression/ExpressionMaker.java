package io.millrace.jobs.expression;

import java.util.List;
import java.util.random.RandomGenerator;

/** Makes random SQL expressions over {@link SampleTable} that mostly type-check. */
final class ExpressionMaker {
  private final RandomGenerator random;

  ExpressionMaker(RandomGenerator random) {
    this.random = random;
  }

  /** An expression of any kind. */
  String any(int depth) {
    switch (random.nextInt(9)) {
      case 0:
      case 1:
      case 2:
        return truth(depth);
      case 3:
        return integer(depth);
      case 4:
        return decimal(depth);
      case 5:
        return real(depth);
      case 6:
        return text(depth);
      case 7:
        return timestamp(depth);
      default:
        return date(depth);
    }
  }

  String truth(int depth) {
    if (depth <= 0) {
      return pick(
          "bo", "bon", "TRUE", "FALSE", "i IS NULL", "s IS NOT NULL", "CAST(NULL AS BOOLEAN)");
    }
    int d = depth - 1;
    switch (random.nextInt(15)) {
      case 0:
        return "(" + truth(d) + " AND " + truth(d) + ")";
      case 1:
        return "(" + truth(d) + " OR " + truth(d) + ")";
      case 2:
        return "(NOT " + truth(d) + ")";
      case 3:
        return "("
            + truth(d)
            + pick(
                " IS TRUE",
                " IS NOT TRUE",
                " IS FALSE",
                " IS NOT FALSE",
                " IS NULL",
                " IS NOT NULL",
                " IS UNKNOWN")
            + ")";
      case 4:
      case 5:
        return "(" + number(d) + order() + number(d) + ")";
      case 6:
        return "(" + text(d) + pick(" = ", " <> ") + text(d) + ")";
      case 7:
        return "(" + pick("s", "sn", "vc", "ch") + order() + text(0) + ")";
      case 8:
        return "(" + timestamp(d) + order() + timestamp(d) + ")";
      case 9:
        return "(" + date(d) + order() + date(d) + ")";
      case 10:
        return "("
            + number(d)
            + pick(" BETWEEN ", " NOT BETWEEN ")
            + number(d)
            + " AND "
            + number(d)
            + ")";
      case 11:
        return "("
            + pick("i", "l", "inn", "d5", "am")
            + pick(" IN (", " NOT IN (")
            + "1, 7, 42, "
            + random.nextInt(100)
            + "))";
      case 12:
        return "("
            + pick("s", "sn", "vc")
            + pick(" IN (", " NOT IN (")
            + "'EUR', 'Abc', '12', ''))";
      case 13:
        return "("
            + pick("s", "sn", "vc", "ch")
            + pick(" LIKE ", " NOT LIKE ")
            + pick(
                "'A%'",
                "'%c'",
                "'%b%'",
                "'Abc'",
                "'a_c%'",
                "'%'",
                "'%%'",
                "'a%b%c'",
                "''",
                "'abc!_def!%' ESCAPE '!'",
                "'a!%b' ESCAPE '!'",
                "'%größe%'")
            + ")";
      default:
        return "("
            + number(d)
            + pick(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ")
            + number(d)
            + ")";
    }
  }

  private String number(int depth) {
    switch (random.nextInt(5)) {
      case 0:
        return decimal(depth);
      case 1:
        return real(depth);
      default:
        return integer(depth);
    }
  }

  String integer(int depth) {
    if (depth <= 0) {
      return pick(
          "ti",
          "si",
          "i",
          "inn",
          "l",
          "lnn",
          "0",
          "1",
          "7",
          "-3",
          "2147483647",
          "9223372036854775807",
          "CAST(NULL AS INT)",
          "i",
          "l");
    }
    int d = depth - 1;
    switch (random.nextInt(15)) {
      case 0:
      case 1:
        return "(" + integer(d) + pick(" + ", " - ", " * ") + integer(d) + ")";
      case 2:
        return "("
            + integer(d)
            + pick(" / ", " % ")
            + pick("3", "-7", "CAST(11 AS BIGINT)", "CAST(5 AS SMALLINT)")
            + ")";
      case 3:
        return "(- " + integer(d) + ")";
      case 4:
        return "CAST(" + number(d) + " AS " + pick("TINYINT", "SMALLINT", "INT", "BIGINT") + ")";
      case 5:
        return "TRY_CAST(" + text(d) + " AS " + pick("TINYINT", "SMALLINT", "INT", "BIGINT") + ")";
      case 6:
        return "CASE WHEN "
            + truth(d)
            + " THEN "
            + integer(d)
            + " WHEN "
            + truth(d)
            + " THEN "
            + integer(d)
            + " ELSE "
            + integer(d)
            + " END";
      case 7:
        return "COALESCE(" + integer(d) + ", " + integer(d) + ")";
      case 8:
        return "NULLIF(" + integer(d) + ", " + integer(d) + ")";
      case 9:
        return "CHAR_LENGTH(" + text(d) + ")";
      case 10:
        return "EXTRACT("
            + pick(
                "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "DOW", "HOUR", "MINUTE", "SECOND")
            + " FROM "
            + timestamp(d)
            + ")";
      case 11:
        return pick("YEAR", "MONTH", "DAYOFMONTH", "QUARTER", "DAYOFYEAR", "WEEK")
            + "("
            + date(d)
            + ")";
      case 12:
        return pick("HOUR", "MINUTE", "SECOND") + "(" + timestamp(d) + ")";
      case 13:
        return "IF(" + truth(d) + ", " + integer(d) + ", " + integer(d) + ")";
      default:
        return pick("ABS(", "SIGN(") + integer(d) + ")";
    }
  }

  String decimal(int depth) {
    if (depth <= 0) {
      return pick(
          "am", "amn", "d5", "d18", "d38", "0.5", "-1.25", "100.00", "CAST(NULL AS DECIMAL(7, 3))");
    }
    int d = depth - 1;
    switch (random.nextInt(10)) {
      case 0:
      case 1:
        return "(" + decimal(d) + pick(" + ", " - ", " * ") + decimal(d) + ")";
      case 2:
        return "(" + decimal(d) + pick(" + ", " - ", " * ") + integer(d) + ")";
      case 3:
        return "("
            + decimal(d)
            + pick(" / ", " % ")
            + pick("3", "0.7", "-12.5", "CAST(2 AS DECIMAL(18, 4))")
            + ")";
      case 4:
        return "(- " + decimal(d) + ")";
      case 5:
      case 6:
        return "TRY_CAST("
            + number(d)
            + " AS "
            + pick(
                "DECIMAL(5, 2)",
                "DECIMAL(12, 2)",
                "DECIMAL(18, 0)",
                "DECIMAL(10, 8)",
                "DECIMAL(38, 6)")
            + ")";
      case 7:
        return "TRY_CAST("
            + text(d)
            + " AS "
            + pick("DECIMAL(5, 2)", "DECIMAL(12, 2)", "DECIMAL(38, 6)")
            + ")";
      case 8:
        return "CASE WHEN " + truth(d) + " THEN " + decimal(d) + " ELSE " + decimal(d) + " END";
      default:
        return "ROUND(" + decimal(d) + ", " + pick("0", "1", "2", "-1") + ")";
    }
  }

  String real(int depth) {
    if (depth <= 0) {
      return pick(
          "f", "d", "1.5e0", "CAST(0 AS DOUBLE)", "CAST(2.5 AS FLOAT)", "CAST(NULL AS DOUBLE)");
    }
    int d = depth - 1;
    switch (random.nextInt(7)) {
      case 0:
      case 1:
        return "(" + real(d) + pick(" + ", " - ", " * ", " / ") + real(d) + ")";
      case 2:
        return "(" + real(d) + pick(" + ", " - ", " * ") + number(d) + ")";
      case 3:
        return "CAST(" + number(d) + " AS " + pick("FLOAT", "DOUBLE") + ")";
      case 4:
        return "TRY_CAST(" + text(d) + " AS " + pick("FLOAT", "DOUBLE") + ")";
      case 5:
        return "(- " + real(d) + ")";
      default:
        return "CASE WHEN " + truth(d) + " THEN " + real(d) + " ELSE " + real(d) + " END";
    }
  }

  String text(int depth) {
    if (depth <= 0) {
      return pick("s", "sn", "vc", "ch", "'EUR'", "''", "'größe'", "CAST(NULL AS STRING)");
    }
    int d = depth - 1;
    switch (random.nextInt(13)) {
      case 0:
        return "UPPER(" + text(d) + ")";
      case 1:
        return "LOWER(" + text(d) + ")";
      case 2:
        return "TRIM(" + text(d) + ")";
      case 3:
        return "TRIM("
            + pick("LEADING", "TRAILING", "BOTH")
            + pick(" ' '", " 'a'")
            + " FROM "
            + text(d)
            + ")";
      case 4:
        return "(" + text(d) + " || " + text(d) + ")";
      case 5:
        return "CONCAT(" + text(d) + ", " + text(d) + ", '-')";
      case 6:
        return "SUBSTRING("
            + text(d)
            + ", "
            + pick("1", "2", "0", "-2", "5", "i")
            + ", "
            + pick("1", "3", "0", "-1", "100")
            + ")";
      case 7:
        return "SUBSTRING(" + text(d) + " FROM " + pick("1", "3", "-1", "50") + ")";
      case 8:
        return "CAST(" + pick("b", "b", "CAST(s AS BYTES)") + " AS STRING)";
      case 9:
        return "CAST(" + integer(d) + " AS STRING)";
      case 10:
        return "CASE WHEN " + truth(d) + " THEN " + text(d) + " ELSE " + text(d) + " END";
      case 11:
        return "COALESCE(" + text(d) + ", " + text(d) + ")";
      default:
        return "CAST("
            + pick("am", "d38", "ts", "ts6", "dt", "bo", "d", "f", text(d))
            + " AS "
            + pick("STRING", "VARCHAR(4)", "CHAR(12)")
            + ")";
    }
  }

  String timestamp(int depth) {
    if (depth <= 0) {
      return pick(
          "ts",
          "ts6",
          "ts9",
          "TIMESTAMP '2024-02-29 10:11:12.345'",
          "TIMESTAMP '1960-01-01 00:00:00'",
          "CAST(NULL AS TIMESTAMP(3))");
    }
    int d = depth - 1;
    switch (random.nextInt(10)) {
      case 0:
      case 1:
        return pick("FLOOR", "CEIL")
            + "("
            + timestamp(d)
            + " TO "
            + pick("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
            + ")";
      case 2:
        return "("
            + timestamp(d)
            + pick(" + ", " - ")
            + pick(
                "INTERVAL '1' DAY",
                "INTERVAL '90' SECOND",
                "INTERVAL '2:30' HOUR TO MINUTE",
                "INTERVAL '1' MONTH",
                "INTERVAL '2' YEAR",
                "INTERVAL '1' SECOND * ti")
            + ")";
      case 3:
        return "TIMESTAMPADD("
            + pick("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")
            + ", "
            + pick("1", "-13", "ti")
            + ", "
            + timestamp(d)
            + ")";
      case 4:
      case 5:
        return "CAST("
            + timestamp(d)
            + " AS "
            + pick("TIMESTAMP(0)", "TIMESTAMP(3)", "TIMESTAMP(6)", "TIMESTAMP(9)", "TIMESTAMP(1)")
            + ")";
      case 6:
        return "CAST(" + date(d) + " AS TIMESTAMP(3))";
      case 7:
        return "TRY_CAST(" + text(d) + " AS " + pick("TIMESTAMP(3)", "TIMESTAMP(6)") + ")";
      case 8:
        return "COALESCE(" + timestamp(d) + ", ts6)";
      default:
        return "CASE WHEN " + truth(d) + " THEN " + timestamp(d) + " ELSE " + timestamp(d) + " END";
    }
  }

  String date(int depth) {
    if (depth <= 0) {
      return pick("dt", "dtn", "DATE '2024-02-29'", "CAST(NULL AS DATE)");
    }
    int d = depth - 1;
    switch (random.nextInt(5)) {
      case 0:
        return "CAST(" + timestamp(d) + " AS DATE)";
      case 1:
        return "TRY_CAST(" + text(d) + " AS DATE)";
      case 2:
        return "("
            + date(d)
            + pick(" + ", " - ")
            + pick("INTERVAL '1' DAY", "INTERVAL '3' MONTH", "INTERVAL '1' YEAR")
            + ")";
      case 3:
        return "CASE WHEN " + truth(d) + " THEN " + date(d) + " ELSE " + date(d) + " END";
      default:
        return pick("FLOOR", "CEIL") + "(" + date(d) + " TO " + pick("WEEK", "MONTH", "YEAR") + ")";
    }
  }

  private String order() {
    return pick(" = ", " <> ", " < ", " <= ", " > ", " >= ");
  }

  private String pick(String... choices) {
    return List.of(choices).get(random.nextInt(choices.length));
  }
}
