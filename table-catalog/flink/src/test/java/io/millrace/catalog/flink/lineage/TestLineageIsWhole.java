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
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.config.OptimizerConfigOptions;
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
  private static final int COPIES = 5;

  /** How many queries there are to one that is also asked of tables that are changed altogether. */
  private static final int ALTOGETHER = 4;

  private static MiniCluster cluster;
  private static StreamTableEnvironment shop;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(4)
                .withRandomPorts()
                .setConfiguration(
                    new Configuration()
                        .set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default)
                        .set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32))
                        .set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32))
                        .set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512)))
                .build());
    cluster.start();
    TestStreamEnvironment.setAsContext(cluster, 1);
    shop = Shop.empty(false);
    // Joins that change their minds at run time ask for the planner's loader.
    shop.getConfig()
        .set(
            OptimizerConfigOptions.TABLE_OPTIMIZER_ADAPTIVE_BROADCAST_JOIN_STRATEGY,
            OptimizerConfigOptions.AdaptiveBroadcastJoinStrategy.NONE)
        .set(
            OptimizerConfigOptions.TABLE_OPTIMIZER_ADAPTIVE_SKEWED_JOIN_OPTIMIZATION_STRATEGY,
            OptimizerConfigOptions.AdaptiveSkewedJoinOptimizationStrategy.NONE);
    shop.createTemporarySystemFunction("words", TestFunctions.Words.class);
    for (String table : TABLES) {
      for (int copy = 0; copy < COPIES; copy++) {
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
    int compared = 0;
    int varied = 0;
    int unplanned = 0;
    int altogether = 0;
    int changed = 0;
    for (int run = 0; run < QUERIES; ) {
      String query = queries.next();
      StatementLineage lineage = walk.ofStatement(on(query, 0));
      assertThat(lineage.gaps()).as(query).isEmpty();
      List<SinkColumn> results = lineage.sinks().get(0).columns();
      // Results with the same parts share a copy of the tables.
      List<Set<String>> copies =
          new ArrayList<>(results.stream().map(TestLineageIsWhole::parts).distinct().toList());
      if (run % ALTOGETHER == 0) {
        copies.add(Set.of());
      }
      fill(random, copies);
      Map<Integer, List<Row>> rows;
      try {
        rows = run(query, copies.size());
      } catch (TableException e) {
        unplanned++; // Flink has no plan for every query that it understands
        assertThat(unplanned).as("queries without a plan, the last: " + query).isLessThan(QUERIES);
        continue;
      }
      for (int result = 0; result < results.size(); result++) {
        Set<String> parts = parts(results.get(result));
        compared++;
        varied += TABLES.size() * COLUMNS.size() - parts.size();
        assertThat(values(rows, 1 + copies.indexOf(parts), result))
            .as("%s%nresult %s%nseed %d", query, results.get(result), SEED)
            .isEqualTo(values(rows, 0, result));
        if (run % ALTOGETHER == 0) {
          altogether++;
          if (!values(rows, copies.size(), result).equals(values(rows, 0, result))) {
            changed++;
          }
        }
      }
      run++;
    }
    System.out.printf(
        "%d queries (%d more without a plan), %d results with %d columns varied; of %d results with"
            + " all columns varied %d changed%n",
        QUERIES, unplanned, compared, varied, altogether, changed);
    // Else queries without rows would pass, and a walk that always names all columns.
    assertThat(changed).isGreaterThan(altogether / 2);
    assertThat(varied).isGreaterThan(compared * 3);
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

  private static void fill(Random random, List<Set<String>> copies) {
    for (String table : TABLES) {
      List<Object[]> rows = random(random, 6);
      RowsTableFactory.put(table + 0, rows);
      for (int copy = 0; copy < copies.size(); copy++) {
        RowsTableFactory.put(table + (copy + 1), changed(random, table, rows, copies.get(copy)));
      }
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
  private static Map<Integer, List<Row>> run(String query, int copies) throws Exception {
    String all =
        IntStream.rangeClosed(0, copies)
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
