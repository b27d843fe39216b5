package io.millrace.jobs.pipeline;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.kafka.TopicEnds;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.plan.PipelineCompiler;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.PipelineSettings;
import io.millrace.jobs.project.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.jspecify.annotations.Nullable;

/**
 * One run of a pipeline: a Flink job on a cluster, from where the run before left off.
 *
 * <p>Where it left off is a Flink checkpoint and the Kafka offsets that the registry keeps for it.
 * The source's own state is not taken over: a bounded run does not know of records that came after
 * it, an unbounded one would not end, so each run starts its source anew from those offsets.
 *
 * <p>Safe for use by several threads. Closing it cancels the job if it still runs and leaves the
 * last checkpoint to the next run.
 */
public final class PipelineRun implements AutoCloseable {
  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(30);

  private final RunOptions request;
  private final PipelineGraph graph;
  private final PipelinePlan plan;
  private final PipelineLayout layout;
  private final RunFailures failures;
  private final EpochRegistry registry;
  private final PipelineLock lock;
  private final MiniCluster cluster;
  private final JobID jobId;
  private final KafkaReads kafka;
  private final Duration interval;
  private final List<TopicEnds> ends = new ArrayList<>();
  private final CompletableFuture<JobResult> result;
  private volatile @Nullable CompletableFuture<String> ending;

  private PipelineRun(
      RunOptions request,
      PipelineGraph graph,
      PipelinePlan plan,
      PipelineLayout layout,
      RunFailures failures,
      PipelineLock lock,
      MiniCluster cluster,
      JobID jobId,
      KafkaReads kafka,
      Duration interval,
      CompletableFuture<JobResult> result) {
    this.request = request;
    this.graph = graph;
    this.plan = plan;
    this.layout = layout;
    this.failures = failures;
    this.registry = new EpochRegistry(layout);
    this.lock = lock;
    this.cluster = cluster;
    this.jobId = jobId;
    this.kafka = kafka;
    this.interval = interval;
    this.result = result;
  }

  /** Reads a project and plans it; touches nothing else. */
  public static PipelinePlan plan(Path project, Map<String, String> variables) {
    return PipelineCompiler.compile(PipelineGraph.of(Project.load(project, variables)));
  }

  /** Where a pipeline lives that was given no root: what it says itself, or the user's folder. */
  public static Path defaultRoot(Path project, Map<String, String> variables) {
    PipelineSettings settings = Project.settings(project, variables);
    return settings.storage() != null
        ? Path.of(settings.storage())
        : Path.of(System.getProperty("user.home"), ".millrace", "runs", settings.name());
  }

  /** Subtasks of each operator: as many slots as the run needs. */
  public static int parallelism(RunOptions request) {
    return parallelism(request, Project.settings(request.project(), request.variables()));
  }

  private static int parallelism(RunOptions request, PipelineSettings settings) {
    return request
        .parallelism()
        .or(() -> Optional.ofNullable(settings.parallelism()))
        .orElse(RunOptions.DEFAULT_PARALLELISM);
  }

  private static Duration checkpointInterval(RunOptions request, PipelineSettings settings) {
    return request
        .checkpointInterval()
        .or(() -> Optional.ofNullable(settings.checkpointInterval()))
        .orElse(RunOptions.DEFAULT_CHECKPOINT_INTERVAL);
  }

