package io.millrace.jobs.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.jobs.plan.PipelineCompiler;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.ProjectFolder;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.Project;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestPipelineLineage {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"flights", "orders"})
  void theDemoPipelinesAreRightToTheColumn(String project) throws Exception {
    PipelineGraph graph =
        PipelineGraph.of(
            Project.load(
                sql().resolve(project), Map.of("bootstrap", "localhost:1", "topic", project)));
    PipelinePlan plan = PipelineCompiler.compile(graph);
    PipelineLineage lineage = PipelineLineage.of(graph, plan);

    assertThat(lineage.tables().values()).allMatch(StatementLineage::complete);
    assertThat(LineageText.of(plan, lineage)).isEqualTo(written(project + ".txt"));
  }

  @Test
  void windowsAndRulesOfATableCountAndWhatIsOnlyWarnedOfDoesNot() throws Exception {
    assertLineage(
        """
        CREATE STREAMING TABLE silver (
          CONSTRAINT known EXPECT (region IS NOT NULL) ON VIOLATION DROP ROW,
          CONSTRAINT many EXPECT (qty > 3),
          CONSTRAINT cheap EXPECT (price < 9) ON VIOLATION FAIL UPDATE)
        TBLPROPERTIES ('watermark' = 'ts - INTERVAL ''5'' SECOND')
        AS SELECT id, region, qty, price, ts FROM STREAM(base);
        CREATE MATERIALIZED VIEW gold (PRIMARY KEY (window_start, region)) AS
        SELECT window_start, region, SUM(qty) AS qty
        FROM TUMBLE(TABLE silver, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
        GROUP BY window_start, window_end, region;
        """,
        """
        base
          all rows: kafka events.value FILTER
          id = kafka events.value TRANSFORMATION
          region = kafka events.value TRANSFORMATION
          qty = kafka events.value TRANSFORMATION
          price = kafka events.value TRANSFORMATION
          ts = kafka events.value TRANSFORMATION

        silver
          all rows: base.price FILTER, base.region FILTER
          id = base.id IDENTITY
          region = base.region IDENTITY
          qty = base.qty IDENTITY
          price = base.price IDENTITY
          ts = base.ts IDENTITY

        gold
          all rows: silver.region GROUP_BY, silver.ts GROUP_BY, silver.ts WINDOW
          window_start = silver.ts TRANSFORMATION
          region = silver.region IDENTITY
          qty = silver.qty AGGREGATION
        """);
  }

  @Test
  void aQueryThatCannotBePlannedIsMadeOfEverything() throws Exception {
    PipelineGraph graph =
        ProjectFolder.write(
            folder,
            ProjectFolder.EVENTS
                + "CREATE STREAMING TABLE base AS SELECT id, region FROM STREAM(events);\n"
                + "CREATE STREAMING TABLE copy AS SELECT region FROM STREAM(base);\n");
    DatasetWalk walk = new DatasetWalk(graph, PipelineCompiler.compile(graph));
    walk.walk();
    StatementLineage lineage = walk.planned(graph.dataset("copy"), () -> "SELECT a FROM base");

    assertThat(lineage.gaps())
        .singleElement()
        .asString()
        .startsWith("the query of copy is not planned: SQL validation failed.");
    assertThat(lineage.sources())
        .extracting(source -> source.name().name() + " " + source.columns())
        .containsExactly("base [id, region]");
    assertThat(DatasetWalk.origins(lineage))
        .extracting(origin -> origin.source().column() + " " + origin.transformation())
        .containsExactlyInAnyOrder(
            "id TRANSFORMATION", "id FILTER", "region TRANSFORMATION", "region FILTER");
  }

  @Test
  void recordsThatAreNoDocumentsComeFromTheirTopic() throws Exception {
    PipelineGraph graph =
        ProjectFolder.write(
            folder,
            ProjectFolder.EVENTS
                + "CREATE STREAMING TABLE base AS SELECT id, region FROM STREAM(events);\n");
    PipelinePlan plan = PipelineCompiler.compile(graph);
    assertThat(LineageText.of(plan, PipelineLineage.of(graph, plan)))
        .endsWith(
            """

            json_quarantine
              all rows: kafka events.value FILTER
              raw = kafka events.value TRANSFORMATION
              raw_bytes = kafka events.value TRANSFORMATION
              kafka_topic = kafka events.topic IDENTITY
              kafka_partition = kafka events.partition IDENTITY
              kafka_offset = kafka events.offset IDENTITY
              kafka_ts = kafka events.timestamp IDENTITY
              dataset =
              rule =
              reason =
              quarantined_at =
            """);
  }

  @Test
  void thePageShowsWhatIsWrittenByHand() throws Exception {
    String page = Files.readString(sql().resolveSibling("docs").resolve("lineage.md"));
    String begin = "```text\ndelay_by_airport_hour\n";
    int from = page.indexOf(begin) + "```text\n".length();
    String shown = page.substring(from, page.indexOf("```", from));
    assertThat(page).contains(begin);
    assertThat(written("flights.txt")).contains("\n" + shown);
  }

  private void assertLineage(String sql, String expected) throws Exception {
    String base =
        ProjectFolder.EVENTS
            + "CREATE STREAMING TABLE base AS SELECT id, region, qty, price, ts FROM STREAM(events);\n";
    PipelineGraph graph = ProjectFolder.write(folder, base + sql);
    PipelinePlan plan = PipelineCompiler.compile(graph);
    assertThat(LineageText.of(plan, PipelineLineage.of(graph, plan))).startsWith(expected);
  }

  private static Path sql() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("sql/flights"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at.resolve("sql");
  }

  private static String written(String name) throws Exception {
    try (InputStream in = TestPipelineLineage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
