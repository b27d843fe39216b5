package io.millrace.jobs.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ProjectException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TestPipelineGraph {
  @TempDir Path folder;

  @Test
  void whatIsReadStandsBeforeWhoReadsIt() throws IOException {
    PipelineGraph graph =
        graph(
            """
            CREATE MATERIALIZED VIEW e AS SELECT * FROM d JOIN b ON TRUE;
            CREATE STREAMING TABLE d AS SELECT * FROM STREAM(b) UNION ALL SELECT * FROM STREAM(c);
            CREATE STREAMING TABLE b AS SELECT * FROM STREAM(a);
            CREATE STREAMING TABLE c AS SELECT * FROM STREAM(a) WHERE x > (SELECT 1);
            CREATE STREAMING TABLE a AS SELECT 1 AS x;
            CREATE STREAMING TABLE alone AS SELECT 1 AS x;
            """);

    assertThat(graph.datasets())
        .extracting(Dataset::name)
        .containsExactly("a", "b", "c", "d", "e", "alone");
    assertThat(graph.upstream("d")).extracting(Dataset::name).containsExactly("b", "c");
    assertThat(graph.downstream("a")).extracting(Dataset::name).containsExactly("b", "c");
    assertThat(graph.descendants("b")).extracting(Dataset::name).containsExactly("d", "e");
    assertThat(graph.ancestors("d")).extracting(Dataset::name).containsExactly("a", "b", "c");
    assertThat(graph.toText())
        .isEqualTo(
            """
            p
            a                                       streaming table
            ├─ b                                    streaming table
            │  ├─ d                                 streaming table
            │  │  └─ e                              materialized view
            │  └─ e (above)
            └─ c                                    streaming table
               └─ d (above)
            alone                                   streaming table
            """);
    assertThatThrownBy(() -> graph.dataset("z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no dataset 'z' in [a, b, c, d, e, alone]");
  }

  @Test
  void asJson() throws IOException {
    assertThat(
            graph(
                    """
                    CREATE STREAMING TABLE a (
                      x INT NOT NULL, s STRING, PRIMARY KEY (x), CONSTRAINT c EXPECT (x > 0))
                    COMMENT 'first' TBLPROPERTIES ('quality.quarantine' = 'bad')
                    AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'k:1', subscribe => 't');
                    """)
                .toJson(Map.of()))
        .isEqualTo(
            """
            {
              "pipeline" : "p",
              "sources" : [ {
                "name" : "read_kafka_t",
                "function" : "read_kafka",
                "subject" : "t"
              } ],
              "datasets" : [ {
                "name" : "a",
                "kind" : "streaming table",
                "position" : "transformations/a.sql:1:24",
                "comment" : "first",
                "reads" : [ "read_kafka_t" ],
                "readBy" : [ ],
                "columns" : [ {
                  "name" : "x",
                  "type" : "INT NOT NULL"
                }, {
                  "name" : "s",
                  "type" : "STRING"
                } ],
                "primaryKey" : [ "x" ],
                "expectations" : [ {
                  "name" : "c",
                  "condition" : "x > 0",
                  "onViolation" : "warn"
                } ],
                "properties" : {
                  "quality.quarantine" : "bad"
                },
                "quarantine" : "bad"
              } ]
            }""");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(
            """
            CREATE STREAMING TABLE bronze AS SELECT 1 AS x;
            CREATE STREAMING TABLE silver AS SELECT * FROM STREAM(brnze);
            """,
            "DATASET_NOT_FOUND 2:48: there is no dataset 'brnze' in this pipeline; did you mean"
                + " 'bronze'? its datasets are bronze, silver"),
        Arguments.of(
            "CREATE STREAMING TABLE a AS SELECT * FROM somewhere;",
            "DATASET_NOT_FOUND 1:43: there is no dataset 'somewhere' in this pipeline; its datasets"
                + " are a"),
        Arguments.of(
            """
            CREATE STREAMING TABLE a AS SELECT 1 AS x;
            CREATE STREAMING TABLE A AS SELECT 2 AS x;
            """,
            "DATASET_DUPLICATE 2:24: the dataset 'A' is there already, as 'a' at"
                + " transformations/a.sql:1:24; rename one of them; names differ by more than"
                + " case"),
        Arguments.of(
            """
            CREATE MATERIALIZED VIEW top AS SELECT * FROM a;
            CREATE MATERIALIZED VIEW a AS SELECT * FROM b;
            CREATE MATERIALIZED VIEW b AS SELECT * FROM c;
            CREATE MATERIALIZED VIEW c AS SELECT * FROM a;
            """,
            "DATASET_CYCLE 2:26: a dataset reads itself: a → b → c → a; an arrow points from a"
                + " dataset to one that it reads; take one away"),
        Arguments.of(
            "CREATE MATERIALIZED VIEW a AS SELECT * FROM a;",
            "DATASET_CYCLE 1:26: a dataset reads itself: a → a; an arrow points from a dataset to"
                + " one that it reads; take one away"),
        Arguments.of(
            """
            CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
            CREATE STREAMING TABLE a AS SELECT * FROM STREAM(m);
            """,
            "SQL_UNSUPPORTED 2:43: STREAM(m): the rows of a materialized view change, they are no"
                + " stream; read it as m, without STREAM"),
        Arguments.of(
            "CREATE STREAMING TABLE a (CONSTRAINT c EXPECT (x > 0), CONSTRAINT C EXPECT (x > 1))"
                + " AS SELECT 1 AS x;",
            "PROJECT_INVALID 1:67: the constraint 'C' is there already, at"
                + " transformations/a.sql:1:38; rename one of them; a constraint's name is unique"
                + " within its dataset"),
        Arguments.of(
            "CREATE STREAMING TABLE a (x INT, X INT) AS SELECT 1 AS x;",
            "PROJECT_INVALID 1:34: the column 'X' is there twice; rename one of them; names differ"
                + " by more than case"),
        Arguments.of(
            "CREATE STREAMING TABLE a (order_id INT, PRIMARY KEY (orderid)) AS SELECT 1 AS x;",
            "COLUMN_NOT_FOUND 1:24: the primary key of 'a' names 'orderid', which is no column; did"
                + " you mean 'order_id'? its columns are order_id"),
        Arguments.of(
            "CREATE STREAMING TABLE `../a` AS SELECT 1 AS x;",
            "PROJECT_INVALID 1:24: '../a' cannot be the name of a dataset; begin with a letter, go"
                + " on with letters, digits and '_', at most 128 in all"),
        Arguments.of(
            "CREATE STREAMING TABLE read_kafka_a AS SELECT 1 AS x;",
            "PROJECT_INVALID 1:24: names that begin with 'read_kafka_' are reserved, 'read_kafka_a'"
                + " does; choose another name"),
        Arguments.of(
            "CREATE STREAMING TABLE a TBLPROPERTIES ('quality.quarantin' = 'true') AS SELECT 1;",
            "PROPERTY_INVALID 1:41: there is no property 'quality.quarantin'; did you mean"
                + " 'quality.quarantine'? known are quality.quarantine, deduplicate.horizon,"
                + " watermark, primary-key, pipelines.*, delta.*"),
        Arguments.of(
            "CREATE STREAMING TABLE a TBLPROPERTIES ('deduplicate.horizon' = 'soon') AS SELECT 1;",
            "PROPERTY_INVALID 1:66: deduplicate.horizon is 'soon', which is no duration above"
                + " zero; write a duration such as '10 min' or '1 d', or 'unbounded'"),
        Arguments.of(
            "CREATE STREAMING TABLE a TBLPROPERTIES ('quality.quarantine' = 'A') AS SELECT 1;",
            "DATASET_DUPLICATE 1:65: the quarantine table 'A' is a dataset already, at"
                + " transformations/a.sql:1:24; give refused rows a table of their own"),
        Arguments.of(
            "CREATE STREAMING TABLE a TBLPROPERTIES ('quality.quarantine' = 'a/b') AS SELECT 1;",
            "PROJECT_INVALID 1:65: 'a/b' cannot be the name of a quarantine table; begin with a"
                + " letter, go on with letters, digits and '_', at most 128 in all"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void saysWhatIsWrongWithTheGraph(String sql, String expected) throws IOException {
    try {
      graph(sql);
      assertThat(expected).isEmpty();
    } catch (ProjectException e) {
      assertThat(
              e.problems().stream()
                  .map(p -> p.code() + " " + p.position() + ": " + p.message() + "; " + p.remedy())
                  .map(p -> p.replaceFirst("transformations/a.sql:", ""))
                  .collect(Collectors.joining("\n")))
          .isEqualTo(expected);
    }
  }

  private PipelineGraph graph(String sql) throws IOException {
    Files.writeString(folder.resolve("pipeline.yml"), "name: p");
    Files.createDirectories(folder.resolve("transformations"));
    Files.writeString(folder.resolve("transformations/a.sql"), sql);
    return PipelineGraph.of(Project.load(folder, Map.of()));
  }
}
