package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the ids of rows where a table tracks them, whatever else it is like. */
abstract class RowIdContract {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  final MergeSession session = new MergeSession();

  /** What a table knows of a row: its id, and the version that brought or last updated it. */
  record Known(long rowId, long version) {}

  /** Options of the table beside connector, path and row tracking. */
  abstract Map<String, String> properties();

  /** {@code PARTITIONED BY …}, or an empty text. */
  String partitionedBy() {
    return "";
  }

  @BeforeEach
  void create() {
    session.run(ddl("t", "", ""));
    session.run(
        ddl(
            "tracked",
            ", row_id BIGINT METADATA FROM '_row_id' VIRTUAL,"
                + " row_version BIGINT METADATA FROM '_row_commit_version' VIRTUAL",
            ""));
  }

  String ddl(String name, String columns, String more) {
    Map<String, String> options = new TreeMap<>(properties());
    options.put("delta.enableRowTracking", "true");
    return "CREATE TABLE %s (id BIGINT, name STRING, region STRING%s) %s WITH (%s%s)"
        .formatted(
            name,
            columns,
            partitionedBy(),
            options.entrySet().stream()
                .map(option -> "'%s' = '%s', ".formatted(option.getKey(), option.getValue()))
                .collect(Collectors.joining())
                .concat("'connector' = 'delta', 'path' = '%s'".formatted(folder)),
            more);
  }

  /** Rows of regions {@code r0} and {@code r1}, in one commit. */
  void insert(long... ids) {
    session.insert(
        ddl("t", "", ""),
        "INSERT INTO t VALUES "
            + LongStream.of(ids)
                .mapToObj(id -> "(%d, 'n%d', 'r%d')".formatted(id, id, id % 2))
                .collect(Collectors.joining(", ")));
  }

  void change(String statement) throws Exception {
    session.tables().executeSql(statement).await(60, TimeUnit.SECONDS);
  }

  MergeResult merge(String values, String... clauses) {
    MergeInto merge =
        MergeInto.table(session.tables(), folder.toString(), "t")
            .using(
                "SELECT CAST(a AS BIGINT) AS id, CAST(b AS STRING) AS name, CAST(c AS STRING) AS"
                    + " region FROM (VALUES %s) AS v(a, b, c)".formatted(values),
                "s")
            .on("t.id = s.id");
    List.of(clauses).forEach(merge::when);
    return merge.execute();
  }

