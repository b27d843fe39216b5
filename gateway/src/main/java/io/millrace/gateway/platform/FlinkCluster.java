package io.millrace.gateway.platform;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** Flink in this process, with its web pages on 127.0.0.1. */
public final class FlinkCluster implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private final MiniCluster cluster;
  private final int restPort;

  private FlinkCluster(MiniCluster cluster, int restPort) {
    this.cluster = cluster;
    this.restPort = restPort;
  }

  /**
   * How much a cluster may use.
   *
   * @param slots tasks of one job share slots: a pipeline takes as many as its parallelism
   * @param networkMemory buffers between tasks, allocated at once, outside the heap
   * @param managedMemory for state backends outside the heap, allocated when used
   */
  public record Size(int slots, MemorySize networkMemory, MemorySize managedMemory) {
    /** A few pipelines on a laptop. */
    public static final Size LAPTOP =
        new Size(16, MemorySize.ofMebiBytes(64), MemorySize.ofMebiBytes(128));
  }

  /**
   * Returns when jobs can be submitted.
   *
   * @param restPort a free port, or 0 for any
   * @param checkpoints where jobs keep checkpoints and savepoints unless they say otherwise
   * @param scratch for temporary files
   * @throws MillraceException PORT_IN_USE; INTERNAL if Flink does not start
   */
  public static FlinkCluster start(int restPort, Path checkpoints, Path scratch, Size size) {
    Configuration configuration = configuration(restPort, checkpoints, scratch, size);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(size.slots())
                .build());
    try {
      Files.createDirectories(scratch);
      cluster.start();
      return new FlinkCluster(cluster, cluster.getRestAddress().get().getPort());
    } catch (Exception e) {
      MillraceException failure = explain(restPort, e);
      try {
        cluster.closeAsync().get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (Exception second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private static Configuration configuration(
      int restPort, Path checkpoints, Path scratch, Size size) {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.PORT, restPort);
    configuration.set(RestOptions.BIND_PORT, Integer.toString(restPort));
    configuration.set(JobManagerOptions.ADDRESS, "127.0.0.1");
    // The pages ask nobody who they are: a jar from there would run with our rights, and any web
    // site that the user visits could send one.
    configuration.set(WebOptions.SUBMIT_ENABLE, false);
    configuration.set(WebOptions.CANCEL_ENABLE, false);
    configuration.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://127.0.0.1:" + restPort);
    configuration.set(SecurityOptions.DELEGATION_TOKENS_ENABLED, false);
    configuration.set(CoreOptions.TMP_DIRS, scratch.toString());
    // Flink reads no escapes in it: a blank is a blank.
    String directory = "file://" + checkpoints.toAbsolutePath().normalize();
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory);
    configuration.set(CheckpointingOptions.SAVEPOINT_DIRECTORY, directory);
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, size.networkMemory());
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, size.networkMemory());
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, size.managedMemory());
    return configuration;
  }

  private static MillraceException explain(int restPort, Exception failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof BindException) {
        return new MillraceException(
            ErrorCode.PORT_IN_USE,
            "Flink cannot listen on 127.0.0.1:" + restPort + ": " + t.getMessage(),
            "stop the program that listens there, or choose another port with --flink-port",
            failure);
      }
    }
    if (failure instanceof IOException) {
      return new MillraceException(
          ErrorCode.IO_FAILED,
          "Flink cannot start: " + failure,
          "see that the disk has room and that the directory is writable",
          failure);
    }
    return new MillraceException(
        ErrorCode.INTERNAL,
        "Flink cannot start: " + failure,
        "look into the log for the reason, and report it",
        failure);
  }

  /** For submitting, stopping and watching jobs. */
  public MiniCluster miniCluster() {
    return cluster;
  }

  /** Flink's web pages and REST interface. */
  public String url() {
    return "http://127.0.0.1:" + restPort;
  }

  public int restPort() {
    return restPort;
  }

  /** False once Flink has given up, or was closed. */
  public boolean running() {
    return cluster.isRunning();
  }

  /** Cancels what still runs, and returns when Flink has ended. Retained checkpoints stay. */
  @Override
  public void close() {
    try {
      cluster.closeAsync().get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "Flink did not stop within " + STOP_TIMEOUT.toSeconds() + " s: " + e,
          "nothing to do: pipelines resume from their last checkpoint at the next start",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "waiting for Flink to stop was interrupted",
          "nothing to do: pipelines resume from their last checkpoint at the next start",
          e);
    }
  }
}
