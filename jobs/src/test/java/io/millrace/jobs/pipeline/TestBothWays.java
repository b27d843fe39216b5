package io.millrace.jobs.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.jobs.language.SourceFunction.ReadKafka;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.ProjectFolder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same pipeline twice over the same records, with two subtasks: by our operators, and by
 * Flink's planner wherever it can. What only ours run is computed again in plain Java.
 */
@Timeout(120)
class TestBothWays {
  /** Some ids come twice, byte for byte; every thirteenth record is no JSON. */
  private static final int RECORDS = 400;

  private static final int IDS = 260;

  private static final String SQL =
      """
      CREATE TEMPORARY VIEW json AS SELECT
        from_json(`value`, 'id BIGINT, region STRING, qty INT, price DECIMAL(10,2), weight DOUBLE, ts TIMESTAMP(3), flag BOOLEAN') AS j
      FROM STREAM read_kafka(bootstrapServers => 'localhost:1', subscribe => 'events');
      CREATE TEMPORARY VIEW events AS SELECT
        j.id AS id, j.region AS region, j.qty AS qty, j.price AS price, j.weight AS weight, j.ts AS ts, j.flag AS flag
      FROM STREAM(json);
      CREATE STREAMING TABLE projected AS SELECT
        id, UPPER(region) AS region, qty * 2 AS twice, price + 1 AS more,
        CASE WHEN qty > 5 THEN 'many' ELSE 'few' END AS size_, FLOOR(ts TO HOUR) AS hour_ts, COALESCE(region, '-') AS known
      FROM STREAM(events);
      CREATE STREAMING TABLE filtered AS SELECT id, qty FROM STREAM(events) WHERE qty > 3 AND region IS NOT NULL OR flag;
      CREATE STREAMING TABLE nested AS SELECT b + 1 AS c FROM (SELECT qty * 3 AS b FROM STREAM(events) WHERE qty > 1) WHERE b < 20;
      CREATE TEMPORARY VIEW renamed AS SELECT id AS key_, qty AS amount, region FROM STREAM(events);
      CREATE STREAMING TABLE first_of_id AS SELECT id, region, qty, price, ts FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY PROCTIME()) AS rn FROM STREAM(events)) WHERE rn = 1;
      CREATE STREAMING TABLE first_of_expression AS SELECT r FROM (
        SELECT UPPER(region) AS r, ROW_NUMBER() OVER (PARTITION BY LOWER(region) ORDER BY PROCTIME()) AS rn FROM STREAM(events)) WHERE rn = 1;
      CREATE MATERIALIZED VIEW by_region (PRIMARY KEY (region)) AS SELECT
        region, COUNT(*) AS n, COUNT(qty) AS known, SUM(qty) AS qty, MIN(qty) AS least, MAX(qty) AS most, AVG(qty) AS mean,
        SUM(price) AS revenue, MIN(price) AS cheapest, MAX(price) AS dearest, AVG(price) AS mean_price,
        MIN(ts) AS first_ts, MAX(ts) AS last_ts, MIN(id) AS first_id
      FROM events GROUP BY region;
      CREATE MATERIALIZED VIEW by_hour (PRIMARY KEY (region, hour_ts)) AS SELECT
        region, CAST(FLOOR(ts TO HOUR) AS TIMESTAMP(6)) AS hour_ts, SUM(CAST(qty AS BIGINT)) AS qty,
        CAST(SUM(price) AS DECIMAL(18, 2)) AS revenue, MAX(weight) AS heaviest
      FROM events GROUP BY region, FLOOR(ts TO HOUR);
      CREATE MATERIALIZED VIEW by_flag (PRIMARY KEY (flag, big)) AS SELECT
        flag, CAST(qty AS BIGINT) AS big, COUNT(*) AS n FROM events WHERE id > 10 GROUP BY flag, qty;
      CREATE MATERIALIZED VIEW by_price (PRIMARY KEY (price)) AS SELECT COUNT(*) AS n, price FROM events GROUP BY price;
      CREATE MATERIALIZED VIEW of_first (PRIMARY KEY (region)) AS SELECT region, SUM(qty) + 1 AS q FROM first_of_id GROUP BY region;
      CREATE MATERIALIZED VIEW of_renamed (PRIMARY KEY (region)) AS SELECT region, SUM(amount) AS q FROM renamed GROUP BY region;
      CREATE MATERIALIZED VIEW by_both (PRIMARY KEY (region)) AS SELECT region, COUNT(DISTINCT qty) AS q FROM events GROUP BY region;
      CREATE MATERIALIZED VIEW by_rename (PRIMARY KEY (region)) AS SELECT region, COUNT(DISTINCT amount) AS q FROM renamed GROUP BY region;
      CREATE TEMPORARY VIEW regions AS SELECT code, UPPER(label) AS label FROM read_files('regions.csv', format => 'csv', header => true,
        schema => 'code STRING, label STRING, opened BOOLEAN') WHERE opened;
      CREATE STREAMING TABLE joined AS SELECT e.id, r.label FROM STREAM(events) AS e JOIN regions AS r ON e.region = r.code;
      CREATE STREAMING TABLE outer_joined AS SELECT e.id, r.label, s.label AS again FROM STREAM(first_of_id) AS e
        LEFT JOIN regions AS r ON e.region = r.code LEFT JOIN regions AS s ON s.code = e.region;
      """;

