package io.millrace.delta.table;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.GarbageCollectionNotificationInfo;
import io.millrace.delta.dml.MergeInto;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * Statements on the table that {@code BenchmarkTable} writes, on two cores: those of {@code
 * SparkBenchmark} in the module {@code interop}, so that both tell the same rows and checksum, and
 * {@code upsert}, a stream in Flink SQL with checkpoints every ten seconds, which does to the table
 * what {@code merge} does. Every statement has a fresh copy of the folder; the stream begins
 * without state, so that it reads the table's keys first.
 *
 * <p>Arguments: the folder with {@code table} and {@code changes}, rounds beside the one that warms
 * up, and which statements (all if none is named). One JSON line each: wall seconds, CPU seconds of
 * the process, peak of the heap before and after collections, and rows and checksum of the table
 * afterwards.
 */
public final class TableBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CORES = 2;
  private static final String COLUMNS =
      "id BIGINT, account BIGINT, clicks BIGINT, session STRING, page STRING, country STRING,"
          + " amount DECIMAL(12, 2), seen TIMESTAMP(6)";
  private static final List<String> WORKS =
      List.of("optimize", "zorder", "delete", "update", "merge", "upsert");
  private static final String KEY = ", PRIMARY KEY (id) NOT ENFORCED";
  private static final String CHECKSUM =
      "SELECT COUNT(*), SUM(id), SUM(account), SUM(COALESCE(clicks, -1)), SUM(amount),"
          + " SUM(CHAR_LENGTH(session) + CHAR_LENGTH(page) + CHAR_LENGTH(country)) FROM target";

  /** Most bytes of the heap that a collection has left since the statement began. */
  private static final AtomicLong LEFT_MAX = new AtomicLong();

  private TableBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    int rounds = Integer.parseInt(arguments[1]);
    List<String> works =
        arguments.length > 2 ? List.of(arguments).subList(2, arguments.length) : WORKS;
    watchCollections();
    var configuration = new Configuration();
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    configuration.set(JobManagerOptions.PORT, 0);
    configuration.set(CoreOptions.CHECK_LEAKED_CLASSLOADER, false);
    try (var cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(CORES)
                .build())) {
      cluster.start();
      for (int round = 0; round <= rounds; round++) {
        for (String work : works) {
          Path copy = Files.createTempDirectory(folder, "ours-");
          Path checkpoints = copy.resolveSibling(copy.getFileName() + "-state");
          try {
            copy(folder.resolve("table"), copy);
            measure(cluster, work, round, copy, folder.resolve("changes"), checkpoints);
          } finally {
            delete(copy);
            delete(checkpoints);
          }
        }
      }
    }
    System.exit(0);
  }

  private static void measure(
      MiniCluster cluster, String work, int round, Path table, Path changes, Path checkpoints)
      throws Exception {
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    LEFT_MAX.set(0);
    long cpu = processCpu();
    long began = System.nanoTime();
    switch (work) {
      case "optimize" -> optimize(table, List.of());
      case "zorder" -> optimize(table, List.of("account", "page"));
      case "upsert" -> upsert(session(cluster, checkpoints), table, changes);
      default -> change(session(cluster, null), work, table, changes);
    }
    double wall = (System.nanoTime() - began) / 1e9;
    double used = (processCpu() - cpu) / 1e9;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("engine", "millrace");
    line.put("work", work);
    line.put("round", round);
    line.put("warm_up", round == 0);
    line.put("wall_s", wall);
    line.put("cpu_s", used);
    line.put("heap_max_mb", Runtime.getRuntime().maxMemory() >> 20);
    line.put("heap_peak_mb", heapPeak() >> 20);
    line.put("heap_peak_after_gc_mb", LEFT_MAX.get() >> 20);
    StreamTableEnvironment batch = session(cluster, null);
    declare(batch, "target", table, "");
    try (var rows = batch.executeSql(CHECKSUM).collect()) {
      Row sums = rows.next();
      StringBuilder text = new StringBuilder().append(sums.getField(0));
      for (int i = 1; i < sums.getArity(); i++) {
        text.append('/').append(sums.getField(i));
      }
      line.put("rows", sums.getField(0));
      line.put("checksum", text.toString());
    }
    System.out.println(JSON.writeValueAsString(line));
  }

  private static void optimize(Path table, List<String> order) throws IOException {
    var options = new OptimizeOptions(OptionalLong.empty(), false, Map.of(), 0, false, order);
    try (MaintainedTable open = MaintainedTable.open(table.toString())) {
      Optimize.run(open, options, Progress.SILENT);
    }
  }

  private static void upsert(StreamTableEnvironment sql, Path table, Path changes)
      throws Exception {
    declare(sql, "changes", changes, KEY);
    declare(sql, "target", table, KEY);
    sql.executeSql("INSERT INTO target SELECT * FROM changes").await();
  }

  private static void change(StreamTableEnvironment sql, String work, Path table, Path changes)
      throws Exception {
    declare(sql, "changes", changes, "");
    declare(sql, "target", table, "");
    switch (work) {
      case "delete" -> sql.executeSql("DELETE FROM target WHERE MOD(account, 10) = 3").await();
      case "update" ->
          sql.executeSql("UPDATE target SET clicks = 1000, page = '/moved' WHERE country = 'c7'")
              .await();
      case "merge" ->
          MergeInto.table(sql, table.toString(), "t")
              .using("SELECT * FROM changes", "c")
              .on("t.id = c.id")
              .when("WHEN MATCHED THEN UPDATE SET *")
              .when("WHEN NOT MATCHED THEN INSERT *")
              .execute();
      default -> throw new IllegalArgumentException("no such statement: " + work);
    }
  }

  private static StreamTableEnvironment session(MiniCluster cluster, @Nullable Path checkpoints) {
    var configuration = new Configuration();
    boolean streaming = checkpoints != null;
    if (checkpoints != null) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
      configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    }
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    var sql =
        StreamTableEnvironment.create(
            new TestStreamEnvironment(cluster, configuration, CORES, List.of(), List.of()),
            (streaming ? settings.inStreamingMode() : settings.inBatchMode()).build());
    sql.getConfig().setLocalTimeZone(ZoneOffset.UTC);
    return sql;
  }

  private static void declare(StreamTableEnvironment sql, String name, Path folder, String key) {
    sql.executeSql(
        "CREATE TABLE %s (%s%s) WITH ('connector' = 'delta', 'path' = '%s')"
            .formatted(name, COLUMNS, key, folder));
  }

  private static long heapPeak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getPeakUsage() != null)
        .mapToLong(pool -> pool.getPeakUsage().getUsed())
        .sum();
  }

  private static void watchCollections() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector)
          .addNotificationListener(
              (notification, handback) -> {
                var info =
                    GarbageCollectionNotificationInfo.from(
                        (CompositeData) notification.getUserData());
                long left =
                    info.getGcInfo().getMemoryUsageAfterGc().entrySet().stream()
                        .filter(pool -> pool.getKey().startsWith("G1"))
                        .mapToLong(pool -> pool.getValue().getUsed())
                        .sum();
                LEFT_MAX.accumulateAndGet(left, Math::max);
              },
              null,
              null);
    }
  }

  private static long processCpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
