package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.table.functions.ScalarFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MERGE does, whatever the table that it changes is like. */
abstract class MergeContract {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  final MergeSession session = new MergeSession();

  /** Options of the table beside connector and path. */
  abstract Map<String, String> properties();

  /** {@code PARTITIONED BY …}, or an empty text. */
  String partitionedBy() {
    return "";
  }

  /** Runs something once, from within a job. */
  public static final class Meanwhile extends ScalarFunction {
    static final AtomicReference<Runnable> WHAT = new AtomicReference<>();

    public boolean eval(Long id) {
      Runnable once = WHAT.getAndSet(null);
      if (once != null) {
        once.run();
      }
      return true;
    }

    @Override
    public boolean isDeterministic() {
      return false;
    }
  }

  @BeforeEach
  void create() {
    session.run(ddl());
    session.run("CREATE TEMPORARY FUNCTION meanwhile AS '%s'".formatted(Meanwhile.class.getName()));
  }

  private String ddl() {
    StringBuilder options = new StringBuilder();
    properties().forEach((key, value) -> options.append(", '%s' = '%s'".formatted(key, value)));
    return "CREATE TABLE t (id BIGINT, name STRING, amount DECIMAL(10, 2), region STRING) "
        + partitionedBy()
        + " WITH ('connector' = 'delta', 'path' = '%s'%s)".formatted(folder, options);
  }

  void insert(String values) {
    session.insert(ddl(), "INSERT INTO t VALUES " + values);
  }

  List<String> rows() {
    return session.rows("SELECT id, name, amount, region FROM t");
  }

  MergeInto merge(String values) {
    return MergeInto.table(session.tables(), folder.toString(), "t")
        .using(
            "SELECT CAST(a AS BIGINT) AS id, CAST(b AS STRING) AS name,"
                + " CAST(c AS DECIMAL(10, 2)) AS amount, CAST(d AS STRING) AS region"
                + " FROM (VALUES %s) AS v(a, b, c, d)".formatted(values),
            "s")
        .on("t.id = s.id");
  }

  JsonNode info(long version) throws Exception {
    String entry = Files.readString(folder.resolve("_delta_log/%020d.json".formatted(version)));
    return JSON.readTree(entry.lines().findFirst().orElseThrow()).path("commitInfo");
  }

