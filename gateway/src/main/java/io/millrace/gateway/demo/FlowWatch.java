package io.millrace.gateway.demo;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.pipeline.StopRequest;
import io.millrace.gateway.platform.Platform;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.StatusDirectory;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.pipeline.EpochRegistry;
import io.millrace.jobs.pipeline.PipelineLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Follows the events of a demo until all of them are in every table. For one thread. */
final class FlowWatch {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration STALLED = Duration.ofMinutes(3);
  private static final Duration STATUS_PATIENCE = Duration.ofSeconds(10);

  private final Platform platform;
  private final FlightProducer producer;
  private final Freshness freshness;
  private final EpochRegistry epochs;
  private final StatusDirectory statuses;
  private final StopRequest stop;
  private final ProgressView view;
  private final long events;
  private CompletableFuture<Double> producing = new CompletableFuture<>();
  private long begin;
  private double committedSeconds;
  private long lastCheckpoint;
  private long lastCommit = System.nanoTime();

  FlowWatch(
      Platform platform,
      DemoDirectory directory,
      FlightProducer producer,
      Freshness freshness,
      StopRequest stop,
      ProgressView view,
      long events) {
    this.stop = stop;
    this.view = view;
    this.events = events;
    this.platform = platform;
    this.producer = producer;
    this.freshness = freshness;
    this.epochs = new EpochRegistry(PipelineLayout.of(directory.tables()));
    this.statuses = new StatusDirectory(directory.platform().status());
    this.lastCheckpoint = epochs.latest().map(EpochRecord::checkpointId).orElse(0L);
  }

  /** Waits for the pipeline's first checkpoint; false if the demo is to stop. */
  boolean untilRunning() throws InterruptedException {
    while (!stop.await(LOOK)) {
      if (epochs.latest().filter(e -> e.checkpointId() != lastCheckpoint).isPresent()) {
        return true;
      }
      raiseIfBroken();
    }
    return false;
  }

  void follow(CompletableFuture<Double> producer, long beginNanos) {
    producing = producer;
    begin = beginNanos;
    lastCommit = System.nanoTime();
  }

  /** The epoch that holds the last event; empty if the demo is to stop. */
  Optional<EpochRecord> untilCommitted() throws InterruptedException {
    while (!stop.await(LOOK)) {
      Optional<EpochRecord> epoch = epochs.latest();
      epoch.filter(e -> e.checkpointId() != lastCheckpoint).ifPresent(this::committed);
      Progress progress = progress(epoch);
      if (producing.isCompletedExceptionally()) {
        raise(producing);
      }
      if (producing.isDone() && epoch.isPresent() && holdsEverything(epoch.get())) {
        committedSeconds = progress.seconds();
        return epoch;
      }
      view.show(progress);
      raiseIfBroken();
    }
    return Optional.empty();
  }

  /** From the first event until every event was in every table. */
  double committedSeconds() {
    return committedSeconds;
  }

  private void committed(EpochRecord epoch) {
    lastCheckpoint = epoch.checkpointId();
    lastCommit = System.nanoTime();
    freshness.visible(partition -> offset(epoch, partition), epoch.committedMillis());
  }

  private Progress progress(Optional<EpochRecord> epoch) {
    long committed = 0;
    for (int p = 0; epoch.isPresent() && p < FlightProducer.PARTITIONS; p++) {
      committed += offset(epoch.get(), p);
    }
    return new Progress(
        Demo.seconds(begin),
        events,
        producer.publishedBefore() + producer.acknowledged(),
        committed,
        epoch.map(EpochRecord::checkpointId).orElse(0L),
        freshness.recent(),
        status());
  }

  private Optional<PipelineStatus> status() {
    return statuses
        .find(Demo.PIPELINE)
        .filter(status -> status.pid() == ProcessHandle.current().pid());
  }

  private boolean holdsEverything(EpochRecord epoch) {
    for (int p = 0; p < FlightProducer.PARTITIONS; p++) {
      if (offset(epoch, p) < FlightProducer.eventsIn(p, events)) {
        return false;
      }
    }
    return true;
  }

  private long offset(EpochRecord epoch, int partition) {
    return epoch.offsets().getOrDefault(Demo.TOPIC + "-" + partition, 0L);
  }

  private void raiseIfBroken() {
    platform.fault().ifPresent(Demo::raise);
    status().ifPresent(FlowWatch::raiseIfFailed);
    if (System.nanoTime() - lastCommit > STALLED.toNanos()) {
      throw new MillraceException(
          ErrorCode.PIPELINE_FAILED,
          "no table was committed for %d s, the last checkpoint is %d"
              .formatted(STALLED.toSeconds(), lastCheckpoint),
          "look at " + platform.flinkUrl() + " and into " + platform.directory().logFile());
    }
  }

  /** What the pipeline says once it knows of the epoch; it speaks about once a second. */
  PipelineStatus statusOf(EpochRecord epoch) throws InterruptedException {
    long deadline = System.nanoTime() + STATUS_PATIENCE.toNanos();
    Optional<PipelineStatus> status = status();
    while (status.isEmpty() || status.get().checkpointId() < epoch.checkpointId()) {
      if (System.nanoTime() > deadline) {
        return status.orElseThrow(
            () ->
                new MillraceException(
                    ErrorCode.INTERNAL,
                    "the pipeline has said nothing about itself",
                    "look into " + platform.directory().logFile()));
      }
      stop.await(LOOK);
      status = status();
    }
    view.showLast(progress(Optional.of(epoch)));
    return status.get();
  }

  private static void raiseIfFailed(PipelineStatus status) {
    PipelineStatus.Failure failure = status.failure();
    if (failure != null && status.state() == PipelineStatus.State.FAILED) {
      ErrorCode code =
          Arrays.stream(ErrorCode.values())
              .filter(known -> known.name().equals(failure.code()))
              .findFirst()
              .orElse(ErrorCode.PIPELINE_FAILED);
      throw new MillraceException(
          code, "the pipeline failed: " + failure.message(), "see the message");
    }
  }

  private static void raise(CompletableFuture<?> failed) {
    try {
      failed.join();
    } catch (CompletionException e) {
      MillraceException known = MillraceException.in(e);
      throw known != null
          ? known
          : new MillraceException(
              ErrorCode.INTERNAL,
              "the producer failed: " + e.getCause(),
              "report it with the log",
              e);
    }
  }
}
