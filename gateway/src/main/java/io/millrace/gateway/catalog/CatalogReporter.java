package io.millrace.gateway.catalog;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.server.lineage.DatasetRef;
import io.millrace.catalog.server.lineage.LineageRun;
import io.millrace.catalog.server.pipeline.PipelineCatalog;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.lineage.PipelineLineage;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.pipeline.PipelineRun;
import io.millrace.jobs.project.PipelineSettings;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the catalog of one run of a pipeline: its tables and what they are made of when it starts,
 * each epoch that it commits, and how it ends. A thread of its own does so; a catalog that refuses
 * or fails never stops the pipeline: it is told in the log, once for each reason, and tried again.
 *
 * <p>Safe for use by several threads.
 */
public final class CatalogReporter {
  private static final Logger LOG = LoggerFactory.getLogger(CatalogReporter.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration AGAIN = Duration.ofSeconds(10);

  /** How often lineage hears of a run that commits nothing; after an hour it takes it for ended. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);

  private final String pipeline;
  private final PipelineRun run;
  private final PipelineCatalog catalog;
  private final UUID runId;
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);
  private volatile LineageRun.State end = LineageRun.State.COMPLETE;

  // Of the thread.
  private @Nullable PipelineLineage lineage;
  private @Nullable EpochDrafts epochs;
  private long committed = -1;
  private Instant heard = Instant.MIN;
  private String complaint = "";

  private CatalogReporter(String pipeline, PipelineRun run, PipelineCatalog catalog) {
    this.pipeline = requireNonNull(pipeline, "pipeline is null");
    this.run = requireNonNull(run, "run is null");
    this.catalog = requireNonNull(catalog, "catalog is null");
    BigInteger job = new BigInteger(run.jobId(), 16);
    this.runId = new UUID(job.shiftRight(64).longValue(), job.longValue());
    this.thread = new Thread(this::report, "catalog-" + pipeline);
    thread.setDaemon(true);
  }

  /**
   * Begins to report.
   *
   * @param pipeline its name on the platform
   */
  public static CatalogReporter start(String pipeline, PipelineRun run, PipelineCatalog catalog) {
    CatalogReporter reporter = new CatalogReporter(pipeline, run, catalog);
    reporter.thread.start();
    return reporter;
  }

  /** Reports the last epoch and the end, and returns then, or when the time is over. */
  public void end(LineageRun.State state, Duration timeout) throws InterruptedException {
    end = requireNonNull(state, "state is null");
    ending.countDown();
    thread.join(timeout.toMillis());
  }

  private void report() {
    try {
      boolean ended = false;
      while (!ended) {
        Duration wait = attempt(this::goOn) ? LOOK : AGAIN;
        ended = ending.await(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
      attempt(this::finish);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("the catalog is not told of pipeline {} any more", pipeline, e);
    }
  }

  private boolean attempt(Runnable step) {
    try {
      step.run();
      complaint = "";
      return true;
    } catch (MillraceException e) {
      if (!complaint.equals(e.problem())) {
        complaint = e.problem();
        LOG.warn(
            "pipeline {} runs, and the catalog cannot be told of it: {} ({}). Remedy: {}",
            pipeline,
            e.problem(),
            e.code(),
            e.remedy());
      }
      return false;
    }
  }

  private void goOn() {
    if (epochs == null) {
      register();
    }
    follow(LineageRun.State.RUNNING);
  }

  private void finish() {
    if (epochs != null) {
      follow(end);
    }
  }

  private void register() {
    PipelineLineage made = lineage;
    if (made == null) {
      made = PipelineLineage.of(run.graph(), run.plan());
      lineage = made;
    }
    PipelineSettings settings = run.graph().project().settings();
    Map<String, UUID> ids =
        catalog.register(
            pipeline,
            Objects.requireNonNullElse(settings.catalog(), PipelineCatalog.CATALOG),
            Objects.requireNonNullElse(settings.schema(), pipeline),
            new TableDrafts(run.graph(), run.plan(), run.layout(), made).all());
    Map<ObjectName, SourceFunction> sources = made.sources();
    catalog.started(
        at(LineageRun.State.RUNNING, Optional.empty()),
        made.tables().values(),
        name -> dataset(name, ids, sources),
        Instant.now());
    epochs = new EpochDrafts(pipeline, run.plan(), ids, catalog::lastEpoch);
  }

  private DatasetRef dataset(
      ObjectName name, Map<String, UUID> ids, Map<ObjectName, SourceFunction> sources) {
    SourceFunction source = sources.get(name);
    if (source instanceof SourceFunction.ReadKafka kafka) {
      // As OpenLineage names topics; one broker stands for all.
      String broker = kafka.bootstrapServers().split(",", -1)[0].strip();
      return new DatasetRef.Outside("kafka://" + broker, kafka.topic());
    }
    if (source instanceof SourceFunction.ReadFiles files) {
      Path path = run.graph().project().folder().resolve(files.path()).normalize();
      return new DatasetRef.Outside("file", path.toString());
    }
    return new DatasetRef.Cataloged(requireNonNull(ids.get(name.name()), name::toString));
  }

  private PipelineCatalog.Run at(LineageRun.State state, Optional<Long> epoch) {
    return new PipelineCatalog.Run(pipeline, runId, state, epoch);
  }

  private void follow(LineageRun.State state) {
    EpochDrafts drafts = requireNonNull(epochs, "not registered");
    Optional<EpochRecord> latest = run.registry().latest();
    boolean fresh = latest.filter(epoch -> epoch.checkpointId() != committed).isPresent();
    if (fresh) {
      EpochRecord epoch = latest.orElseThrow();
      catalog.committed(drafts.of(epoch));
      drafts.told(epoch);
    }
    Instant now = Instant.now();
    if (state.isEnd() || fresh || !now.isBefore(heard.plus(HEARTBEAT))) {
      catalog.reached(
          at(state, latest.map(EpochRecord::checkpointId)),
          latest.map(drafts::versions).orElse(Map.of()),
          now);
      heard = now;
    }
    latest.ifPresent(epoch -> committed = epoch.checkpointId());
  }
}
