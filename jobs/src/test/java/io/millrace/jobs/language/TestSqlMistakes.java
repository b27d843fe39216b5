package io.millrace.jobs.language;

import static io.millrace.jobs.language.Pipelines.wrong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person is told: the place, the word, what could stand there, what was probably meant. */
class TestSqlMistakes {

  @Test
  void showsTheLineAndWhereInIt() {
    assertThatThrownBy(
            () ->
                Pipelines.read(
                    """
                    -- Gold.
                    CREATE OR REFRESH MATERIALIZED VIEW gold AS
                    SELECT region, COUNT(*) AS orders
                    FORM silver GROUP BY region;
                    """))
        .isInstanceOf(ProjectException.class)
        .hasMessage(
            """
            SQL_SYNTAX: a.sql:4:1: unexpected 'FORM'
                FORM silver GROUP BY region;
                ^
              Remedy: did you mean FROM?""");
  }

  @Test
  void tellsOfAllMistakesInTheOrderOfTheFile() {
    assertThatThrownBy(
            () ->
                Pipelines.read(
                    """
                    CREATE OR REFRESH STREAMING TABEL a AS SELECT 1 AS x;
                    CREATE OR REFRESH STREAMING TABLE b AS SELCT 1 AS x;
                    CREATE OR REFRESH STREAMING TABLE c AS SELECT 1 AS x;
                    \tCREATE TEMPORARY VIEW d CLUSTER BY (x) AS SELECT 1 AS x;
                    """))
        .isInstanceOfSatisfying(
            ProjectException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SQL_SYNTAX);
              assertThat(e.problems()).hasSize(3);
            })
        .hasMessage(
            """
            SQL_SYNTAX: 3 problems
            SQL_SYNTAX: a.sql:1:29: unexpected 'TABEL', expected TABLE or VIEW
                CREATE OR REFRESH STREAMING TABEL a AS SELECT 1 AS x;
                                            ^
                did you mean TABLE?
            SQL_SYNTAX: a.sql:2:40: unexpected 'SELCT', expected SELECT or VALUES or WITH or '('
                CREATE OR REFRESH STREAMING TABLE b AS SELCT 1 AS x;
                                                       ^
                did you mean SELECT?
            SQL_UNSUPPORTED: a.sql:4:26: CLUSTER BY is not possible yet
                \tCREATE TEMPORARY VIEW d CLUSTER BY (x) AS SELECT 1 AS x;
                \t                        ^
                leave it out; readers skip files by the statistics of every column
              Remedy: correct the 3 places named above""");
  }

  @Test
  void spellsOutTwentyAndCountsTheRest() {
    assertThatThrownBy(() -> Pipelines.read("CREATE;\n".repeat(25)))
        .hasMessageStartingWith("SQL_SYNTAX: 25 problems\nSQL_SYNTAX: a.sql:1:7: unexpected end")
        .hasMessageContaining("a.sql:20:7:")
        .hasMessageNotContaining("a.sql:21:7:")
        .hasMessageEndingWith("and 5 more\n  Remedy: correct the 25 places named above");
  }

  @Test
  void neverShowsTheValueOfAVariable() {
    Map<String, String> variables = Map.of("secret", "hunter2' --", "word", "hunter2");

    assertThat(
            wrong(
                    "CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_kafka('${secret}');",
                    variables)
                + wrong("CREATE STREAMING TABLE a AS SELECT ${word} ${word} ${word};", variables)
                + wrong("CREATE STREAMING ${word} a AS SELECT 1 AS x;", variables)
                + wrong(
                    "CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_kafka(bootstrapServers =>"
                        + " 'a', subscribe => 'b', startingOffsets => '${secret}');",
                    variables)
                + wrong("CREATE STREAMING TABLE a (x INT ${word}) AS SELECT 1 AS x;", variables))
        .contains("unexpected '${word}'", "startingOffsets cannot be '${secret}'")
        .doesNotContain("hunter2");
  }

  @Test
  void aValueCannotEndTheStringThatItStandsIn() {
    Dataset dataset =
        Pipelines.read(
                "CREATE STREAMING TABLE a COMMENT '${v}' AS SELECT '${v}' AS x, `${v}` FROM STREAM b;",
                Map.of("v", "it's `quoted`"))
            .get(0);

    assertThat(dataset.comment()).contains("it's `quoted`");
    assertThat(dataset.query().flinkSql())
        .isEqualTo("SELECT 'it''s `quoted`' AS x, `it's ``quoted``` FROM `b`");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void saysWhatIsWrong(String sql, String expected) {
    assertThat(wrong(sql)).isEqualTo(expected);
  }

  private static Arguments table(String rest, String expected) {
    return Arguments.of("CREATE OR REFRESH STREAMING TABLE a " + rest, expected);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        // Statements.
        Arguments.of(
            "CREATE OR REFRESH STREMING TABLE a AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:19: unexpected 'STREMING', expected MATERIALIZED or PRIVATE or"
                + " STREAMING or TEMPORARY; did you mean STREAMING?"),
        Arguments.of(
            "CREATE TABLE a AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:8: unexpected 'TABLE', expected MATERIALIZED or OR or PRIVATE or"
                + " STREAMING or TEMPORARY; correct the statement"),
        Arguments.of(
            "INSERT INTO x SELECT 1;",
            "SQL_SYNTAX a.sql:1:1: unexpected 'INSERT', expected CREATE; correct the statement"),
        Arguments.of(
            "CREATE PRIVATE TEMPORARY VIEW v AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:8: a view that is PRIVATE; leave PRIVATE out; a temporary view is"
                + " not shown to others anyway"),
        Arguments.of(
            "CREATE STREAMING TABLE shop.a AS SELECT 1 AS x;",
            "SQL_UNSUPPORTED a.sql:1:24: a dataset with a qualified name, 'shop.a'; write 'a';"
                + " catalog and schema are in pipeline.yml"),
        Arguments.of(
            "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(s) KEYS (id) SEQUENCE BY ts;",
            "SQL_UNSUPPORTED a.sql:1:8: CREATE FLOW is not possible yet; give the table its query:"
                + " CREATE OR REFRESH STREAMING TABLE t AS SELECT …; the newest row per key is"
                + " ROW_NUMBER() … = 1"),
        Arguments.of(
            "APPLY CHANGES INTO LIVE.t FROM STREAM(LIVE.s) KEYS (id) SEQUENCE BY ts;",
            "SQL_UNSUPPORTED a.sql:1:1: APPLY CHANGES is not possible yet; give the table its"
                + " query: CREATE OR REFRESH STREAMING TABLE t AS SELECT …; the newest row per key"
                + " is ROW_NUMBER() … = 1"),
        table(
            "PARTITIONED BY (x) AS SELECT 1 AS x;",
            "SQL_UNSUPPORTED a.sql:1:37: PARTITIONED BY is not possible yet; leave it out; readers"
                + " skip files by the statistics of every column"),
        table(
            "COMENT 'x' AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:37: unexpected 'COMENT', expected AS or COMMENT or TBLPROPERTIES"
                + " or '('; did you mean COMMENT?"),
        table(
            "COMMENT 'x' COMMENT 'y' AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:49: a second COMMENT; keep one of them"),
        table(
            ";",
            "SQL_SYNTAX a.sql:1:36: unexpected end of the statement, expected AS or COMMENT or"
                + " TBLPROPERTIES or '('; finish the statement"),
        table(
            "AS SELECT 1 AS x\nCREATE OR REFRESH STREAMING TABLE b AS SELECT 2 AS x;",
            "SQL_SYNTAX a.sql:2:1: unexpected 'CREATE'; end the statement before with ';'"),
        table(
            "AS SELECT (1 AS x FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:47: this '(' is never closed; close it with ')'"),
        table(
            "AS SELECT 1) AS x FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:48: unexpected ')', there is no '(' to it; take it away, or open"
                + " it with '('"),
        table(
            "AS SELECT 'abc FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:47: this string never ends; close it with '"),
        table(
            "AS SELECT `abc FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:47: this quoted name never ends; close it with `"),
        table(
            "AS SELECT 1 AS x /* ever",
            "SQL_SYNTAX a.sql:1:54: this comment never ends; close it with */"),
        table(
            "AS SELECT " + "(".repeat(101) + "1" + ")".repeat(101) + " AS x;",
            "SQL_SYNTAX a.sql:1:147: more than 100 parentheses within each other; split it into"
                + " several views"),
        // Items.
        table(
            "(x INT,, y INT) AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:44: unexpected ',', expected CONSTRAINT or PRIMARY or a name;"
                + " correct the statement; a name that is a keyword is written in `backticks`"),
        table(
            "(x BIGNT) AS SELECT 1 AS x;",
            "TYPE_UNSUPPORTED a.sql:1:40: there is no type 'BIGNT'; did you mean 'BIGINT'? types"
                + " are ARRAY, BIGINT, BINARY, BOOLEAN, BYTE, BYTES, CHAR, DATE, DECIMAL, DOUBLE,"
                + " FLOAT, INT, INTEGER, LONG, MAP, MULTISET, NUMERIC, REAL, ROW, SHORT, SMALLINT,"
                + " STRING, STRUCT, TIME, TIMESTAMP, TIMESTAMP_LTZ, TIMESTAMP_NTZ, TINYINT,"
                + " VARBINARY, VARCHAR"),
        table(
            "(CONSTRAINT c EXPCT (x > 0)) AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:51: unexpected 'EXPCT', expected EXPECT or PRIMARY; did you mean"
                + " EXPECT?"),
        table(
            "(CONSTRAINT c EXPECT (x > 0) ON VIOLATION DELETE ROW) AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:79: unexpected 'DELETE', expected DROP or FAIL; correct the"
                + " statement"),
        table(
            "(CONSTRAINT c EXPECT (x >> 0)) AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:61: unexpected '>'; correct it; queries and expressions are Flink"
                + " SQL"),
        table(
            "(CONSTRAINT c EXPECT (x IN (SELECT 1))) AS SELECT 1 AS x;",
            "SQL_UNSUPPORTED a.sql:1:65: a query within an expression over one row; join in the"
                + " dataset's query, then check the joined column"),
        table(
            "(PRIMARY KEY (x), CONSTRAINT k PRIMARY KEY (y) NOT ENFORCED) AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:68: a second primary key; keep one of them; a key of several"
                + " columns is PRIMARY KEY (a, b)"),
        // Properties.
        table(
            "TBLPROPERTIES ('delta.a' = '1', delta.a = 2) AS SELECT 1 AS x;",
            "PROPERTY_INVALID a.sql:1:69: the property 'delta.a' is there twice; keep one of them"),
        table(
            "TBLPROPERTIES ('watermark' = 'ts - INTERVAL ''10'' SECND') AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:88: unexpected 'SECND'; did you mean SECOND?"),
        table(
            "TBLPROPERTIES ('primary-key' = 'a,,b') AS SELECT 1 AS x;",
            "PROPERTY_INVALID a.sql:1:69: primary-key names no column; write 'primary-key' = 'a,"
                + " b'"),
        table(
            "TBLPROPERTIES ('a' = \"b\") AS SELECT 1 AS x;",
            "SQL_SYNTAX a.sql:1:58: unexpected '\"b\"', expected FALSE or TRUE or '-' or '+' or a"
                + " 'string' or a number; write strings in 'single quotes' and names in"
                + " `backticks`"),
        // Queries.
        table(
            "AS SELECT 1 AS x FORM STREAM(b);",
            "SQL_SYNTAX a.sql:1:54: unexpected 'FORM'; did you mean FROM?"),
        table(
            "AS SELECT 1 AS x FROM STREAM(b) WERE y = 1;",
            "SQL_SYNTAX a.sql:1:74: unexpected 'y'; did you mean WHERE instead of WERE?"),
        table(
            "AS SELECT x FROM",
            "SQL_SYNTAX a.sql:1:53: unexpected end of the query, expected '(' or LATERAL or TABLE"
                + " or UNNEST or a name; correct it; queries and expressions are Flink SQL"),
        table(
            "AS SELECT \"abc\" AS x FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:47: unexpected '\"'; write strings in 'single quotes' and names in"
                + " `backticks`"),
        table(
            "AS SELECT x, offset FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:50: unexpected 'offset'; offset is a reserved word of Flink SQL;"
                + " as a name it is written `offset`"),
        table(
            "AS SELECT x, # FROM STREAM(b);",
            "SQL_SYNTAX a.sql:1:50: unexpected '#'; correct it; queries and expressions are Flink"
                + " SQL"),
        table(
            "AS SELECT STREAM(b) FROM c;",
            "SQL_SYNTAX a.sql:1:47: a relation where a value is expected; STREAM and read"
                + " functions stand after FROM or JOIN"),
        table(
            "AS SELECT * FROM main.shop.c;",
            "DATASET_NOT_FOUND a.sql:1:54: 'main.shop.c' is not a dataset of this pipeline; a"
                + " query reads datasets of its own pipeline, by their plain names"),
        table(
            "AS SELECT * FROM STREAM(shop.c);",
            "DATASET_NOT_FOUND a.sql:1:61: 'shop.c' is not a dataset of this pipeline; a query"
                + " reads datasets of its own pipeline, by their plain names"),
        // Sources.
        table(
            "AS SELECT * FROM STREAM read_files('x', format => 'csv');",
            "SQL_UNSUPPORTED a.sql:1:61: STREAM read_files would watch the folder for new files,"
                + " which is not possible yet; write read_files(…) without STREAM"),
        table(
            "AS SELECT * FROM read_kafka(bootstrapServers => 'x', subscribe => 'y');",
            "SQL_UNSUPPORTED a.sql:1:54: read_kafka without STREAM would read the topic once and"
                + " stop; write STREAM read_kafka(…)"),
        table(
            "AS SELECT * FROM STREAM read_kafka('x', 'y');",
            "PROPERTY_INVALID a.sql:1:73: an argument of read_kafka without a name; write"
                + " bootstrapServers => '…', subscribe => '…'"),
        table(
            "AS SELECT * FROM STREAM read_kafka(bootstrapServer => 'x', subscribe => 'y');",
            "PROPERTY_INVALID a.sql:1:72: read_kafka has no argument 'bootstrapServer'; did you"
                + " mean 'bootstrapServers'? its arguments are bootstrapServers, subscribe,"
                + " startingOffsets, and kafka.*"),
        table(
            "AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'x');",
            "PROPERTY_INVALID a.sql:1:61: read_kafka needs subscribe; add subscribe => '…'"),
        table(
            "AS SELECT * FROM STREAM read_kafka(subscribe => 'x', subscribe => 'y');",
            "PROPERTY_INVALID a.sql:1:90: the argument 'subscribe' is there twice; keep one of"
                + " them"),
        table(
            "AS SELECT * FROM read_files(format => 'csv');",
            "PROPERTY_INVALID a.sql:1:54: read_files takes one path and then named arguments;"
                + " write read_files('path', format => 'csv', …)"),
        table(
            "AS SELECT * FROM read_files('x', format => 'cvs');",
            "PROPERTY_INVALID a.sql:1:81: format cannot be 'cvs'; write one of csv, json,"
                + " parquet"),
        table(
            "AS SELECT * FROM read_files('x', format => 'csv', schema => 'a INT,\n b DECIMAL(50)');",
            "TYPE_UNSUPPORTED a.sql:2:4: Decimal precision must be between 1 and 38 (both"
                + " inclusive).; correct the type"));
  }
}