  /**
   * Starts a run; returns once the job is accepted.
   *
   * @throws MillraceException with whatever is wrong with the project, the topics, the root or the
   *     state that an earlier run left; nothing is running and nothing was written then
   */
  public static PipelineRun start(RunOptions request, MiniCluster cluster) {
    Project project = Project.load(request.project(), request.variables());
    PipelineGraph graph = PipelineGraph.of(project);
    PipelinePlan plan = PipelineCompiler.compile(graph);
    PipelineLayout layout = PipelineLayout.of(request.root());
    layout.create();
    PipelineLock lock = PipelineLock.acquire(layout);
    try {
      return start(request, graph, plan, layout, lock, cluster);
    } catch (RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  private static PipelineRun start(
      RunOptions request,
      PipelineGraph graph,
      PipelinePlan plan,
      PipelineLayout layout,
      PipelineLock lock,
      MiniCluster cluster) {
    EpochRegistry registry = new EpochRegistry(layout);
    Optional<RestorePoint> restore = RestorePoint.find(layout, registry);
    RestorePoint.deleteOthers(layout, restore);
    restore.ifPresentOrElse(point -> verifyPlan(plan, point), () -> verifyFresh(plan, layout));
    JobID jobId = request.jobId().map(JobID::fromHexString).orElseGet(JobID::generate);
    List<SourceFunction.ReadKafka> topics = new ArrayList<>();
    for (PlanNode node : plan.nodes()) {
      if (node instanceof PlanNode.KafkaRead read) {
        topics.add(read.source());
      }
    }
    KafkaReads kafka =
        KafkaReads.verified(
            topics,
            restore.map(RestorePoint::epoch),
            request.once(),
            layout.drains(),
            jobId.toHexString() + Long.toHexString(System.nanoTime()));
    kafka.drains().clear();

    PipelineSettings settings = graph.project().settings();
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(
            configuration(request, settings, layout, jobId));
    new JobBuilder(plan, layout, environment, kafka, new StaticRows(request.project()))
        .build(
            new RegistryListener(
                layout,
                plan.pipeline(),
                plan.fingerprint(),
                jobId.toHexString(),
                kafka.topicIds(),
                kafka.startOffsets()));
    StreamGraph job = environment.getStreamGraph();
    job.setJobName(plan.pipeline());
    restore.ifPresent(
        point ->
            job.setSavepointRestoreSettings(
                SavepointRestoreSettings.forPath(
                    location(point.path()), true, RecoveryClaimMode.NO_CLAIM)));
    RunFailures failures = new RunFailures(plan.pipeline(), Path.of(layout.root()));
    try {
      cluster.submitJob(job.getJobGraph(PipelineRun.class.getClassLoader(), jobId)).get();
    } catch (ExecutionException e) {
      throw failures.of(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failures.of(e);
    }
    return new PipelineRun(
        request,
        graph,
        plan,
        layout,
        failures,
        lock,
        cluster,
        jobId,
        kafka,
        checkpointInterval(request, settings),
        cluster.requestJobResult(jobId));
  }

  private static void verifyPlan(PipelinePlan plan, RestorePoint point) {
    if (!point.epoch().pipeline().equals(plan.pipeline())) {
      throw new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "the root holds the state of pipeline %s, this is %s"
              .formatted(point.epoch().pipeline(), plan.pipeline()),
          "use another --root, or give the pipeline its old name");
    }
    if (!point.epoch().plan().equals(plan.fingerprint())) {
      throw new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "the datasets of %s have changed so that checkpoint %d does not fit (plan %s, was %s)"
              .formatted(
                  plan.pipeline(),
                  point.epoch().checkpointId(),
                  plan.fingerprint(),
                  point.epoch().plan()),
          "take the change to keys, types or queries with totals back, or start in an empty folder with"
              + " --root");
    }
  }

  /** Tables with data but no state would be filled a second time. */
  private static void verifyFresh(PipelinePlan plan, PipelineLayout layout) {
    List<String> names = new ArrayList<>(plan.quarantineTables());
    plan.tables().forEach(table -> names.add(table.table()));
    for (String name : names) {
      Path second = layout.table(name).resolve("_delta_log/%020d.json".formatted(1));
      if (Files.exists(second)) {
        throw new MillraceException(
            ErrorCode.STATE_BEHIND_TABLE,
            "table %s has data, but %s holds no checkpoint of pipeline %s"
                .formatted(layout.table(name), layout.state(), plan.pipeline()),
            "bring the folder _millrace back from a backup, or start in an empty folder with"
                + " --root");
      }
    }
  }

  private static Configuration configuration(
      RunOptions request, PipelineSettings settings, PipelineLayout layout, JobID jobId) {
    Duration interval = checkpointInterval(request, settings);
    int parallelism = parallelism(request, settings);
    Configuration configuration = new Configuration();
    configuration.setString("$internal.pipeline.job-id", jobId.toHexString());
    configuration.setString("parallelism.default", Integer.toString(parallelism));
    configuration.setString("pipeline.max-parallelism", "128");
    configuration.setString("pipeline.object-reuse", "true");
    configuration.setString("pipeline.auto-watermark-interval", "200 ms");
    configuration.setString("execution.runtime-mode", "STREAMING");
    configuration.setString("execution.checkpointing.interval", interval.toMillis() + " ms");
    configuration.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    configuration.setString("execution.checkpointing.storage", "filesystem");
    configuration.setString("execution.checkpointing.dir", location(layout.checkpoints()));
    configuration.setString("execution.checkpointing.num-retained", "3");
    configuration.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    // A full disk fails checkpoints, not the job: it goes on when there is room again. A run that
    // is to end does not wait for that.
    configuration.setString(
        "execution.checkpointing.tolerable-failed-checkpoints", request.once() ? "10" : "1000000");
    configuration.setString(
        "state.backend.type", settings.state().name().equals("HEAP") ? "hashmap" : "rocksdb");
    if (request.once()) {
      configuration.setString("restart-strategy.type", "fixed-delay");
      configuration.setString("restart-strategy.fixed-delay.attempts", "3");
      configuration.setString("restart-strategy.fixed-delay.delay", "1 s");
    } else {
      configuration.setString("restart-strategy.type", "exponential-delay");
      configuration.setString("restart-strategy.exponential-delay.initial-backoff", "1 s");
      configuration.setString("restart-strategy.exponential-delay.max-backoff", "30 s");
    }
    return configuration;
  }

  /** A folder as Flink reads it: nothing is escaped in its texts, a blank is a blank. */
  private static String location(Path folder) {
    return "file://" + folder.toAbsolutePath().normalize();
  }

  public Duration checkpointInterval() {
    return interval;
  }

  /** What the project says. */
  public PipelineGraph graph() {
    return graph;
  }

  public PipelinePlan plan() {
    return plan;
  }

  public PipelineLayout layout() {
    return layout;
  }

  public EpochRegistry registry() {
    return registry;
  }

  /** Flink's id of the job, hexadecimal. */
  public String jobId() {
    return jobId.toHexString();
  }

  /**
   * Records in the topics that no committed checkpoint holds. Asks the brokers.
   *
   * @throws MillraceException BROKER_UNREACHABLE
   */
  public synchronized long lag(Duration timeout) throws InterruptedException {
    if (ends.isEmpty()) {
      kafka.all().forEach(source -> ends.add(TopicEnds.of(source)));
    }
    Map<String, Long> committed =
        registry.latest().map(EpochRecord::offsets).orElse(kafka.startOffsets());
    long lag = 0;
    for (TopicEnds topic : ends) {
      for (Map.Entry<String, Long> end : topic.ask(timeout).entrySet()) {
        lag += Math.max(0, end.getValue() - committed.getOrDefault(end.getKey(), 0L));
      }
    }
    return lag;
  }

  /** True until the job has ended, for whatever reason. */
  public boolean isRunning() {
    return !result.isDone();
  }

  /**
   * Waits for the job's end.
   *
   * @throws MillraceException why it failed
   */
  public void await() throws InterruptedException {
    while (!await(Duration.ofMillis(20))) {
      continue;
    }
  }

  /**
   * Waits for the job's end, but not longer than the time given.
   *
   * @return false if it still runs
   * @throws MillraceException why it failed
   */
  public boolean await(Duration timeout) throws InterruptedException {
    try {
      JobResult ended = result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (ended.getSerializedThrowable().isPresent()) {
        throw failures.of(
            ended
                .getSerializedThrowable()
                .get()
                .deserializeError(PipelineRun.class.getClassLoader()));
      }
      return true;
    } catch (TimeoutException e) {
      endWhenDrained();
      return false;
    } catch (ExecutionException e) {
      throw failures.of(e.getCause());
    }
  }

  /**
   * A bounded run is stopped as any other once it has read everything: Flink deletes the
   * checkpoints of a job that ends by itself, and the next run would have nothing to go on from.
   */
  private void endWhenDrained() {
    CompletableFuture<String> asked = ending;
    if (request.once()
        && (asked == null || asked.isCompletedExceptionally())
        && kafka.drains().complete()) {
      ending = stopWithSavepoint();
    }
  }

  private CompletableFuture<String> stopWithSavepoint() {
    return cluster.stopWithSavepoint(
        jobId, location(layout.savepoints()), false, SavepointFormatType.CANONICAL);
  }

  /**
   * Ends the run cleanly: everything that has been read is committed, and a savepoint is left for
   * the next run. Does nothing if the job has ended.
   *
   * @throws MillraceException PIPELINE_FAILED if there is no savepoint; the last checkpoint counts
   *     then
   */
  public void stop(Duration timeout) throws InterruptedException {
    if (result.isDone()) {
      return;
    }
    try {
      stopWithSavepoint().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      result.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new MillraceException(
          ErrorCode.PIPELINE_FAILED,
          "%s did not stop with a savepoint within %s: %s"
              .formatted(plan.pipeline(), timeout, e.getMessage()),
          "start it again: it goes on from its last checkpoint",
          e);
    }
  }

  /**
   * Why nothing has been committed since the last checkpoint: the job is being restarted, or its
   * checkpoints fail. Empty while all is well, and when Flink does not say. Asks Flink.
   */
  public Optional<MillraceException> trouble() throws InterruptedException {
    try {
      return failures.since(cluster.getExecutionGraph(jobId).get(5, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty(); // the job has just ended: await() says how
    }
  }

  @Override
  public void close() {
    try {
      if (!result.isDone()) {
        cluster.cancelJob(jobId).get(CANCEL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        result.get(CANCEL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw failures.of(e);
    } finally {
      synchronized (this) {
        ends.forEach(TopicEnds::close);
        ends.clear();
      }
      lock.close();
    }
  }
}
