package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.source.SourceTable;
import io.millrace.delta.vector.RandomRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the planner leaves to the table, seen from SQL. */
class TestPushDowns {
  private static final String PUSHDOWN = "table.optimizer.source.aggregate-pushdown-enabled";
  private static final RowType TYPE =
      (RowType) RandomRows.type("ROW<p STRING, id BIGINT, v INT, s STRING, `at` TIMESTAMP(3)>");

  @TempDir private Path folder;
  private final Sql batch = new Sql(true);
  private SourceTable table;
  private DataFile first;

  @BeforeEach
  void create() throws Exception {
    table =
        new SourceTable(
            folder.resolve("t"), TYPE, Map.of("delta.enableDeletionVectors", "true"), List.of("p"));
    first = append("a", 0, 10);
    append("b", 10, 30);
    append(null, 30, 33);
    batch.run(declared("t", ""));
  }

  private String declared(String name, String more) {
    return ("CREATE TABLE %s (id BIGINT, v INT, s STRING, `at` TIMESTAMP(3), p STRING%s) WITH"
            + " ('connector' = 'delta', 'path' = '%s', 'poll-interval' = '20 ms')")
        .formatted(name, more, table.path());
  }

  private DataFile append(String partition, long from, long to) throws Exception {
    List<GenericRowData> rows = new ArrayList<>();
    for (long n = from; n < to; n++) {
      rows.add(
          GenericRowData.of(
              partition == null ? null : StringData.fromString(partition),
              n,
              n % 4 == 0 ? null : (int) n % 7,
              StringData.fromString("s" + n % 3),
              TimestampData.fromEpochMillis(n * 1000)));
    }
    Map<String, String> at = new HashMap<>();
    at.put("p", partition);
    DataFile written = table.write(at, rows);
    table.commit(List.of(written), List.of());
    return written;
  }

  /** The rows of a query whose plan does, or does not, take the answer from the log. */
  private List<String> answer(boolean fromLog, String query) throws Exception {
    batch.set(PUSHDOWN, "true");
    assertThat(batch.plan(query).contains("aggregates=[grouping=[")).as(query).isEqualTo(fromLog);
    List<String> found = batch.rows(query);
    batch.set(PUSHDOWN, "false");
    assertThat(found).as(query).isEqualTo(batch.rows(query));
    return found;
  }

  @Test
  void countsAndExtremesComeFromTheLogWhereItHasThem() throws Exception {
    assertThat(answer(true, "SELECT COUNT(*), MIN(id), MAX(id), COUNT(v), MAX(p) FROM t"))
        .containsExactly("+I[33, 0, 32, 24, b]");
    assertThat(batch.plan("SELECT COUNT(*) FROM t WHERE p = 'b'"))
        .contains("aggregates=[grouping=[], aggFunctions=[Count1AggFunction()]]")
        .contains("filter=[=(p, ");
    assertThat(answer(true, "SELECT COUNT(*) FROM t WHERE p = 'b' OR p IS NULL"))
        .containsExactly("+I[23]");
    assertThat(answer(true, "SELECT p, MIN(id), COUNT(*) FROM t WHERE p IN ('a', 'b') GROUP BY p"))
        .containsExactly("+I[a, 0, 10]", "+I[b, 10, 20]");
    table.delete(first, 0, 1);
    assertThat(answer(true, "SELECT COUNT(*) FROM t")).containsExactly("+I[31]");
    assertThat(answer(true, "SELECT MIN(id) FROM t WHERE p <> 'a'")).containsExactly("+I[10]");
  }

