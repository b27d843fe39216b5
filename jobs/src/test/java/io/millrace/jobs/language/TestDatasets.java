package io.millrace.jobs.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.language.SourceFunction.ReadFiles;
import io.millrace.jobs.language.SourceFunction.ReadKafka;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What each form of the grammar means. */
class TestDatasets {

  @Test
  void everythingThatADatasetCanDeclare() {
    Dataset dataset =
        Pipelines.read(
                """
                /* One of everything. */
                CREATE OR REFRESH PRIVATE STREAMING TABLE orders (
                  order_id BIGINT NOT NULL COMMENT 'the shop''s number',
                  lines ARRAY<STRUCT<sku: STRING, n: INT>>,
                  `key` BYTES,
                  CONSTRAINT has_id EXPECT (order_id IS NOT NULL) ON VIOLATION FAIL UPDATE,
                  CONSTRAINT any_line EXPECT (CARDINALITY(lines) > 0) ON VIOLATION DROP ROW, -- ;
                  CONSTRAINT with_key EXPECT (`key` IS NOT NULL),
                  CONSTRAINT pk PRIMARY KEY (order_id) NOT ENFORCED
                )
                COMMENT 'all orders'
                TBLPROPERTIES (
                  'quality.quarantine' = 'true',
                  delta.appendOnly = false,
                  'watermark' = 'ts - INTERVAL ''10'' SECOND')
                AS WITH o AS (SELECT * FROM STREAM(raw_orders) AS r)
                SELECT * FROM o LEFT JOIN customers c ON o.c = c.id;
                """)
            .get(0);

    assertThat(describe(dataset))
        .isEqualTo(
            """
            private streaming table orders at a.sql:2:43
              column order_id BIGINT NOT NULL 'the shop's number' at a.sql:3:3
              column lines ARRAY<ROW<`sku` STRING, `n` INT>> at a.sql:4:3
              column key BYTES at a.sql:5:3
              expect has_id: order_id IS NOT NULL FAIL at a.sql:6:14
              expect any_line: CARDINALITY(lines) > 0 DROP at a.sql:7:14
              expect with_key: `key` IS NOT NULL WARN at a.sql:8:14
              key [order_id]
              comment all orders
              property quality.quarantine = true at a.sql:13:3, 13:27
              property delta.appendOnly = false at a.sql:14:3, 14:22
              property watermark = ts - INTERVAL ''10'' SECOND at a.sql:15:3, 15:18
              watermark ts - INTERVAL '10' SECOND
              quarantine orders_quarantine
              reads raw_orders STREAM at a.sql:16:29
              reads customers at a.sql:17:27
              flink WITH o AS (SELECT * FROM `raw_orders` AS r)
            SELECT * FROM o LEFT JOIN customers c ON o.c = c.id
            """);
  }

  @Test
  void olderSpellingsMeanTheSame() {
    assertThat(
            Pipelines.read(
                    """
                    CREATE OR REFRESH LIVE TABLE a AS SELECT live.x FROM LIVE.b AS live JOIN LIVE.c ON TRUE;
                    CREATE STREAMING LIVE TABLE LIVE.b AS SELECT 1 AS x;
                    CREATE TEMPORARY LIVE VIEW c AS SELECT * FROM STREAM LIVE.b;
                    CREATE OR REPLACE TEMP VIEW d AS SELECT * FROM STREAM(LIVE.`b`), STREAM b AS e;
                    """)
                .stream()
                .map(d -> d.kind() + " " + d.name() + ": " + d.query().flinkSql())
                .toList())
        .containsExactly(
            "materialized view a: SELECT live.x FROM b AS live JOIN c ON TRUE",
            "streaming table b: SELECT 1 AS x",
            "temporary view c: SELECT * FROM `b`",
            "temporary view d: SELECT * FROM `b`, `b` AS e");
  }

  @Test
  void findsRelationsWhereverFlinkAllowsThem() {
    assertThat(
            relations(
                """
                SELECT (SELECT MAX(x) FROM scalar) AS m
                FROM TUMBLE(TABLE STREAM(windowed), DESCRIPTOR(ts), INTERVAL '1' MINUTE) AS w,
                  LATERAL (SELECT * FROM lateral_t) AS l, UNNEST(w.items) AS u
                JOIN versioned FOR SYSTEM_TIME AS OF w.p AS v ON v.id = w.id
                JOIN hinted /*+ OPTIONS('a' = 'b') */ ON TRUE
                WHERE EXISTS (SELECT 1 FROM existing) AND x IN (SELECT y FROM (VALUES (1)) AS t(y))
                UNION ALL (WITH cte AS (SELECT * FROM inner_t), c2 AS (SELECT * FROM cte)
                           SELECT * FROM c2 JOIN STREAM(cte) ON TRUE)
                """))
        .containsExactlyInAnyOrder(
            "windowed STREAM", "lateral_t", "versioned", "hinted", "existing", "scalar", "inner_t");
  }