  private static final List<String> BOTH =
      List.of(
          "projected",
          "filtered",
          "nested",
          "first_of_id",
          "first_of_expression",
          "by_region",
          "by_hour",
          "by_flag",
          "by_price",
          "of_first",
          "of_renamed",
          "by_both",
          "by_rename");

  @TempDir private static Path folder;
  private static PipelinePlan ours;
  private static PipelinePlan flinks;

  @BeforeAll
  static void run() throws Exception {
    Path project = Files.createDirectory(folder.resolve("project"));
    Files.writeString(
        project.resolve("regions.csv"),
        "code,label,opened\neu,Europe,true\nus,States,true\nus,America,true\nas,Asia,false\n,nowhere,true\n");
    ours = ProjectFolder.compile(ProjectFolder.write(project, SQL), false);
    flinks = ProjectFolder.compile(ProjectFolder.write(project, SQL), true);
    execute(ours, project, "ours");
    execute(flinks, project, "flink");
  }

  private static void execute(PipelinePlan plan, Path project, String root) throws Exception {
    StreamExecutionEnvironment environment = build(plan, project, root);
    environment.execute(root);
  }

  private static StreamExecutionEnvironment build(PipelinePlan plan, Path project, String root) {
    Configuration configuration = new Configuration();
    configuration.setString("execution.checkpointing.interval", "300 ms");
    configuration.setString("pipeline.object-reuse", "true");
    configuration.setString("pipeline.max-parallelism", "128");
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    PipelineLayout layout = PipelineLayout.of(folder.resolve(root));
    layout.create();
    new JobBuilder(plan, layout, environment, new Records(), new StaticRows(project))
        .build(
            new RegistryListener(
                layout, plan.pipeline(), plan.fingerprint(), "00", Map.of(), Map.of()));
    return environment;
  }

  /** The records, from a bounded source. */
  private static final class Records implements TopicStreams {
    @Override
    public Source<RowData, ?, ?> stream(ReadKafka read) {
      return new DataGeneratorSource<>(
          TestBothWays::record, RECORDS, new FlatRowTypeInfo(KafkaColumns.ALL));
    }

    @Override
    public String run() {
      return "test";
    }
  }

  private static RowData record(long index) {
    FlatRow row = new FlatRow(KafkaColumns.ALL);
    Object[] values = {
      null,
      document((int) index).getBytes(UTF_8),
      StringData.fromString("events"),
      0,
      index,
      TimestampData.fromEpochMillis(1_767_225_600_000L + index),
      0
    };
    for (int i = 0; i < values.length; i++) {
      FlatRows.setValue(row, i, values[i]);
    }
    return row;
  }

  private static boolean isBroken(int index) {
    return index % 13 == 12;
  }

  private static String region(int id) {
    return switch (id % 5) {
      case 0 -> "eu";
      case 1 -> "us";
      case 2 -> "as";
      case 3 -> "af";
      default -> "";
    };
  }

  private static String document(int index) {
    if (isBroken(index)) {
      return "{\"id\":" + index;
    }
    int id = index % IDS;
    List<String> fields = new ArrayList<>();
    fields.add("\"id\":" + id);
    if (!region(id).isEmpty()) {
      fields.add("\"region\":\"" + region(id) + "\"");
    }
    if (id % 7 != 0) {
      fields.add("\"qty\":" + id % 11);
    }
    fields.add("\"price\":" + BigDecimal.valueOf(id % 17 * 125L, 2));
    fields.add("\"weight\":" + id * 0.25);
    fields.add("\"ts\":\"2026-01-01T%02d:%02d:07.5Z\"".formatted(id % 6, id % 60));
    if (id % 3 != 0) {
      fields.add("\"flag\":" + (id % 3 == 1));
    }
    return "{" + String.join(",", fields) + "}";
  }

