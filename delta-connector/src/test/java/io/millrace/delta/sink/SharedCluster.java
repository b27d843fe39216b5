package io.millrace.delta.sink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** One real MiniCluster for all tests of a JVM, since starting one takes longer than most jobs. */
public final class SharedCluster {
  private static final int SLOTS = 4;

  private SharedCluster() {}

  /** Started at the first call; ends with the JVM. */
  public static MiniCluster get() {
    return Holder.CLUSTER;
  }

  private static final class Holder {
    static final MiniCluster CLUSTER = start();

    private static MiniCluster start() {
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
  }
}