  @Test
  void whatTheLogCannotTellIsReadFromTheFiles() throws Exception {
    assertThat(answer(false, "SELECT COUNT(*) FROM t WHERE id < 5")).containsExactly("+I[5]");
    assertThat(answer(false, "SELECT MAX(s) FROM t")).containsExactly("+I[s2]");
    assertThat(answer(false, "SELECT COUNT(NULLIF(v, 1)) FROM t")).containsExactly("+I[20]");
    assertThat(answer(false, "SELECT UPPER(p), COUNT(*) FROM t GROUP BY UPPER(p)"))
        .containsExactly("+I[A, 10]", "+I[B, 20]", "+I[null, 3]");
    assertThat(answer(false, "SELECT COUNT(*) FROM (SELECT * FROM t LIMIT 7)"))
        .containsExactly("+I[7]");
    table.delete(first, 0);
    assertThat(answer(false, "SELECT MIN(id) FROM t")).containsExactly("+I[1]");
    assertThat(answer(false, "SELECT COUNT(DISTINCT p) FROM t")).containsExactly("+I[2]");
  }

  @Test
  void aStreamingQueryAggregatesItsRows() throws Exception {
    var stream = new Sql(false);
    stream.run(declared("t", ""));

    assertThat(stream.plan("SELECT COUNT(*) FROM t")).doesNotContain("aggregates=[");
  }

  @Test
  void conditionsOnPartitionsAreLeftToTheScan() throws Exception {
    assertThat(batch.plan("SELECT id FROM t WHERE p = 'b' AND s = 's1'"))
        .contains("where=[(s = 's1')]");
    assertThat(batch.plan("SELECT id FROM t WHERE p LIKE 'b%'")).contains("where=[");
    assertThat(batch.rows("SELECT id FROM t WHERE p <> 'b' AND id > 7"))
        .containsExactly("+I[8]", "+I[9]");
    assertThat(batch.rows("SELECT id FROM t WHERE p IS NULL LIMIT 2")).hasSize(2);
    assertThat(batch.rows("SELECT COUNT(id) FROM t WHERE p BETWEEN 'a' AND 'az'"))
        .containsExactly("+I[10]");
  }

  @Test
  void thePlannerIsToldHowManyRowsThereAre() throws Exception {
    assertThat(batch.costs("SELECT * FROM t")).contains("rowcount = 33.0");
    assertThat(batch.costs("SELECT * FROM t WHERE p = 'b'")).contains("rowcount = 20.0");
    // A third of the range of ids.
    assertThat(batch.costs("SELECT id, v FROM t WHERE id < 11")).contains("rowcount = 11.");
  }

  @Test
  @Timeout(60)
  void readersMakeTheWatermarks() throws Exception {
    var stream = new Sql(false);
    stream.run(declared("t", ", WATERMARK FOR `at` AS `at` - INTERVAL '1' SECOND"));
    String counted =
        "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(`at`), INTERVAL '10'"
            + " SECOND)) GROUP BY window_start, window_end";

    assertThat(stream.plan(counted)).contains("watermark=[-(at, 1000:INTERVAL SECOND)]");
    assertThat(stream.rows(counted)).hasSize(4);
    stream.run(
        declared("followed", ", WATERMARK FOR `at` AS `at`")
            .replace("WITH (", "WITH ('mode' = 'stream', "));
    // The last window does not end before something later comes.
    assertThat(stream.first(counted.replace("TABLE t", "TABLE followed"), 3)).hasSize(3);
  }

  @Test
  void manyValuesAndManyKeysSkipFiles() throws Exception {
    // Flink's planner takes a list of values apart value by value, on its stack.
    String values =
        IntStream.range(0, 2000).mapToObj(i -> "" + (5 + 31 * i)).collect(Collectors.joining(","));
    List<String> found = new ArrayList<>();
    Runnable query =
        () -> {
          // The planner has parts that belong to the thread in which it was made.
          var own = new Sql(true);
          own.run(declared("t", ""));
          found.addAll(own.rowsUnchecked("SELECT id FROM t WHERE id IN (" + values + ")"));
        };
    var deep = new Thread(null, query, "deep", 64 << 20);
    deep.start();
    deep.join();
    assertThat(found).containsExactly("+I[5]");
    String keys =
        IntStream.range(0, 200)
            .mapToObj(i -> "(id = %d AND s = 's%d')".formatted(i + 20, i % 3))
            .collect(Collectors.joining(" OR "));
    assertThat(batch.rows("SELECT id FROM t WHERE " + keys)).isEmpty();
  }
}