  @Test
  void eachDatasetTookTheWayThatItShould() {
    assertThat(ours.ways())
        .allSatisfy(
            (dataset, way) -> {
              if (!List.of("by_both", "by_rename").contains(dataset)) {
                assertThat(way).as(dataset).isEqualTo("Millrace");
              }
            });
    for (String dataset : BOTH) {
      assertThat(flinks.ways().get(dataset)).as(dataset).startsWith("Flink planner: ");
    }
  }

  @Test
  void bothWaysGiveTheSameTables() throws Exception {
    for (String table : BOTH) {
      List<String> expected = rows("flink", table);
      assertThat(expected).as(table).isNotEmpty();
      assertThat(rows("ours", table)).as(table).isEqualTo(expected);
    }
  }

  @Test
  void whatIsNoJsonIsInQuarantineAndNowhereElse() throws Exception {
    long broken = 0;
    for (int i = 0; i < RECORDS; i++) {
      broken += isBroken(i) ? 1 : 0;
    }
    assertThat(rows("ours", "json_quarantine")).hasSize((int) broken);
    assertThat(rows("ours", "projected")).hasSize((int) (RECORDS - broken));
  }

  @Test
  void aggregatesAreThoseOfPlainJava() throws Exception {
    Map<String, Long> count = new TreeMap<>();
    Map<String, BigDecimal> revenue = new TreeMap<>();
    for (int i = 0; i < RECORDS; i++) {
      if (!isBroken(i)) {
        int id = i % IDS;
        String region = region(id).isEmpty() ? "null" : region(id);
        count.merge(region, 1L, Long::sum);
        revenue.merge(region, BigDecimal.valueOf(id % 17 * 125L, 2), BigDecimal::add);
      }
    }
    List<String> expected = new ArrayList<>();
    count.forEach(
        (region, n) ->
            expected.add(
                region
                    + "|"
                    + n
                    + "|"
                    + revenue.get(region).setScale(2, RoundingMode.UNNECESSARY)));
    assertThat(rows("ours", "by_region", List.of("region", "n", "revenue")))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void joinsAreThoseOfPlainJava() throws Exception {
    Map<String, List<String>> labels =
        Map.of("eu", List.of("EUROPE"), "us", List.of("STATES", "AMERICA"));
    List<String> inner = new ArrayList<>();
    List<String> outer = new ArrayList<>();
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      if (isBroken(i)) {
        continue;
      }
      int id = i % IDS;
      List<String> found = labels.getOrDefault(region(id), List.of());
      found.forEach(label -> inner.add(id + "|" + label));
      if (!seen.contains(id)) {
        seen.add(id);
        for (String first : found.isEmpty() ? List.of("null") : found) {
          for (String second : found.isEmpty() ? List.of("null") : found) {
            outer.add(id + "|" + first + "|" + second);
          }
        }
      }
    }
    assertThat(rows("ours", "joined")).containsExactlyInAnyOrderElementsOf(inner);
    assertThat(rows("ours", "outer_joined")).containsExactlyInAnyOrderElementsOf(outer);
    assertThat(rows("flink", "joined")).containsExactlyInAnyOrderElementsOf(inner);
  }

  @Test
  void whatIsReadByManyIsOneOperatorOfTheJob() {
    List<String> names = new ArrayList<>();
    for (StreamNode node :
        build(ours, folder.resolve("project"), "unused").getStreamGraph().getStreamNodes()) {
      names.add(node.getOperatorName());
    }
    assertThat(names).filteredOn(name -> name.contains("read events")).hasSize(2);
    assertThat(names).filteredOn("json: parse"::equals).hasSize(1);
    assertThat(names).filteredOn("first_of_id: deduplicate"::equals).hasSize(1);
    assertThat(names).filteredOn(name -> name.endsWith(": aggregate")).doesNotHaveDuplicates();
  }

  private static List<String> rows(String root, String table) throws Exception {
    String path = folder.resolve(root).resolve(table).toString();
    return rows(root, table, KernelTableReader.open(path).rowType().getFieldNames());
  }

  private static List<String> rows(String root, String table, List<String> columns)
      throws Exception {
    List<String> rows = new ArrayList<>();
    try (var read =
        KernelTableReader.open(folder.resolve(root).resolve(table).toString())
            .rows(columns, OptionalLong.empty())) {
      while (read.hasNext()) {
        List<String> cells = new ArrayList<>();
        for (Object cell : read.next()) {
          cells.add(String.valueOf(cell));
        }
        rows.add(String.join("|", cells));
      }
    }
    rows.sort(null);
    return rows;
  }
}
