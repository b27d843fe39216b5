package io.millrace.catalog.flink.lineage;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.StatementLineage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * That nothing is missing from lineage, by experiment: random queries run on tables, and again on
 * copies in which every column that has no part in a result, as the walk says, has other values.
 * That result must be the same. {@code -Dmillrace.lineage.queries=5000 -Dmillrace.lineage.seed=42}
 * looks further.
 */
class TestLineageIsWhole {
  private static final int QUERIES = Integer.getInteger("millrace.lineage.queries", 200);
  private static final long SEED = Long.getLong("millrace.lineage.seed", 20_261_129L);
  private static final List<String> TABLES = List.of("a", "b", "c");
  private static final List<String> COLUMNS = List.of("id", "x", "y", "s");
  private static final int ROWS = 8;

  /** Copies of the tables: as they are, changed for each of three results, changed altogether. */
  private static final int ALL_CHANGED = 4;

  private static MiniCluster cluster;
  private static StreamTableEnvironment shop;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(1)
                .build());
    cluster.start();
    TestStreamEnvironment.setAsContext(cluster, 1);
    shop = Shop.empty(false);
    shop.createTemporarySystemFunction("words", TestFunctions.Words.class);
    for (String table : TABLES) {
      for (int copy = 0; copy <= ALL_CHANGED; copy++) {
        shop.executeSql(
            "CREATE TABLE %1$s%2$d (id INT, x INT, y INT, s STRING) WITH ('connector' = 'rows',"
                    .formatted(table, copy)
                + " 'rows' = '%s%d')".formatted(table, copy));
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    TestStreamEnvironment.unsetAsContext();
    cluster.close();
  }

  @Test
  void aColumnWithoutAPartInAResultNeverChangesIt() throws Exception {
    Random random = new Random(SEED);
    RandomQuery queries = new RandomQuery(random);
    LineageWalk walk = LineageWalk.in(shop);
    int tried = 0;
    int held = 0;
    int unplanned = 0;
    int changed = 0;
    for (int run = 0; run < QUERIES; ) {
      String query = queries.next();
      StatementLineage lineage = walk.ofStatement(on(query, 0));
      assertThat(lineage.gaps()).as(query).isEmpty();
      List<SinkColumn> results = lineage.sinks().get(0).columns();
      List<Set<String>> parts = results.stream().map(TestLineageIsWhole::parts).toList();
      fill(random, parts);
      Map<Integer, List<Row>> rows;
      try {
        rows = run(query);
      } catch (TableException e) {
        unplanned++; // Flink has no plan for every query that it understands
        assertThat(unplanned).as("queries without a plan, the last: " + query).isLessThan(QUERIES);
        continue;
      }
      run++;
      for (int result = 0; result < results.size(); result++) {
        tried++;
        held += 12 - parts.get(result).size();
        assertThat(values(rows, result + 1, result))
            .as("%s%nresult %s%nseed %d", query, results.get(result), SEED)
            .isEqualTo(values(rows, 0, result));
        if (!values(rows, ALL_CHANGED, result).equals(values(rows, 0, result))) {
          changed++;
        }
      }
    }
    System.out.printf(
        "%d queries (%d more without a plan), %d results, %d of their columns changed; with all"
            + " columns changed %d results changed%n",
        QUERIES, unplanned, tried, held, changed);
    // Else queries that are always empty would pass, and a walk that always names all columns.
    assertThat(changed).isGreaterThan(tried / 2);
    assertThat(held).isGreaterThan(tried * 3);
  }

  private static String on(String query, int copy) {
    String text = query;
    for (String table : TABLES) {
      text = text.replace("{" + table + "}", table + copy);
    }
    return text;
  }

  /** Columns with a part in a result, as {@code a.x}. */
  private static Set<String> parts(SinkColumn result) {
    return Stream.concat(result.direct().stream(), result.indirect().stream())
        .map(origin -> origin.source())
        .map(TestLineageIsWhole::brief)
        .collect(Collectors.toSet());
  }

  private static String brief(ColumnPath path) {
    return path.table().name().charAt(0) + "." + path.column();
  }

  private static void fill(Random random, List<Set<String>> parts) {
    for (String table : TABLES) {
      List<Object[]> rows = random(random, 6);
      RowsTableFactory.put(table + 0, rows);
      for (int result = 0; result < parts.size(); result++) {
        RowsTableFactory.put(table + (result + 1), changed(random, table, rows, parts.get(result)));
      }
      RowsTableFactory.put(table + ALL_CHANGED, changed(random, table, rows, Set.of()));
    }
  }

  private static List<Object[]> random(Random random, int bound) {
    return IntStream.range(0, ROWS)
        .mapToObj(
            row ->
                new Object[] {
                  number(random, bound),
                  number(random, bound),
                  number(random, bound),
                  random.nextInt(6) == 0 ? null : "s" + random.nextInt(bound)
                })
        .toList();
  }

  private static Object number(Random random, int bound) {
    return random.nextInt(6) == 0 ? null : (Object) random.nextInt(bound);
  }

  private static List<Object[]> changed(
      Random random, String table, List<Object[]> rows, Set<String> kept) {
    List<Object[]> others = random(random, 9);
    List<Object[]> changed = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      Object[] values = rows.get(row).clone();
      for (int column = 0; column < values.length; column++) {
        if (!kept.contains(table + "." + COLUMNS.get(column))) {
          values[column] = others.get(row)[column];
        }
      }
      changed.add(values);
    }
    return changed;
  }

  /** Rows by copy. */
  private static Map<Integer, List<Row>> run(String query) throws Exception {
    String all =
        IntStream.rangeClosed(0, ALL_CHANGED)
            .mapToObj(
                copy -> "SELECT %d AS copy_, c0, c1, c2 FROM (%s)".formatted(copy, on(query, copy)))
            .collect(joining(" UNION ALL "));
    Map<Integer, List<Row>> rows = new TreeMap<>();
    try (CloseableIterator<Row> results = shop.executeSql(all).collect()) {
      results.forEachRemaining(
          row ->
              rows.computeIfAbsent((Integer) row.getField(0), absent -> new ArrayList<>())
                  .add(row));
    }
    return rows;
  }

  private static List<String> values(Map<Integer, List<Row>> rows, int copy, int result) {
    return rows.getOrDefault(copy, List.of()).stream()
        .map(row -> Objects.toString(row.getField(result + 1)))
        .sorted()
        .toList();
  }

  @Test
  void theGeneratorMakesTheSameQueriesFromTheSameSeed() {
    assertThat(new RandomQuery(new Random(1)).next())
        .isEqualTo(new RandomQuery(new Random(1)).next());
  }
}