  @Test
  void aCommonTableExpressionHidesADatasetOnlyWithinItsQuery() {
    assertThat(
            relations(
                "SELECT * FROM (WITH a AS (SELECT * FROM a) SELECT * FROM a) AS x JOIN a ON TRUE"))
        .containsExactly("a", "a");
  }

  @Test
  void sameFunctionsHaveTheSameNameAndOthersAnother() {
    List<Dataset> datasets =
        Pipelines.read(
            """
            CREATE STREAMING TABLE a AS SELECT * FROM
              STREAM read_kafka(bootstrapServers => 'k:1', subscribe => 'my.topic') t;
            CREATE STREAMING TABLE b AS SELECT * FROM STREAM(
              read_kafka(subscribe => 'my.topic', bootstrapServers => 'k:1'));
            CREATE STREAMING TABLE c AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'k:1',
              subscribe => 'other', startingOffsets => 'latest', `kafka.client.id` => 'x');
            CREATE STREAMING TABLE d AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'k:2',
              subscribe => 'other');
            CREATE TEMPORARY VIEW e AS SELECT * FROM read_files('data/x.csv', format => 'CSV',
              header => true, delimiter => ';', schema => 'a INT');
            """);

    List<Map<String, SourceFunction>> sources =
        datasets.stream().map(d -> d.query().sources()).toList();
    ReadKafka topic = new ReadKafka("k:1", "my.topic", Map.of());
    assertThat(sources.get(0)).isEqualTo(Map.of("read_kafka_my_topic", topic));
    assertThat(sources.get(1)).isEqualTo(sources.get(0));
    assertThat(sources.get(2))
        .isEqualTo(
            Map.of(
                "read_kafka_other_3a9583b2",
                new ReadKafka(
                    "k:1", "other", Map.of("startingOffsets", "latest", "kafka.client.id", "x"))));
    assertThat(sources.get(3).keySet()).containsExactly("read_kafka_other_431e0dc8");
    assertThat(sources.get(4))
        .isEqualTo(
            Map.of(
                "read_files_data_x_csv",
                new ReadFiles(
                    "data/x.csv",
                    "csv",
                    true,
                    SchemaText.parse("a INT", new Position("a.sql", 1, 1)),
                    Map.of("delimiter", ";"))));
    assertThat(sources.get(2).toString()).doesNotContain("k:1");
  }

  @Test
  void aSemicolonInAStringOrACommentEndsNothing() {
    assertThat(
            Pipelines.read(
                "CREATE STREAMING TABLE a AS SELECT ';' AS x -- ; CREATE\n, 1 /* ; */ AS `;`; ;"
                    + " // ;\n"))
        .singleElement()
        .extracting(d -> d.query().text())
        .isEqualTo("SELECT ';' AS x -- ; CREATE\n, 1 /* ; */ AS `;`");
  }

  private static List<String> relations(String query) {
    return Pipelines.read("CREATE STREAMING TABLE t AS " + query)
        .get(0)
        .query()
        .relations()
        .stream()
        .map(r -> r.name() + (r.streaming() ? " STREAM" : ""))
        .toList();
  }

  private static String describe(Dataset dataset) {
    StringBuilder out = new StringBuilder();
    boolean hidden =
        dataset instanceof StreamingTable table
            ? table.isPrivate()
            : dataset instanceof MaterializedView view && view.isPrivate();
    out.append(hidden ? "private " : "").append(dataset.kind()).append(' ');
    out.append(dataset.name()).append(" at ").append(dataset.position()).append('\n');
    for (ColumnDefinition column : dataset.columns()) {
      out.append("  column %s %s".formatted(column.name(), column.type().asSummaryString()))
          .append(column.comment() == null ? "" : " '" + column.comment() + "'")
          .append(" at " + column.position() + "\n");
    }
    for (ExpectationClause clause : dataset.expectations()) {
      out.append(
          "  expect %s: %s %s at %s%n"
              .formatted(
                  clause.name(), clause.expressionText(), clause.action(), clause.position()));
    }
    out.append("  key " + dataset.primaryKey() + "\n");
    out.append("  comment " + dataset.comment().orElse("") + "\n");
    for (TableProperty property : dataset.properties().values()) {
      Position value = property.valuePosition();
      out.append(
          "  property %s at %s, %d:%d%n"
              .formatted(property, property.position(), value.line(), value.column()));
    }
    dataset.watermark().ifPresent(w -> out.append("  watermark " + w.flinkSql() + "\n"));
    dataset.quarantineTable().ifPresent(q -> out.append("  quarantine " + q + "\n"));
    out.append(
        dataset.query().relations().stream()
            .map(
                r ->
                    "  reads %s%s at %s%n"
                        .formatted(r.name(), r.streaming() ? " STREAM" : "", r.position()))
            .collect(Collectors.joining()));
    return out.append("  flink " + dataset.query().flinkSql() + "\n").toString();
  }
}
