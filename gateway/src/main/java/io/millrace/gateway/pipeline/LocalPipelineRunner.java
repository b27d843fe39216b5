package io.millrace.gateway.pipeline;

import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.FlinkCluster;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.State;
import io.millrace.gateway.status.StatusDirectory;
import io.millrace.jobs.pipeline.PipelineLayout;
import io.millrace.jobs.pipeline.PipelineRun;
import io.millrace.jobs.pipeline.RunOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.flink.configuration.MemorySize;

/** Runs a pipeline on a Flink cluster of its own, in this process. */
public final class LocalPipelineRunner implements PipelineRunner {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration STOP_TIMEOUT = Duration.ofMinutes(2);

  @Override
  public PipelineStatus run(RunRequest request, StopRequest stop, Consumer<PipelineStatus> watcher)
      throws InterruptedException {
    RunOptions options =
        new RunOptions(
            request.project(),
            request.variables(),
            request.root(),
            request.once(),
            Optional.ofNullable(request.checkpointInterval()),
            Optional.empty(),
            Optional.ofNullable(System.getProperty("millrace.job-id")));
    PipelineLayout layout = PipelineLayout.of(request.root());
    layout.create();
    FlinkCluster.Size size =
        new FlinkCluster.Size(
            PipelineRun.parallelism(options),
            MemorySize.ofMebiBytes(96),
            MemorySize.ofMebiBytes(128));
    try (FlinkCluster flink =
            FlinkCluster.start(0, layout.checkpoints(), layout.state().resolve("tmp"), size);
        PipelineRun run = PipelineRun.start(options, flink.miniCluster())) {
      StatusTracker tracker = new StatusTracker(run);
      StatusFile statuses = new StatusFile(new StatusDirectory(layout.state().resolve("status")));
      try {
        State end = follow(run, stop, tracker, statuses, watcher);
        PipelineStatus last = tracker.status(end, null);
        statuses.write(last);
        return last;
      } catch (MillraceException e) {
        statuses.write(tracker.status(State.FAILED, e));
        throw e;
      }
    }
  }

  private static State follow(
      PipelineRun run,
      StopRequest stop,
      StatusTracker tracker,
      StatusFile statuses,
      Consumer<PipelineStatus> watcher)
      throws InterruptedException {
    long next = System.nanoTime();
    while (!run.await(Duration.ofMillis(20))) {
      if (stop.asked()) {
        run.stop(STOP_TIMEOUT);
        return State.STOPPED;
      }
      if (System.nanoTime() - next >= 0) {
        PipelineStatus status = tracker.running();
        statuses.write(status);
        watcher.accept(status);
        next = System.nanoTime() + TICK.toNanos();
      }
    }
    return State.FINISHED;
  }
}
