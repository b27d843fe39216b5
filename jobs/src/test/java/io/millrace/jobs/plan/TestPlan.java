package io.millrace.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the projects of this repository become, and that nothing in them is computed twice. */
class TestPlan {
  private static final Path SQL = Path.of(System.getProperty("millrace.home"), "sql");

  @TempDir Path folder;

  @Test
  void ordersRunsOnOurOperatorsAlone() {
    PipelinePlan plan = plan("orders");

    assertThat(plan.toText())
        .isEqualTo(
            """
            bronze        Millrace
            orders_json   Millrace
            orders_valid  Millrace
            silver        Millrace
            gold_1        Millrace
            gold_2        Millrace
            """);
    assertThat(names(plan))
        .containsExactly(
            "read orders",
            "bronze: project",
            "orders_json: parse",
            "orders_valid: check",
            "silver: project",
            "silver: deduplicate",
            "gold_1: prepare",
            "gold_1: aggregate",
            "gold_1: finish",
            "gold_2: prepare",
            "gold_2: aggregate",
            "gold_2: finish");
    assertThat(plan.tables())
        .extracting(table -> table.table() + " " + table.key())
        .containsExactly(
            "bronze []", "silver []", "gold_1 [region, minute_ts]", "gold_2 [customer_id]");
    assertThat(plan.quarantineTables()).containsExactly("quarantine");
  }

  @Test
  void ordersReadsParsesAndDeduplicatesOnce() {
    PipelinePlan plan = plan("orders");

    assertThat(count(plan, PlanNode.KafkaRead.class)).isEqualTo(1);
    assertThat(count(plan, PlanNode.ParseJson.class)).isEqualTo(1);
    assertThat(count(plan, PlanNode.Deduplicate.class)).isEqualTo(1);
    assertThat(readers(plan, "silver: deduplicate"))
        .containsExactlyInAnyOrder("gold_1: prepare", "gold_2: prepare", "table silver");
    assertThat(readers(plan, "bronze: project"))
        .containsExactlyInAnyOrder("orders_json: parse", "table bronze");
  }

  @Test
  void flightsLeavesOnlyTheTopListToFlink() {
    PipelinePlan plan = plan("flights");

    assertThat(plan.ways())
        .containsEntry("flights", "Millrace")
        .containsEntry("airport_totals", "Millrace")
        .hasSize(9);
    assertThat(plan.ways().get("top_airports")).startsWith("Flink planner: ");
    assertThat(plan.ways().values().stream().filter(way -> way.equals("Millrace"))).hasSize(8);
    assertThat(count(plan, PlanNode.KafkaRead.class)).isEqualTo(1);
    assertThat(count(plan, PlanNode.ParseJson.class)).isEqualTo(1);
    assertThat(count(plan, PlanNode.Deduplicate.class)).isEqualTo(1);
    assertThat(names(plan))
        .contains("flights_checked: join o", "flights_checked: join d", "flights_checked: check");
  }

  @Test
  void operatorsOfNestedQueriesHaveNamesOfTheirOwn() throws IOException {
    PipelinePlan plan =
        PipelineCompiler.compile(
            ProjectFolder.write(
                folder,
                ProjectFolder.EVENTS
                    + """
                    CREATE STREAMING TABLE t AS SELECT id, b + 1 AS c FROM (
                      SELECT id, b, ROW_NUMBER() OVER (PARTITION BY region ORDER BY PROCTIME()) AS rn
                      FROM (SELECT id, region, qty * 2 AS b FROM STREAM(events) WHERE qty > 1) WHERE b > 2)
                    WHERE rn = 1;
                    """));

    assertThat(names(plan))
        .containsExactly(
            "read events",
            "json: parse",
            "t: filter",
            "t: project",
            "t: filter 2",
            "t: project 2",
            "t: deduplicate");
  }

  @Test
  void whatADeduplicationIsPartitionedByNeedNotBeSelected() throws IOException {
    PipelinePlan plan =
        PipelineCompiler.compile(
            ProjectFolder.write(
                folder,
                ProjectFolder.EVENTS
                    + """
                    CREATE STREAMING TABLE t AS SELECT region FROM (
                      SELECT id AS region, region AS id,
                        ROW_NUMBER() OVER (PARTITION BY region ORDER BY PROCTIME()) AS rn
                      FROM STREAM(events))
                    WHERE rn = 1;
                    """));

    PlanNode.Deduplicate deduplicate = only(plan, PlanNode.Deduplicate.class);
    assertThat(deduplicate.stateSignature()).hasValue("first of [STRING] `region`");
    assertThat(deduplicate.rowType().getTypeAt(0).asSummaryString()).isEqualTo("BIGINT");
  }

