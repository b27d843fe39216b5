package io.millrace.gateway.platform;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.RunningCatalog;
import io.millrace.catalog.server.pipeline.PipelineCatalog;
import io.millrace.gateway.Home;
import io.millrace.gateway.kafka.KafkaBroker;
import io.millrace.gateway.platform.PipelineHost.HostedPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, Flink, the catalog and the registered pipelines in this process, on one directory.
 *
 * <p>Nothing here is lost when the process is killed: topics, tables and checkpoints are on disk,
 * and the next start goes on from them. A start either succeeds or leaves nothing running.
 */
public final class Platform implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
  private static final Duration PIPELINE_STOP_TIMEOUT = Duration.ofSeconds(60);

  private final PlatformDirectory directory;
  private final PlatformLock lock;
  private final PlatformState state;
  private final KafkaBroker kafka;
  private final FlinkCluster flink;
  private final RunningCatalog catalog;
  private final Steps steps;
  private final CompletableFuture<MillraceException> fault;
  private final List<HostedPipeline> pipelines = new CopyOnWriteArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Platform(
      PlatformDirectory directory,
      PlatformLock lock,
      PlatformState state,
      KafkaBroker kafka,
      FlinkCluster flink,
      RunningCatalog catalog,
      Steps steps,
      CompletableFuture<MillraceException> fault) {
    this.directory = directory;
    this.lock = lock;
    this.state = state;
    this.kafka = kafka;
    this.flink = flink;
    this.catalog = catalog;
    this.steps = steps;
    this.fault = fault;
  }

  /**
   * What is started where.
   *
   * @param ports 0 for any free one
   */
  public record Options(Home home, PlatformDirectory directory, Ports ports) {
    public Options {
      requireNonNull(home, "home is null");
      requireNonNull(directory, "directory is null");
      requireNonNull(ports, "ports is null");
    }
  }

  /** Told what has been reached, in words for a person. Called by one thread at a time. */
  public interface Steps {
    void reached(String what);

    /** Something is wrong that does not stop the platform. */
    void failed(MillraceException problem);
  }

  /**
   * Starts everything and resumes the registered pipelines.
   *
   * @throws MillraceException DIRECTORY_UNWRITABLE, ALREADY_RUNNING, STATE_CORRUPT, PORT_IN_USE and
   *     what {@link KafkaBroker#start}, {@link FlinkCluster#start} and {@link RunningCatalog#start}
   *     throw; nothing runs then
   */
  public static Platform start(Options options, PipelineHost host, Steps steps) {
    Instant began = Instant.now();
    PlatformDirectory directory = options.directory();
    directory.prepare();
    PlatformLock lock =
        PlatformLock.tryAcquire(directory.lockFile()).orElseThrow(() -> alreadyRunning(directory));
    Platform platform = null;
    boolean stateIsOurs = false;
    try {
      PlatformState.read(directory.stateFile()); // refuses a damaged one before anything starts
      List<PipelineRegistration> registered = new PipelineRegistry(directory.pipelines()).list();
      Ports ports = options.ports().claim();
      PlatformState state = PlatformState.ofThisProcess(began, ports);
      empty(directory.scratch());
      stateIsOurs = true;
      state.write(directory.stateFile());
      platform = startParts(options.home(), directory, lock, state, steps);
      platform.prepareCatalog(registered);
      for (PipelineRegistration registration : registered) {
        platform.resume(host, registration);
      }
      state.asReady().write(directory.stateFile());
      return platform;
    } catch (Throwable failure) {
      try {
        if (platform != null) {
          platform.close();
        } else {
          if (stateIsOurs) {
            deleteStateFile(directory);
          }
          lock.close();
        }
      } catch (RuntimeException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  /** The parts do not know each other, and each takes seconds: they start side by side. */
  private static Platform startParts(
      Home home, PlatformDirectory directory, PlatformLock lock, PlatformState state, Steps steps) {
    CompletableFuture<MillraceException> fault = new CompletableFuture<>();
    Ports ports = state.ports();
    CompletableFuture<KafkaBroker> kafka =
        inThread(
            "start-kafka",
            () ->
                KafkaBroker.start(
                    home,
                    directory.kafka(),
                    ports.kafka(),
                    reason -> fault.complete(brokerGaveUp(directory, reason))));
    CompletableFuture<FlinkCluster> flink =
        inThread(
            "start-flink",
            () ->
                FlinkCluster.start(
                    ports.flink(),
                    directory.checkpoints(),
                    directory.scratch(),
                    FlinkCluster.Size.LAPTOP));
    CompletableFuture<RunningCatalog> catalog =
        inThread("start-catalog", () -> startCatalog(directory, ports.http()));
    MillraceException failure = null;
    for (CompletableFuture<?> part : List.of(kafka, flink, catalog)) {
      try {
        part.join();
      } catch (CompletionException e) {
        MillraceException why = asMillrace(e.getCause());
        if (failure == null) {
          failure = why;
        } else {
          failure.addSuppressed(why);
        }
      }
    }
    if (failure != null) {
      closeAfterFailure(kafka, failure);
      closeAfterFailure(flink, failure);
      closeAfterFailure(catalog, failure);
      throw failure;
    }
    steps.reached("Kafka on " + kafka.join().bootstrapServers());
    steps.reached("Flink on " + flink.join().url());
    steps.reached("catalog on " + state.catalogUrl());
    return new Platform(
        directory, lock, state, kafka.join(), flink.join(), catalog.join(), steps, fault);
  }

  private static RunningCatalog startCatalog(PlatformDirectory directory, int port) {
    return RunningCatalog.start(
        RunningCatalog.Options.embedded(directory.catalog(), port, directory.tables())
            .withTokenFile(directory.adminToken()),
        Clock.systemUTC());
  }

  /** A pipeline that is not registered any more reads and writes nothing. */
  private void prepareCatalog(List<PipelineRegistration> registered) {
    try {
      PipelineCatalog told = catalog.pipelines();
      told.prepare();
      Set<String> gone = new TreeSet<>(told.pipelines());
      registered.forEach(registration -> gone.remove(registration.name()));
      gone.forEach(pipeline -> told.ended(pipeline, Instant.now()));
    } catch (MillraceException e) {
      LOG.error("pipelines cannot tell the catalog of themselves", e);
      steps.failed(e);
    }
  }

  private void resume(PipelineHost host, PipelineRegistration registration) {
    try {
      pipelines.add(host.resume(registration, this));
      steps.reached("pipeline " + registration.name() + " resumed");
    } catch (MillraceException e) {
      LOG.error("pipeline {} cannot be resumed", registration.name(), e);
      steps.failed(
          new MillraceException(
              e.code(),
              "pipeline " + registration.name() + " cannot be resumed: " + e.problem(),
              e.remedy(),
              e));
    }
  }

  /** Stopped with a savepoint when the platform stops. */
  public void add(HostedPipeline pipeline) {
    pipelines.add(pipeline);
  }

  public PlatformDirectory directory() {
    return directory;
  }

  /** Where jobs are submitted. */
  public MiniCluster miniCluster() {
    return flink.miniCluster();
  }

  public String flinkUrl() {
    return flink.url();
  }

  /** Where tables, privileges and lineage are told and asked for. */
  public RunningCatalog catalog() {
    return catalog;
  }

  public String catalogUrl() {
    return state.catalogUrl();
  }

  /** What Kafka clients connect to. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Process and ports, as {@code platform.json} has them. */
  public PlatformState state() {
    return state.asReady();
  }

  /** Why the platform cannot go on, if it cannot; to be looked at about once a second. */
  public Optional<MillraceException> fault() {
    MillraceException why = fault.getNow(null);
    if (why == null && !closed.get() && !flink.running()) {
      why =
          new MillraceException(
              ErrorCode.INTERNAL,
              "Flink has stopped on its own",
              "look into " + directory.logFile() + " for the reason, then start again");
    }
    return Optional.ofNullable(why);
  }

  /**
   * Stops the pipelines with a savepoint each, then Flink, Kafka and the catalog, and gives the
   * directory back. Goes on when a part fails to stop, and throws the first failure at the end.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    List<RuntimeException> failures = new ArrayList<>();
    List<CompletableFuture<Void>> stops = new ArrayList<>();
    for (HostedPipeline pipeline : pipelines) {
      stops.add(
          inThread(
              "stop-" + pipeline.name(),
              () -> {
                if (fault.isDone()) {
                  pipeline.abandon(); // without Kafka there is no last checkpoint to wait for
                } else {
                  pipeline.stop(PIPELINE_STOP_TIMEOUT);
                }
                return null;
              }));
    }
    for (int i = 0; i < stops.size(); i++) {
      CompletableFuture<Void> stop = stops.get(i);
      if (attempt(failures, stop::join)) {
        steps.reached("pipeline " + pipelines.get(i).name() + " stopped");
      }
    }
    if (attempt(failures, flink::close)) {
      steps.reached("Flink stopped");
    }
    if (attempt(failures, kafka::close)) {
      steps.reached("Kafka stopped");
    }
    if (attempt(failures, catalog::close)) {
      steps.reached("catalog stopped");
    }
    attempt(failures, () -> deleteStateFile(directory));
    attempt(failures, lock::close);
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  private static boolean attempt(List<RuntimeException> failures, Runnable step) {
    try {
      step.run();
      return true;
    } catch (CompletionException e) {
      failures.add(asMillrace(e.getCause()));
    } catch (RuntimeException e) {
      failures.add(e);
    }
    return false;
  }

  private static void deleteStateFile(PlatformDirectory directory) {
    try {
      Files.deleteIfExists(directory.stateFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> CompletableFuture<T> inThread(String name, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.get());
              } catch (Throwable failure) {
                result.completeExceptionally(failure);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  private static void closeAfterFailure(
      CompletableFuture<? extends AutoCloseable> part, MillraceException failure) {
    if (part.isCompletedExceptionally()) {
      return;
    }
    try {
      part.join().close();
    } catch (Exception second) {
      failure.addSuppressed(second);
    }
  }

  private static MillraceException asMillrace(@Nullable Throwable failure) {
    if (failure instanceof MillraceException known) {
      return known;
    }
    return new MillraceException(
        ErrorCode.INTERNAL,
        "a part of the platform failed: " + failure,
        "look into the log for the reason, and report it",
        failure);
  }

  private static MillraceException brokerGaveUp(PlatformDirectory directory, String reason) {
    boolean full = directory.root().toFile().getUsableSpace() < 1024 * 1024;
    return new MillraceException(
        full ? ErrorCode.DISK_FULL : ErrorCode.IO_FAILED,
        "the embedded Kafka broker gave up: " + reason,
        full
            ? "there is no room on the disk of "
                + directory.root()
                + ": free some, then start again"
            : "look into " + directory.logFile() + " for the reason, then start again");
  }

  private static MillraceException alreadyRunning(PlatformDirectory directory) {
    String who = "";
    try {
      who =
          PlatformState.read(directory.stateFile())
              .map(state -> " (process " + state.pid() + ")")
              .orElse("");
    } catch (MillraceException damaged) {
      LOG.debug("the state file cannot tell who holds the lock", damaged);
    }
    return new MillraceException(
        ErrorCode.ALREADY_RUNNING,
        "a platform already runs on " + directory.root() + who,
        "use that one, stop it with millrace down"
            + directory.asOption()
            + ", or choose another directory with --dir");
  }

  private static void empty(Path folder) {
    try {
      if (Files.exists(folder)) {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
          paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
          Files.deleteIfExists(path);
        }
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "the folder " + folder + " cannot be emptied: " + e,
          "delete it by hand",
          e);
    }
  }
}
