package io.millrace.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.MillraceException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a plan refuses, and how it says so. */
class TestPlanMistakes {
  @TempDir Path folder;

  static Arguments[] mistakes() {
    return new Arguments[] {
      Arguments.of(
          "unknown column",
          "CREATE STREAMING TABLE t AS SELECT\n  id, regoin\nFROM STREAM(events);",
          "COLUMN_NOT_FOUND: a.sql:9:7: t: there is no column regoin\n  Remedy: did you mean region? columns"
              + " are events.id, events.region, events.qty, events.price, events.ts"),
      Arguments.of(
          "unknown column that Flink looks for",
          "CREATE MATERIALIZED VIEW t (PRIMARY KEY (region)) AS SELECT\n  region, COUNT(DISTINCT idd) AS n\nFROM events GROUP BY region;",
          "COLUMN_NOT_FOUND: a.sql:9:26: "),
      Arguments.of(
          "declared type",
          "CREATE STREAMING TABLE t (\n  id INT\n) AS SELECT region AS id FROM STREAM(events);",
          "TYPE_MISMATCH: a.sql:9:3: column id of t is declared INT, but its query gives STRING\n  Remedy: write"
              + " CAST(… AS INT) AS id in the query"),
      Arguments.of(
          "declared column that is not selected",
          "CREATE STREAMING TABLE t (\n  idd BIGINT\n) AS SELECT id FROM STREAM(events);",
          "COLUMN_NOT_FOUND: a.sql:9:3: t declares column idd, which its query does not select; it selects [id]"),
      Arguments.of(
          "selected column that is not declared",
          "CREATE STREAMING TABLE t (id BIGINT) AS SELECT id, qty FROM STREAM(events);",
          "COLUMN_NOT_FOUND: a.sql:8:24: the query of t selects [qty], which are not declared"),
      Arguments.of(
          "grouped by what is not selected",
          "CREATE MATERIALIZED VIEW t AS SELECT COUNT(*) AS n FROM events GROUP BY region;",
          "PRIMARY_KEY_MISSING: a.sql:8:31: t: t is grouped by region but does not select it\n  Remedy: select every"
              + " GROUP BY expression, so that the table's rows can be told apart"),
      Arguments.of(
          "updates of Flink without a key",
          "CREATE MATERIALIZED VIEW t AS SELECT region, COUNT(DISTINCT id) AS n FROM events GROUP BY region;",
          "PRIMARY_KEY_MISSING: a.sql:8:26: the rows of t are updated, and nothing says by which columns\n  Remedy:"
              + " declare PRIMARY KEY (…) in its column list, or TBLPROPERTIES ('primary-key' = 'a, b')"),
      Arguments.of(
          "another key than the query's",
          "CREATE MATERIALIZED VIEW t (PRIMARY KEY (n)) AS SELECT region, COUNT(*) AS n FROM events GROUP BY region;",
          "PROPERTY_INVALID: a.sql:8:26: the primary key of t is declared as [n], its query gives one row per"
              + " [region]\n  Remedy: declare PRIMARY KEY (region)"),
      Arguments.of(
          "a key that is no column",
          "CREATE MATERIALIZED VIEW t (PRIMARY KEY (regio)) AS SELECT region, COUNT(DISTINCT id) AS n FROM events GROUP BY region;",
          "COLUMN_NOT_FOUND: a.sql:8:26: the primary key of t names 'regio', which its query does not select\n  Remedy:"
              + " did you mean 'region'? it selects region, n"),
      Arguments.of(
          "a stream that is updated",
          "CREATE STREAMING TABLE t AS SELECT region, COUNT(*) AS n FROM STREAM(events) GROUP BY region;",
          "SQL_UNSUPPORTED: a.sql:8:24: the rows of t are updated, a streaming table only grows\n  Remedy: make it a"
              + " MATERIALIZED VIEW"),
      Arguments.of(
          "the schema of from_json",
          "CREATE TEMPORARY VIEW x AS SELECT\n  from_json(region, 'a BIGNT') AS r FROM STREAM(events);",
          "a.sql:9:24: "),
      Arguments.of(
          "a structure that is stored",
          "CREATE STREAMING TABLE t AS SELECT j FROM STREAM(json);",
          "TYPE_UNSUPPORTED: a.sql:8:24: column j of t is the structure that from_json gives\n  Remedy: select its"
              + " fields: j.id, j.region, j.qty, j.price, j.ts"),
      Arguments.of(
          "expectations on an aggregate",
          "CREATE MATERIALIZED VIEW t (CONSTRAINT some EXPECT (n > 1)) AS SELECT region, COUNT(*) AS n FROM events GROUP BY region;",
          "SQL_UNSUPPORTED: a.sql:8:26: t has expectations, but its rows are updated\n  Remedy: put the constraints on a"
              + " dataset before the aggregate"),
      Arguments.of(
          "a constraint on a column that is not there",
          "CREATE STREAMING TABLE t (\n  CONSTRAINT some EXPECT (id IS NOT NULL\n    AND qtty > 1)\n) AS SELECT id, qty FROM STREAM(events);",
          "COLUMN_NOT_FOUND: a.sql:10:9: constraint some of t: there is no column qtty\n  Remedy: did you mean qty?"
              + " columns are id, qty"),
      Arguments.of(
          "a constraint that is no condition",
          "CREATE STREAMING TABLE t (\n  CONSTRAINT some EXPECT (qty)\n) AS SELECT id, qty FROM STREAM(events);",
          "TYPE_MISMATCH: a.sql:9:27: constraint some of t: the condition is INT, not BOOLEAN"),
      Arguments.of(
          "files of another format",
          "CREATE TEMPORARY VIEW f AS SELECT * FROM read_files('x.json', format => 'json');",
          "SQL_UNSUPPORTED: a.sql:8:23: read_files('x.json') has format json and no schema\n  Remedy: give format => 'csv'"
              + " and schema => 'a STRING, b INT'; other formats are not read yet"),
      Arguments.of(
          "files that are stored",
          "CREATE MATERIALIZED VIEW t AS SELECT a FROM read_files('x.csv', format => 'csv', schema => 'a STRING');",
          "SQL_UNSUPPORTED: a.sql:8:26: t stores files that are read by read_files\n  Remedy: make it a TEMPORARY VIEW and"
              + " join it"),
      Arguments.of(
          "a join of files by Flink",
          """
          CREATE TEMPORARY VIEW f AS SELECT a FROM read_files('x.csv', format => 'csv', schema => 'a STRING');
          CREATE STREAMING TABLE t AS SELECT id FROM STREAM(events) RIGHT JOIN f ON region = a;""",
          "SQL_UNSUPPORTED: a.sql:9:24: only INNER and LEFT JOIN … ON have an operator of their own, and static relations"
              + " can only be joined by Millrace's own operators\n  Remedy: join it as FROM STREAM(x) [LEFT] JOIN static ON"
              + " x.column = static.column"),
      Arguments.of(
          "one topic in two ways",
          "CREATE STREAMING TABLE t AS SELECT `value` FROM STREAM read_kafka(bootstrapServers => 'localhost:1',"
              + " subscribe => 'events', startingOffsets => 'latest');",
          "SQL_UNSUPPORTED: a.sql:8:24: t reads topic events with other arguments than a dataset before it\n  Remedy: read the"
              + " topic once, in a dataset that the others read with STREAM(…)"),
      Arguments.of(
          "two columns of one name",
          "CREATE STREAMING TABLE t AS SELECT id, qty AS ID FROM STREAM(events);",
          "PROJECT_INVALID: a.sql:8:24: the query of t selects two columns named ID\n  Remedy: give one of them another name"
              + " with AS"),
      Arguments.of(
          "a watermark on no column",
          "CREATE STREAMING TABLE t TBLPROPERTIES ('watermark' = 'tss - INTERVAL ''5'' SECOND') AS SELECT ts FROM STREAM(events);",
          "PROPERTY_INVALID: a.sql:8:24: watermark 'tss - INTERVAL '5' SECOND' of t does not begin with one of its columns"),
    };
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void areToldWithTheirPlace(String what, String sql, String message) {
    assertThat(what).isNotBlank();
    assertThatThrownBy(
            () -> PipelineCompiler.compile(ProjectFolder.write(folder, ProjectFolder.EVENTS + sql)))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining(message);
  }
}
