package io.millrace.gateway.pipeline;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.lineage.LineageRun;
import io.millrace.gateway.catalog.CatalogReporter;
import io.millrace.gateway.platform.PipelineHost;
import io.millrace.gateway.platform.PipelineRegistration;
import io.millrace.gateway.platform.Platform;
import io.millrace.gateway.status.PipelineStatus.State;
import io.millrace.gateway.status.StatusDirectory;
import io.millrace.jobs.pipeline.PipelineRun;
import io.millrace.jobs.pipeline.RunOptions;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs registered pipelines on the platform's Flink and says about once a second how they are. */
public final class HostedPipelines implements PipelineHost {
  private static final Logger LOG = LoggerFactory.getLogger(HostedPipelines.class);
  private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(20);

  @Override
  public HostedPipeline resume(PipelineRegistration registration, Platform platform) {
    RunOptions options =
        new RunOptions(
            registration.project(),
            registration.variables(),
            registration.root(),
            false,
            Optional.of(registration.checkpointInterval()),
            Optional.empty(),
            Optional.ofNullable(System.getProperty("millrace.job-id")));
    PipelineRun run = PipelineRun.start(options, platform.miniCluster());
    Hosted hosted =
        new Hosted(
            registration.name(),
            run,
            new StatusFile(new StatusDirectory(platform.directory().status())),
            CatalogReporter.start(registration.name(), run, platform.catalog().pipelines()));
    hosted.reporter.start();
    return hosted;
  }

  /** One pipeline, and the thread that reports on it. */
  private static final class Hosted implements HostedPipeline {
    private final String name;
    private final PipelineRun run;
    private final StatusTracker tracker;
    private final StatusFile statuses;
    private final CatalogReporter catalog;
    private final Thread reporter;
    private volatile boolean stopping;

    Hosted(String name, PipelineRun run, StatusFile statuses, CatalogReporter catalog) {
      this.name = name;
      this.run = run;
      this.statuses = statuses;
      this.catalog = catalog;
      this.tracker = new StatusTracker(run);
      this.reporter = new Thread(this::report, "status-" + name);
      reporter.setDaemon(true);
    }

    @Override
    public String name() {
      return name;
    }

    private void report() {
      try {
        while (!run.await(Duration.ofSeconds(1))) {
          if (!stopping) {
            statuses.write(tracker.running());
          }
        }
        statuses.write(tracker.status(stopping ? State.STOPPED : State.FINISHED, null));
        catalog.end(LineageRun.State.COMPLETE, CATALOG_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (MillraceException e) {
        LOG.error("pipeline {} failed", name, e);
        statuses.write(tracker.status(State.FAILED, e));
        endInCatalog(LineageRun.State.FAILED);
      }
    }

    private void endInCatalog(LineageRun.State state) {
      try {
        catalog.end(state, CATALOG_TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void stop(Duration timeout) {
      stopping = true;
      try {
        run.stop(timeout);
        reporter.join(timeout.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        run.close();
      }
    }

    @Override
    public void abandon() {
      stopping = true;
      run.close();
      endInCatalog(LineageRun.State.ABORTED);
    }
  }
}