  @Test
  void namesOfFunctionsAreNotCaseSensitive() throws IOException {
    PipelinePlan plan =
        PipelineCompiler.compile(
            ProjectFolder.write(
                folder,
                ProjectFolder.EVENTS
                    + """
                    create streaming table silver as select id, region, qty from (
                      select id, region, qty,
                        row_number() over (partition by id order by proctime()) as rn
                      from stream(events))
                    where rn = 1;
                    create materialized view m as
                    select upper(region) as region, count(*) as n, sum(qty) as qty, avg(qty) as mean
                    from silver group by upper(region);
                    """));

    assertThat(only(plan, PlanNode.Deduplicate.class).keys()).hasSize(1);
    assertThat(only(plan, PlanNode.Aggregate.class).key()).hasSize(1);
    assertThat(plan.nodes()).noneMatch(node -> node instanceof PlanNode.FlinkQuery);
  }

  @Test
  void aQualifiedStarSelectsTheColumnsOfItsRelation() throws IOException {
    PipelinePlan plan =
        PipelineCompiler.compile(
            ProjectFolder.write(
                folder,
                ProjectFolder.EVENTS
                    + """
                    CREATE TEMPORARY VIEW regions AS SELECT code, label
                    FROM read_files('r.csv', format => 'csv', schema => 'code STRING, label STRING');
                    CREATE STREAMING TABLE named AS SELECT r.label, e.*
                    FROM STREAM(events) AS e LEFT JOIN regions AS r ON e.region = r.code;
                    """));

    assertThat(plan.ways()).containsEntry("named", "Millrace");
    assertThat(plan.tables().get(0).rowType().getFieldNames())
        .containsExactly("label", "id", "region", "qty", "price", "ts");
  }

  /** Totals by one query, continued by another, would be the result of neither. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT region, MIN(qty) AS n FROM events GROUP BY region",
        "SELECT region, SUM(qty * 2) AS n FROM events GROUP BY region",
        "SELECT UPPER(region) AS region, SUM(qty) AS n FROM events GROUP BY UPPER(region)",
        "SELECT region, SUM(qty) AS n FROM events WHERE id > 1 GROUP BY region",
        "SELECT region, SUM(qty) + 1 AS n FROM events GROUP BY region"
      })
  void aChangedMaterializedViewHasAnotherFingerprint(String query) throws IOException {
    String before = "SELECT region, SUM(qty) AS n FROM events GROUP BY region";

    assertThat(fingerprint("CREATE MATERIALIZED VIEW m AS " + query + ";"))
        .isNotEqualTo(fingerprint("CREATE MATERIALIZED VIEW m AS " + before + ";"));
  }

  @Test
  void aChangedKeyOfADeduplicationHasAnotherFingerprint() throws IOException {
    String first =
        """
        CREATE STREAMING TABLE silver AS SELECT id, region FROM (
          SELECT id, region, ROW_NUMBER() OVER (PARTITION BY %s ORDER BY PROCTIME()) AS rn
          FROM STREAM(events))
        WHERE rn = 1;
        """;

    assertThat(fingerprint(first.formatted("region")))
        .isNotEqualTo(fingerprint(first.formatted("UPPER(region)")));
  }

  @Test
  void aChangedStreamingTableGoesOnAndALayoutIsNoChange() throws IOException {
    String table =
        """
        CREATE STREAMING TABLE big AS SELECT id, qty FROM STREAM(events) WHERE %s;
        CREATE MATERIALIZED VIEW m AS SELECT region, %s AS n FROM events GROUP BY region;
        """;

    assertThat(fingerprint(table.formatted("qty > 1", "SUM(qty)")))
        .isEqualTo(fingerprint(table.formatted("qty > 2", "SUM( qty ) /* all */")));
  }

  private String fingerprint(String sql) throws IOException {
    return PipelineCompiler.compile(ProjectFolder.write(folder, ProjectFolder.EVENTS + sql))
        .fingerprint();
  }

  private static PipelinePlan plan(String project) {
    return PipelineCompiler.compile(
        PipelineGraph.of(
            Project.load(
                SQL.resolve(project), Map.of("bootstrap", "localhost:9092", "topic", project))));
  }

  private static List<String> names(PipelinePlan plan) {
    return plan.nodes().stream().map(PlanNode::name).toList();
  }

  private static long count(PipelinePlan plan, Class<? extends PlanNode> type) {
    return plan.nodes().stream().filter(type::isInstance).count();
  }

  private static <T extends PlanNode> T only(PipelinePlan plan, Class<T> type) {
    return type.cast(plan.nodes().stream().filter(type::isInstance).findFirst().orElseThrow());
  }

  private static List<String> readers(PipelinePlan plan, String name) {
    List<String> readers = new ArrayList<>();
    for (PlanNode node : plan.nodes()) {
      if (node.inputs().stream().anyMatch(input -> input.name().equals(name))) {
        readers.add(node.name());
      }
    }
    plan.tables().stream()
        .filter(table -> table.input().name().equals(name))
        .forEach(table -> readers.add("table " + table.table()));
    return readers;
  }
}