  @Test
  void theFirstClauseThatAppliesCounts() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'y'), (4, 'd', 4.00, 'y')");
    insert("(5, CAST(NULL AS STRING), 5.00, 'x'), (6, 'f', 6.00, 'x')");

    MergeResult result =
        merge(
                "(1, 'A', 10, 'x'), (2, 'B', 20, 'z'), (3, 'C', 0, 'y'), (5, 'E', 50, 'x'),"
                    + " (7, 'G', 70, 'x'), (8, 'H', 0, 'y'), (CAST(NULL AS BIGINT), 'N', 90, 'x')")
            .when("WHEN MATCHED AND s.amount = 0 THEN DELETE")
            .when("WHEN MATCHED AND t.name = 'b' THEN UPDATE SET *")
            .when("WHEN MATCHED AND t.name <> 'zz' THEN UPDATE SET t.amount = t.amount + s.amount")
            .when("WHEN NOT MATCHED AND s.amount > 80 THEN INSERT (id, amount) VALUES (99, 1)")
            .when("WHEN NOT MATCHED AND s.amount > 0 THEN INSERT *")
            .when("WHEN NOT MATCHED BY SOURCE AND t.id = 4 THEN DELETE")
            .when("WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = 'left'")
            .execute();

    assertThat(rows())
        .containsExactly(
            "+I[1, a, 11.00, x]",
            "+I[2, B, 20.00, z]",
            "+I[5, null, 5.00, x]",
            "+I[6, left, 6.00, x]",
            "+I[7, G, 70.00, x]",
            "+I[99, null, 1.00, null]");
    assertThat(result.updated()).isEqualTo(3);
    assertThat(result.deleted()).isEqualTo(2);
    assertThat(result.inserted()).isEqualTo(2);
    assertThat(result.rounds()).isEqualTo(1);
    assertThat(result.metrics())
        .containsEntry("numSourceRows", 7L)
        .containsEntry("numTargetRowsMatchedUpdated", 2L)
        .containsEntry("numTargetRowsMatchedDeleted", 1L)
        .containsEntry("numTargetRowsNotMatchedBySourceUpdated", 1L)
        .containsEntry("numTargetRowsNotMatchedBySourceDeleted", 1L);
    JsonNode info = info(result.version().orElseThrow());
    assertThat(info.path("operation").asText()).isEqualTo("MERGE");
    assertThat(info.path("operationParameters").path("predicate").asText())
        .isEqualTo("[\"t.id = s.id\"]");
    assertThat(info.path("operationParameters").path("matchedPredicates").asText())
        .startsWith("[{\"predicate\":\"s.amount = 0\",\"actionType\":\"delete\"}");
    assertThat(info.path("operationMetrics").path("numTargetRowsInserted").asText()).isEqualTo("2");
  }

  @Test
  void onlyNewRowsAreInserted() {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'y')");

    MergeResult result =
        merge("(2, 'B', 20, 'z'), (3, 'C', 30, 'y'), (3, 'D', 30, 'y')")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(rows())
        .containsExactly(
            "+I[1, a, 1.00, x]", "+I[2, b, 2.00, y]", "+I[3, C, 30.00, y]", "+I[3, D, 30.00, y]");
    assertThat(result.inserted()).isEqualTo(2);
  }

  @Test
  void twoRowsForOneAreRefusedByTheirKey() {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'y')");
    String twice = "(2, 'B', 20, 'x'), (2, 'BB', 21, 'x'), (3, 'C', 30, 'y')";

    assertThatThrownBy(
            () -> merge(twice).when("WHEN MATCHED THEN UPDATE SET name = s.name").execute())
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("MERGE_AMBIGUOUS: several rows of the source match the row of table")
        .hasMessageContaining("with id = 2, nothing was changed");
    assertThat(rows())
        .containsExactly("+I[1, a, 1.00, x]", "+I[2, b, 2.00, x]", "+I[3, c, 3.00, y]");

    // A clause that applies to one of them only; and all of them delete.
    merge(twice).when("WHEN MATCHED AND s.amount = 21 THEN UPDATE SET name = s.name").execute();
    assertThat(rows()).contains("+I[2, BB, 2.00, x]");
    MergeResult deleted = merge(twice).when("WHEN MATCHED THEN DELETE").execute();
    assertThat(deleted.deleted()).isEqualTo(2);
    assertThat(rows()).containsExactly("+I[1, a, 1.00, x]");
  }

  @Test
  void aMergeThatFindsNothingMakesNoVersion() {
    insert("(1, 'a', 1.00, 'x')");

    MergeResult result =
        merge("(2, 'B', 20, 'x')").when("WHEN MATCHED THEN UPDATE SET *").execute();

    assertThat(result.version()).isEmpty();
  }

  @Test
  void aMergeSeesWhatWasAppendedMeanwhile() {
    insert("(1, 'a', 1.00, 'x')");
    Meanwhile.WHAT.set(() -> insert("(2, 'b', 2.00, 'x')"));

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (2, 'B', 20, 'x')")
            .on("t.id = s.id AND meanwhile(t.id)")
            .when("WHEN MATCHED THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(result.rounds()).isEqualTo(2);
    assertThat(rows()).containsExactly("+I[1, A, 10.00, x]", "+I[2, B, 20.00, x]");
  }

  @Test
  void aRowAppendedMeanwhileThatTheSourceHasNoneForIsNoConflict() {
    insert("(1, 'a', 1.00, 'x')");
    Meanwhile.WHAT.set(() -> insert("(500, 'b', 2.00, 'x')"));

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (2, 'B', 20, 'x')")
            .on("t.id = s.id AND meanwhile(t.id)")
            .when("WHEN MATCHED THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(result.rounds()).isEqualTo(1);
    assertThat(rows())
        .containsExactly("+I[1, A, 10.00, x]", "+I[2, B, 20.00, x]", "+I[500, b, 2.00, x]");
  }

  @Test
  void filesThatWereRewrittenMeanwhileAreReadAnew() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    insert("(3, 'c', 3.00, 'x')");
    insert("(4, 'd', 4.00, 'x')");
    Meanwhile.WHAT.set(() -> optimize(OptimizeOptions.DEFAULT));

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (2, 'B', 0, 'x'), (3, 'C', 30, 'x'), (5, 'E', 50, 'x')")
            .on("t.id = s.id AND meanwhile(t.id)")
            .when("WHEN MATCHED AND s.amount = 0 THEN DELETE")
            .when("WHEN MATCHED THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(result.rounds()).isEqualTo(2);
    assertThat(info(result.version().orElseThrow() - 1).path("operation").asText())
        .isEqualTo("OPTIMIZE");
    assertThat(rows())
        .containsExactly(
            "+I[1, A, 10.00, x]", "+I[3, C, 30.00, x]", "+I[4, d, 4.00, x]", "+I[5, E, 50.00, x]");
  }

  /** As another process would do it, whatever this one is doing. */
  void optimize(OptimizeOptions options) {
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      assertThat(Optimize.run(table, options, (step, done, total) -> {}).commits()).isPositive();
    }
  }

  @Test
  void randomMergesDoWhatTheyDoToAMap() {
    Random random = new Random(11);
    Map<Long, String> expected = new TreeMap<>();
    StringBuilder first = new StringBuilder();
    for (long id = 0; id < 40; id++) {
      expected.put(id, "n" + id + ", 1.00, r" + id % 3);
      first
          .append(id == 0 ? "" : ", ")
          .append("(%d, 'n%d', 1.00, 'r%d')".formatted(id, id, id % 3));
    }
    insert(first.toString());
    for (int round = 0; round < 4; round++) {
      Map<Long, String> source = new TreeMap<>();
      List<String> values = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        long id = random.nextInt(60);
        String region = "r" + random.nextInt(4);
        int amount = random.nextInt(5);
        if (source.put(id, "m%d_%d, %d.00, %s".formatted(round, i, amount, region)) == null) {
          values.add("");
        }
      }
      values.clear();
      source.forEach(
          (id, row) -> {
            String[] parts = row.split(", ");
            values.add("(%d, '%s', %s, '%s')".formatted(id, parts[0], parts[1], parts[2]));
          });
      boolean sourceless = random.nextBoolean();
      long bound = random.nextInt(40);
      MergeInto merge =
          merge(String.join(", ", values))
              .when("WHEN MATCHED AND s.amount = 0 THEN DELETE")
              .when("WHEN MATCHED AND s.amount < 4 THEN UPDATE SET *")
              .when("WHEN NOT MATCHED AND s.amount > 1 THEN INSERT *");
      if (sourceless) {
        merge.when("WHEN NOT MATCHED BY SOURCE AND t.id < %d THEN DELETE".formatted(bound));
      }
      merge.execute();
      Map<Long, String> before = new TreeMap<>(expected);
      source.forEach(
          (id, row) -> {
            int amount = Integer.parseInt(row.split(", ")[1].replace(".00", ""));
            if (before.containsKey(id)) {
              if (amount == 0) {
                expected.remove(id);
              } else if (amount < 4) {
                expected.put(id, row);
              }
            } else if (amount > 1) {
              expected.put(id, row);
            }
          });
      if (sourceless) {
        before.keySet().stream()
            .filter(id -> !source.containsKey(id) && id < bound)
            .forEach(expected::remove);
      }
      List<String> texts = new ArrayList<>();
      expected.forEach((id, row) -> texts.add("+I[" + id + ", " + row + "]"));
      texts.sort(null);
      assertThat(rows()).as("round " + round).isEqualTo(texts);
    }
  }
}