  void optimize() {
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      Optimize.run(
          table,
          new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 0, false, List.of()),
          Progress.SILENT);
    }
  }

  /** What the table knows, by column {@code id}; no two rows have the same row id. */
  Map<Long, Known> known() throws Exception {
    Map<Long, Known> known = new TreeMap<>();
    HashSet<Long> rowIds = new HashSet<>();
    try (CloseableIterator<Row> rows =
        session.tables().executeSql("SELECT id, row_id, row_version FROM tracked").collect()) {
      while (rows.hasNext()) {
        Row row = rows.next();
        long rowId = row.<Long>getFieldAs(1);
        assertThat(rowIds.add(rowId)).as("row id " + rowId + " is given once").isTrue();
        known.put(row.getFieldAs(0), new Known(rowId, row.<Long>getFieldAs(2)));
      }
    }
    return known;
  }

  long version() {
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      return table.latest().version();
    }
  }

  private List<JsonNode> entry(long version) throws Exception {
    List<JsonNode> actions = new ArrayList<>();
    for (String line :
        Files.readAllLines(folder.resolve("_delta_log/%020d.json".formatted(version)))) {
      actions.add(JSON.readTree(line));
    }
    return actions;
  }

  /** What the protocol asks of every writer of such a table, version by version. */
  @AfterEach
  void everyFileHasIdsOfItsOwn() throws Exception {
    Map<String, Known> files = new HashMap<>();
    long mark = -1;
    for (long version = 0; version <= version(); version++) {
      long before = mark;
      long highest = mark;
      for (JsonNode action : entry(version)) {
        JsonNode add = action.path("add");
        JsonNode domain = action.path("domainMetadata");
        if (domain.path("domain").asText().equals("delta.rowTracking")) {
          mark =
              JSON.readTree(domain.path("configuration").asText())
                  .path("rowIdHighWaterMark")
                  .asLong(-1);
        }
        if (!add.isObject()) {
          continue;
        }
        long base = add.path("baseRowId").asLong(-1);
        Known said = new Known(base, add.path("defaultRowCommitVersion").asLong(-1));
        Known known = files.put(add.path("path").asText(), said);
        if (known == null) {
          assertThat(base).as("first id of a file of version " + version).isGreaterThan(before);
          assertThat(said.version()).isEqualTo(version);
          long rows = JSON.readTree(add.path("stats").asText()).path("numRecords").asLong();
          highest = Math.max(highest, base + rows - 1);
          assertThat(add.path("stats").asText()).doesNotContain("row-id", "row-commit-version");
        } else {
          assertThat(said).isEqualTo(known);
        }
      }
      assertThat(mark).as("mark of version " + version).isGreaterThanOrEqualTo(highest);
    }
  }

  private boolean saysThatIdsAreKept(long version) throws Exception {
    return entry(version)
        .get(0)
        .path("commitInfo")
        .path("tags")
        .path("delta.rowTracking.preserved")
        .asText()
        .equals("true");
  }

  @Test
  void updatedRowsKeepTheirIdsAndAreOfTheNewVersion() throws Exception {
    insert(1, 2, 3, 4);
    insert(5, 6);
    assertThat(saysThatIdsAreKept(2)).isTrue();
    Map<Long, Known> expected = known();
    assertThat(expected.values().stream().map(Known::version)).containsOnly(1L, 2L);

    change("UPDATE t SET name = UPPER(name) WHERE id IN (2, 3, 6)");

    for (long id : List.of(2L, 3L, 6L)) {
      expected.put(id, new Known(expected.get(id).rowId(), 3));
    }
    assertThat(known()).isEqualTo(expected);
    assertThat(saysThatIdsAreKept(3)).isTrue();
    assertThat(session.rows("SELECT name FROM t WHERE id = 2")).containsExactly("+I[N2]");
  }

  @Test
  void rowsThatStayKeepIdsAndVersionsWhereOthersAreDeleted() throws Exception {
    insert(1, 2, 3, 4);
    insert(5, 6, 7, 8);
    Map<Long, Known> expected = known();

    change("DELETE FROM t WHERE id IN (1, 2, 7)");

    expected.keySet().removeAll(List.of(1L, 2L, 7L));
    assertThat(known()).isEqualTo(expected);
    assertThat(saysThatIdsAreKept(3)).isTrue();
  }

  @Test
  void idsOutliveEveryFurtherMove() throws Exception {
    insert(1, 2, 3, 4, 5, 6);
    Map<Long, Known> expected = known();

    change("UPDATE t SET name = 'u' WHERE id IN (2, 3)");
    change("UPDATE t SET region = 'r0' WHERE id IN (3, 5)");
    change("DELETE FROM t WHERE id = 2");
    optimize();
    change("DELETE FROM t WHERE id = 1");
    change("UPDATE t SET name = 'v' WHERE id = 3");
    insert(7);

    expected.keySet().removeAll(List.of(1L, 2L));
    expected.put(3L, new Known(expected.get(3L).rowId(), 7));
    expected.put(5L, new Known(expected.get(5L).rowId(), 3));
    Map<Long, Known> found = known();
    Known inserted = found.remove(7L);
    assertThat(found).isEqualTo(expected);
    assertThat(inserted.version()).isEqualTo(8);
  }

  @Test
  void mergedRowsKeepTheirIdsAndInsertedOnesGetNewOnes() throws Exception {
    insert(1, 2, 3, 4, 5, 6);
    Map<Long, Known> expected = known();

    MergeResult result =
        merge(
            "(1, 'm', 'r0'), (2, 'gone', 'r1'), (3, 'm', 'r1'), (9, 'new', 'r0')",
            "WHEN MATCHED AND s.name = 'gone' THEN DELETE",
            "WHEN MATCHED THEN UPDATE SET *",
            "WHEN NOT MATCHED THEN INSERT *",
            "WHEN NOT MATCHED BY SOURCE AND t.id = 4 THEN UPDATE SET name = 'left'",
            "WHEN NOT MATCHED BY SOURCE AND t.id = 5 THEN DELETE");

    assertThat(result.version()).hasValue(2);
    expected.keySet().removeAll(List.of(2L, 5L));
    for (long id : List.of(1L, 3L, 4L)) {
      expected.put(id, new Known(expected.get(id).rowId(), 2));
    }
    Map<Long, Known> found = known();
    Known inserted = found.remove(9L);
    assertThat(found).isEqualTo(expected);
    assertThat(inserted.rowId()).isGreaterThan(5);
    assertThat(inserted.version()).isEqualTo(2);
    assertThat(saysThatIdsAreKept(2)).isTrue();
  }

  @Test
  void aMergeThatOnlyInsertsLeavesIdsAlone() throws Exception {
    insert(1, 2);
    Map<Long, Known> expected = known();

    merge("(2, 'm', 'r0'), (3, 'n', 'r1')", "WHEN NOT MATCHED THEN INSERT *");

    Map<Long, Known> found = known();
    assertThat(found.remove(3L).version()).isEqualTo(2);
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void statementsInAnyOrderKeepIds() throws Exception {
    Random random = new Random(20261129);
    Map<Long, Known> expected = new TreeMap<>();
    insert(LongStream.range(0, 40).toArray());
    expected.putAll(known());
    long nextId = 40;
    for (int round = 0; round < 14; round++) {
      long key = random.nextInt(7);
      long now = version() + 1;
      switch (random.nextInt(5)) {
        case 0 -> {
          change("UPDATE t SET name = 'u%d' WHERE MOD(id, 7) = %d".formatted(round, key));
          expected.replaceAll((id, k) -> id % 7 == key ? new Known(k.rowId(), now) : k);
        }
        case 1 -> {
          change("DELETE FROM t WHERE MOD(id, 13) = " + key);
          expected.keySet().removeIf(id -> id % 13 == key);
        }
        case 2 -> {
          merge(
              "(%d, 'm', 'r%d'), (%d, 'i', 'r0')".formatted(key, round % 2, nextId),
              "WHEN MATCHED THEN UPDATE SET *",
              "WHEN NOT MATCHED AND s.name = 'i' THEN INSERT *");
          expected.computeIfPresent(key, (id, k) -> new Known(k.rowId(), now));
        }
        case 3 -> optimize();
        default -> {
          insert(nextId, nextId + 1);
        }
      }
      Map<Long, Known> found = known();
      for (long id = nextId; id <= nextId + 1; id++) {
        if (found.containsKey(id)) {
          assertThat(found.get(id).version()).isEqualTo(now);
          expected.put(id, found.get(id));
        }
      }
      nextId += 2;
      assertThat(found).as("after round " + round).isEqualTo(expected);
    }
  }
}
