package io.millrace.delta.dml;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A batch session on a cluster with memory for joins. */
final class MergeSession {
  private final StreamTableEnvironment tables = environment(true);

  StreamTableEnvironment tables() {
    return tables;
  }

  static StreamTableEnvironment environment(boolean batch) {
    Configuration configuration = new Configuration();
    if (!batch) {
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    }
    var environment =
        new TestStreamEnvironment(Holder.CLUSTER, configuration, 2, List.of(), List.of());
    EnvironmentSettings.Builder settings = EnvironmentSettings.newInstance();
    StreamTableEnvironment made =
        StreamTableEnvironment.create(
            environment, (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    made.getConfig().setLocalTimeZone(java.time.ZoneOffset.UTC);
    return made;
  }

  void run(String statement) {
    tables.executeSql(statement);
  }

  /** Appends rows; from any thread, as a planner is its thread's. */
  void insert(String ddl, String statement) {
    StreamTableEnvironment other = environment(true);
    other.executeSql(ddl);
    try {
      other.executeSql(statement).await(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  List<String> rows(String query) {
    List<String> rows = new ArrayList<>();
    try (CloseableIterator<Row> found = tables.executeSql(query).collect()) {
      found.forEachRemaining(row -> rows.add(row.toString()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    rows.sort(null);
    return rows;
  }

  private static final class Holder {
    static final MiniCluster CLUSTER = start();

    private static MiniCluster start() {
      var configuration = new Configuration();
      configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
      configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
      configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(192));
      var cluster =
          new MiniCluster(
              new MiniClusterConfiguration.Builder()
                  .setConfiguration(configuration)
                  .setNumTaskManagers(1)
                  .setNumSlotsPerTaskManager(4)
                  .withRandomPorts()
                  .build());
      try {
        cluster.start();
      } catch (Exception e) {
        throw new IllegalStateException("the cluster did not start", e);
      }
      return cluster;
    }
  }
}
