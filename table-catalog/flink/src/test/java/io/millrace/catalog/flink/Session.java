package io.millrace.catalog.flink;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.InstantiationUtil;

/** A session of Flink SQL in which the catalog {@code main} is the current one. */
final class Session {
  private static final long TIMEOUT_SECONDS = 120;
  private static final int SLOTS = 4;
  private static final MiniCluster CLUSTER = cluster();

  private final StreamTableEnvironment tables;
  private final List<byte[]> jobs = new ArrayList<>();

  /** Without any catalog of ours. */
  Session(boolean batch) {
    var configuration = new Configuration();
    if (!batch) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    }
    var environment =
        new TestStreamEnvironment(CLUSTER, configuration, 1, List.of(), List.of()) {
          @Override
          public JobClient executeAsync(StreamGraph graph) throws Exception {
            jobs.add(InstantiationUtil.serializeObject(graph.getJobGraph()));
            return super.executeAsync(graph);
          }
        };
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    tables =
        StreamTableEnvironment.create(
            environment, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
  }

  /** For a user of a server; the token is handed over by this process. */
  Session(LocalCatalog server, String user, boolean batch) {
    this(batch);
    run(
        "CREATE CATALOG main WITH ('type' = 'millrace', 'uri' = '%s', 'session' = '%s')"
            .formatted(server.uri(), CatalogSessions.open(() -> server.token(user))));
    run("USE CATALOG main");
  }

  private static MiniCluster cluster() {
    var configuration = new Configuration();
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32));
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
    var cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .withRandomPorts()
                .build());
    try {
      cluster.start();
    } catch (Exception e) {
      throw new IllegalStateException("the cluster did not start", e);
    }
    return cluster;
  }

  StreamTableEnvironment tables() {
    return tables;
  }

  /** All jobs that were submitted, as they were sent. */
  List<byte[]> jobs() {
    return jobs;
  }

  TableResult run(String statement) {
    return tables.executeSql(statement);
  }

  /** Runs an INSERT, or another statement that is a job, to its end. */
  void insert(String statement) throws Exception {
    run(statement).await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** The rows of a query that ends, each with its kind, sorted. */
  List<String> rows(String query) throws Exception {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = run(query).collect()) {
      found.forEachRemaining(row -> rows.add(row.toString()));
    }
    rows.sort(null);
    return rows;
  }

  /** The first rows of a query that does not end, in the order in which they come. */
  List<String> first(String query, int count) throws Exception {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = run(query).collect()) {
      while (rows.size() < count) {
        rows.add(found.next().toString());
      }
    }
    return rows;
  }
}
