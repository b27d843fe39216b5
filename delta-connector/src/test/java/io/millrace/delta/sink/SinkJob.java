package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.data.RowData;

/** One run of a small real job: numbers, a map that may fail, a table, the committer. */
final class SinkJob {
  private static final long TIMEOUT_SECONDS = 60;

  private final Path folder;
  private final DeltaTableSpec spec;
  private final Configuration configuration = new Configuration();
  private NumberSource.Filler filler;
  private Probe probe = new Probe();
  private int parallelism = 2;
  private long first;
  private long end;
  private long emitted;
  private long perCheckpoint = Long.MAX_VALUE / 2;
  private boolean endless;
  private boolean partitioned;
  private CompactionOptions compaction = CompactionOptions.DEFAULT;

  SinkJob(Path folder, DeltaTableSpec spec, NumberSource.Filler filler) {
    this.folder = folder;
    this.spec = spec;
    this.filler = filler;
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(25));
    configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 100);
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.resolve("checkpoints").toUri() + "");
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 20);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(5));
  }

  SinkJob numbers(long from, long to) {
    first = from;
    end = to;
    emitted = to - from;
    return this;
  }

  /** How many rows this run emits, if it restores state and does not begin at the first. */
  SinkJob emitting(long rows) {
    emitted = rows;
    return this;
  }

  SinkJob perCheckpoint(long rows) {
    perCheckpoint = rows;
    return this;
  }

  SinkJob compacting(CompactionOptions other) {
    compaction = other;
    return this;
  }

  SinkJob endless() {
    endless = true;
    return this;
  }

  SinkJob parallelism(int subtasks) {
    parallelism = subtasks;
    return this;
  }

  SinkJob probe(Probe other) {
    probe = other;
    return this;
  }

  SinkJob filler(NumberSource.Filler other) {
    filler = other;
    return this;
  }

  /** Partitions the rows by their key ahead of the writer, and lets the writer rely on it. */
  SinkJob partitioned() {
    partitioned = true;
    return this;
  }

  SinkJob restoring(String savepoint) {
    configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    return this;
  }

  SinkJob checkpointEvery(Duration interval) {
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
    return this;
  }

  SinkJob checkpointTimeout(Duration timeout) {
    configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, timeout);
    return this;
  }

  /** How many checkpoints of a job that runs have failed. */
  static long failedCheckpoints(JobClient client) {
    try {
      return SharedCluster.get()
          .getExecutionGraph(client.getJobID())
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .getCheckpointStatsSnapshot()
          .getCounts()
          .getNumberOfFailedCheckpoints();
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  SinkJob withoutCheckpoints() {
    configuration.removeConfig(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    return this;
  }

  Probe probe() {
    return probe;
  }

  JobClient start() throws Exception {
    var environment =
        new TestStreamEnvironment(
            SharedCluster.get(), configuration, parallelism, List.of(), List.of());
    environment.getConfig().enableObjectReuse();
    var rowType = new FlatRowTypeInfo(spec.rowType());
    DataStream<RowData> numbers =
        environment
            .addSource(
                new NumberSource(probe, spec.rowType(), filler, first, end, perCheckpoint, endless),
                rowType)
            .uid("source");
    // Changes of one key must stay in order.
    var mapped =
        (spec.upserts() ? numbers : numbers.rebalance())
            .map(new FaultyMap(probe))
            .returns(rowType)
            .uid("map");
    DataStream<RowData> rows = spec.upserts() ? mapped.setParallelism(1) : mapped;
    if (partitioned) {
      var selector = new RowKeys(spec.rowType(), spec.primaryKeyPositions()).selector();
      rows = rows.keyBy(selector).filter(row -> true).returns(rowType).uid("filter");
    }
    DataStream<CheckpointPart> parts =
        spec.upserts()
            ? DeltaSink.upsert(rows, spec, "write", partitioned)
            : DeltaSink.append(rows, spec, "write");
    DeltaSink.commit(
        List.of(parts), List.of(spec), new Probe.Listener(probe), compaction, "commit");
    return environment.executeAsync(spec.name());
  }

  /** Runs to the end of the numbers. */
  void run() throws Exception {
    start().getJobExecutionResult().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs until all numbers are committed, then stops; returns the savepoint. */
  String runAndStop() throws Exception {
    JobClient client = endless().start();
    await(client, () -> probe.emitted.get() >= emitted && !probe.committed.isEmpty());
    return client
        .stopWithSavepoint(
            false, folder.resolve("savepoints").toUri() + "", SavepointFormatType.CANONICAL)
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until a job that was cancelled has ended. */
  static void awaitEnd(JobClient client) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!client.getJobStatus().get().isGloballyTerminalState()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + TIMEOUT_SECONDS + " s");
      }
      Thread.sleep(2);
    }
  }

  /** The newest complete checkpoint that a job left behind. */
  static String latestCheckpoint(Path folder, JobID job) throws IOException {
    try (Stream<Path> found =
        Files.find(
            folder.resolve("checkpoints").resolve(job.toHexString()),
            2,
            (path, attributes) -> path.getFileName().toString().equals("_metadata"))) {
      return found
          .map(Path::getParent)
          .max(
              Comparator.comparingInt(
                  path -> Integer.parseInt(path.getFileName().toString().substring(4))))
          .orElseThrow()
          .toUri()
          .toString();
    }
  }

  /** A condition that the job's threads bring about. */
  interface Condition {
    boolean holds();
  }

  static void await(JobClient client, Condition condition) throws Exception {
    await(client, Duration.ofSeconds(TIMEOUT_SECONDS), condition);
  }

  static void await(JobClient client, Duration timeout, Condition condition) throws Exception {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.holds()) {
      if (client.getJobStatus().get().isGloballyTerminalState()) {
        client.getJobExecutionResult().get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + timeout.toSeconds() + " s");
      }
      Thread.sleep(2);
    }
  }

  /** Rows of a table as text, by Kernel's reader, sorted. */
  static List<String> rows(DeltaTableSpec spec) {
    List<String> rows = new ArrayList<>();
    var reader = KernelTableReader.open(spec.path());
    try (var all = reader.rows(spec.rowType().getFieldNames(), OptionalLong.empty())) {
      while (all.hasNext()) {
        Object[] row = all.next();
        rows.add(Arrays.stream(row).map(String::valueOf).collect(Collectors.joining("|")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(null);
    return rows;
  }

  static Map<String, String> committed(DeltaTableSpec spec, int back) {
    return KernelTableReader.history(spec.path(), back + 1).get(back).millrace();
  }
}
