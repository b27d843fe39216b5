package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.ScalarFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What UPDATE and DELETE in Flink SQL do, whatever the table they change is like. */
abstract class RowLevelContract {
  static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  String create = "";
  final Sql stream = new Sql(false);
  final Sql batch = new Sql(true);

  /** Options of the table beside connector and path. */
  abstract Map<String, String> properties();

  /** {@code PARTITIONED BY …}, or an empty text. */
  String partitionedBy() {
    return "";
  }

  /** True if deleted rows stay in their files. */
  abstract boolean vectors();

  /** Runs something once, from within a job. */
  public static final class Meanwhile extends ScalarFunction {
    static final AtomicReference<Runnable> WHAT = new AtomicReference<>();

    @FunctionHint
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
    StringBuilder options = new StringBuilder();
    properties().forEach((key, value) -> options.append(", '%s' = '%s'".formatted(key, value)));
    create =
        "CREATE TABLE t (id BIGINT, name STRING, amount DECIMAL(10, 2), region STRING) "
            + partitionedBy()
            + " WITH ('connector' = 'delta', 'path' = '%s'%s)".formatted(folder, options);
    stream.run(create);
    batch.run(create);
    batch.run("CREATE TEMPORARY FUNCTION meanwhile AS '%s'".formatted(Meanwhile.class.getName()));
  }

  /** As one file for each partition: no checkpoint comes between. */
  void insert(String values) {
    try {
      batch.insert("INSERT INTO t VALUES " + values);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same from within a job: a planner is its thread's. */
  void elsewhere(boolean inBatch, String statement) {
    Sql other = new Sql(inBatch);
    other.run(create);
    try {
      other.insert(statement);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void change(String statement) throws Exception {
    batch.run(statement).await(60, TimeUnit.SECONDS);
  }

  List<String> rows() throws Exception {
    return batch.rows("SELECT id, name, amount, region FROM t");
  }

  JsonNode info(long version) throws Exception {
    String entry = Files.readString(folder.resolve("_delta_log/%020d.json".formatted(version)));
    return JSON.readTree(entry.lines().findFirst().orElseThrow()).path("commitInfo");
  }

  long version() throws Exception {
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      return table.latest().version();
    }
  }

  @Test
  void rowsAreDeleted() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, CAST(NULL AS STRING), 3.00, 'y')");
    insert("(4, 'd', 4.00, 'y')");

    change("DELETE FROM t WHERE id = 2 OR name IS NULL");

    assertThat(rows()).containsExactly("+I[1, a, 1.00, x]", "+I[4, d, 4.00, y]");
    JsonNode info = info(version());
    assertThat(info.path("operation").asText()).isEqualTo("DELETE");
    assertThat(info.path("operationMetrics").path("numDeletedRows").asText()).isEqualTo("2");
    assertThat(info.path("isolationLevel").asText()).isEqualTo("Serializable");
    assertThat(info.path("readVersion").asLong()).isEqualTo(version() - 1);
    assertThat(info.path("isBlindAppend").asBoolean()).isFalse();
  }

  @Test
  void allRowsAreDeletedWithoutAJob() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'y')");

    change("DELETE FROM t");

    assertThat(rows()).isEmpty();
    assertThat(info(version()).path("operationMetrics").path("numDeletedRows").asText())
        .isEqualTo("2");
  }

  @Test
  void rowsAreUpdated() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'y')");

    change("UPDATE t SET amount = amount * 2, name = UPPER(name) WHERE id >= 2");
    assertThat(rows())
        .containsExactly("+I[1, a, 1.00, x]", "+I[2, B, 4.00, x]", "+I[3, C, 6.00, y]");
    JsonNode info = info(version());
    assertThat(info.path("operation").asText()).isEqualTo("UPDATE");
    assertThat(info.path("operationMetrics").path("numUpdatedRows").asText()).isEqualTo("2");

    change("UPDATE t SET region = 'z'");
    assertThat(rows())
        .containsExactly("+I[1, a, 1.00, z]", "+I[2, B, 4.00, z]", "+I[3, C, 6.00, z]");
    change("DELETE FROM t WHERE id IN (SELECT MAX(id) FROM t)");
    assertThat(rows()).containsExactly("+I[1, a, 1.00, z]", "+I[2, B, 4.00, z]");
  }

  @Test
  void aStatementThatFindsNothingMakesNoVersion() throws Exception {
    insert("(1, 'a', 1.00, 'x')");
    long before = version();

    change("DELETE FROM t WHERE id = 7");
    change("UPDATE t SET name = 'n' WHERE id = 7");

    assertThat(version()).isEqualTo(before);
  }

  @Test
  void aRowAppendedMeanwhileThatCouldMatchIsAConflict() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    long read = version();
    Meanwhile.WHAT.set(() -> elsewhere(true, "INSERT INTO t VALUES (5, 'e', 5.00, 'x')"));

    assertThatThrownBy(() -> change("DELETE FROM t WHERE id > 1 AND meanwhile(id)"))
        .hasStackTraceContaining(
            "COMMIT_CONFLICT: DELETE of table %s has read version %d; since then version %d"
                .formatted(folder, read, read + 1))
        .hasStackTraceContaining("added rows in file");
    assertThat(rows())
        .containsExactly("+I[1, a, 1.00, x]", "+I[2, b, 2.00, x]", "+I[5, e, 5.00, x]");
  }

  @Test
  void aRowAppendedMeanwhileThatCannotMatchIsNone() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    Meanwhile.WHAT.set(() -> elsewhere(true, "INSERT INTO t VALUES (50, 'e', 5.00, 'x')"));

    change("DELETE FROM t WHERE id < 2 AND meanwhile(id)");

    assertThat(rows()).containsExactly("+I[2, b, 2.00, x]", "+I[50, e, 5.00, x]");
  }

  @Test
  void aFileRewrittenMeanwhileIsAConflict() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    insert("(3, 'c', 3.00, 'x')");
    Meanwhile.WHAT.set(
        () -> {
          try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
            Optimize.run(table, OptimizeOptions.DEFAULT, (step, done, total) -> {});
          }
        });

    assertThatThrownBy(() -> change("DELETE FROM t WHERE id = 2 AND meanwhile(id)"))
        .hasStackTraceContaining("(OPTIMIZE) removed or rewrote file");
    change("DELETE FROM t WHERE id = 2");
    assertThat(rows()).containsExactly("+I[1, a, 1.00, x]", "+I[3, c, 3.00, x]");
  }

  @Test
  void aStatementIsRunAgainUntilNobodyComesBetween() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    Meanwhile.WHAT.set(() -> elsewhere(true, "INSERT INTO t VALUES (5, 'e', 5.00, 'x')"));

    int rounds = batch.untilUndisturbed("UPDATE t SET name = 'n' WHERE id > 1 AND meanwhile(id)");

    assertThat(rounds).isEqualTo(2);
    assertThat(rows())
        .containsExactly("+I[1, a, 1.00, x]", "+I[2, n, 2.00, x]", "+I[5, n, 5.00, x]");
  }

  @Test
  void ofTwoStatementsOnOneFileOneWins() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'x')");
    Meanwhile.WHAT.set(() -> elsewhere(true, "DELETE FROM t WHERE id = 1"));

    assertThatThrownBy(() -> change("UPDATE t SET name = 'n' WHERE id = 2 AND meanwhile(id)"))
        .hasStackTraceContaining("(DELETE) removed or rewrote file");
    assertThat(rows()).containsExactly("+I[2, b, 2.00, x]", "+I[3, c, 3.00, x]");
  }

  @Test
  void randomStatementsDoWhatTheyDoToAMap() throws Exception {
    Random random = new Random(7);
    Map<Long, String[]> expected = new TreeMap<>();
    StringBuilder values = new StringBuilder();
    for (long id = 0; id < 60; id++) {
      String region = "r" + random.nextInt(3);
      expected.put(id, new String[] {"n" + id, "1.00", region});
      values
          .append(id == 0 ? "" : ", ")
          .append("(%d, 'n%d', 1.00, '%s')".formatted(id, id, region));
      if (id % 20 == 19) {
        insert(values.toString().replaceFirst("^, ", ""));
        values.setLength(0);
      }
    }
    for (int step = 0; step < 8; step++) {
      long from = random.nextInt(60);
      long to = from + random.nextInt(12);
      if (random.nextBoolean()) {
        change("DELETE FROM t WHERE id BETWEEN %d AND %d".formatted(from, to));
        expected.keySet().removeIf(id -> id >= from && id <= to);
      } else {
        String region = "r" + random.nextInt(4);
        String name = "s" + step;
        change(
            "UPDATE t SET name = '%s', region = '%s' WHERE id BETWEEN %d AND %d"
                .formatted(name, region, from, to));
        expected.forEach(
            (id, row) -> {
              if (id >= from && id <= to) {
                row[0] = name;
                row[2] = region;
              }
            });
      }
    }
    List<String> texts = new ArrayList<>();
    expected.forEach((id, row) -> texts.add("+I[" + id + ", " + String.join(", ", row) + "]"));
    texts.sort(null);
    assertThat(rows()).isEqualTo(texts);
  }
}
