package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.pipeline.StopRequest;
import io.millrace.gateway.platform.PipelineHost;
import io.millrace.gateway.platform.PipelineRegistration;
import io.millrace.gateway.platform.PipelineRegistry;
import io.millrace.gateway.platform.Platform;
import io.millrace.jobs.pipeline.EpochRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Real events through real tables, in one process: starts the platform and the flights pipeline,
 * publishes the events, shows how they flow, and has every row checked.
 *
 * <p>One run per object, by one thread.
 */
public final class Demo {
  static final String PIPELINE = "flights";

  static final String TOPIC = "flights";
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
  private static final int GOLD_ROWS = 5;

  private final DemoOptions options;
  private final DemoDirectory directory;
  private final Home home;
  private final PipelineHost host;
  private final TableRows rows;
  private final PrintStream out;
  private final boolean terminal;
  private final StopRequest stop;
  private final long started = System.nanoTime();

  /**
   * @param out for people
   * @param terminal whether lines may be drawn over
   */
  public Demo(
      DemoOptions options,
      DemoDirectory directory,
      Home home,
      PipelineHost host,
      PrintStream out,
      boolean terminal,
      StopRequest stop) {
    this(options, directory, home, host, new KernelRows(), out, terminal, stop);
  }

  Demo(
      DemoOptions options,
      DemoDirectory directory,
      Home home,
      PipelineHost host,
      TableRows rows,
      PrintStream out,
      boolean terminal,
      StopRequest stop) {
    this.options = requireNonNull(options, "options is null");
    this.directory = requireNonNull(directory, "directory is null");
    this.home = requireNonNull(home, "home is null");
    this.host = requireNonNull(host, "host is null");
    this.rows = requireNonNull(rows, "rows is null");
    this.out = requireNonNull(out, "out is null");
    this.terminal = terminal;
    this.stop = requireNonNull(stop, "stop is null");
  }

  /**
   * Runs the demo to its end.
   *
   * @return true if it came to its end, false if it was asked to stop before
   * @throws MillraceException VERIFICATION_FAILED if a table is not what it must be, and whatever
   *     keeps platform, producer or pipeline from running
   */
  public boolean run() throws InterruptedException {
    // The platform would resume it by itself, with the ports of its last life.
    new PipelineRegistry(directory.platform().pipelines()).remove(PIPELINE);
    out.println(
        "Millrace demo: %s real flights as Kafka events → bronze → silver → gold"
            .formatted(ProgressView.number(options.events())));
    Optional<DemoReport> report;
    try (Platform platform =
        Platform.start(
            new Platform.Options(home, directory.platform(), DemoPorts.choose()), host, steps())) {
      report = flow(platform);
      if (report.isEmpty()) {
        out.println(
            "Stopped. The same command with --dir %s goes on where it was."
                .formatted(directory.platform().root()));
        return false;
      }
      report.get().lines().forEach(out::println);
      showGold(directory.tables());
      if (!options.keep()) {
        out.println();
        out.println("Stopping the platform ...");
      } else {
        finish(report.get());
        out.println(
            "The platform stays up (--keep). Flink: %s  Kafka: %s  Ctrl-C stops it."
                .formatted(platform.flinkUrl(), platform.bootstrapServers()));
        while (!stop.await(Duration.ofSeconds(1))) {
          platform.fault().ifPresent(Demo::raise);
        }
        return true;
      }
    }
    // Kafka and Flink have given their memory back: the verification needs it.
    finish(report.get());
    return true;
  }

  /** From the first event to the last row; empty if it was asked to stop. */
  private Optional<DemoReport> flow(Platform platform) throws InterruptedException {
    Path project = project();
    Freshness freshness = new Freshness();
    try (FlightEvents events =
            FlightEvents.open(
                project.resolve("data/flights-3m.parquet"), options.poison(), options.events());
        FlightProducer producer =
            FlightProducer.open(platform.bootstrapServers(), TOPIC, freshness)) {
      FlowWatch watch =
          new FlowWatch(
              platform,
              directory,
              producer,
              freshness,
              stop,
              new ProgressView(out, terminal),
              options.events());
      startPipeline(platform);
      if (!watch.untilRunning()) {
        return Optional.empty();
      }
      double ready = seconds(started);
      out.println(
          "  %5.1f s  pipeline running. Flink's web page: %s"
              .formatted(ready, platform.flinkUrl()));
      out.println(
          "           in another terminal: bin/millrace status --watch --dir "
              + directory.platform().root());
      if (producer.publishedBefore() > 0) {
        out.println(
            "           the topic holds %s events already; going on behind them"
                .formatted(ProgressView.number(producer.publishedBefore())));
      }
      long begin = System.nanoTime();
      CompletableFuture<Double> producing =
          inThread(
              () -> {
                producer.publish(events, options.eventsPerSecond());
                return seconds(begin);
              });
      watch.follow(producing, begin);
      Optional<EpochRecord> last = watch.untilCommitted();
      if (last.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new DemoReport(
              options,
              producer.acknowledged(),
              producer.publishedBefore(),
              ready,
              producing.join(),
              watch.committedSeconds(),
              last.get().checkpointId(),
              freshness.overall(),
              watch.statusOf(last.get()),
              directory.tables()));
    }
  }

  private Path project() {
    return home.directory().resolve("sql").resolve("flights");
  }

  private void startPipeline(Platform platform) {
    PipelineRegistration registration =
        new PipelineRegistration(
            PIPELINE,
            project(),
            Map.of("bootstrap", platform.bootstrapServers(), "topic", TOPIC),
            directory.tables(),
            CHECKPOINT_INTERVAL);
    platform.add(host.resume(registration, platform));
    new PipelineRegistry(directory.platform().pipelines()).register(registration);
  }

  private void showGold(Path tables) {
    List<@Nullable Object[]> top = new ArrayList<>();
    rows.read(
        tables.resolve("top_airports"),
        List.of("rank_no", "origin", "flights", "total_delay"),
        top::add);
    top.sort(Comparator.comparingLong(row -> ((Number) requireNonNull(row[0])).longValue()));
    out.println();
    out.println("GOLD  top_airports      FLIGHTS   DELAY PER FLIGHT");
    for (@Nullable Object[] row : top.subList(0, Math.min(GOLD_ROWS, top.size()))) {
      long flights = ((Number) requireNonNull(row[2])).longValue();
      long delay = ((Number) requireNonNull(row[3])).longValue();
      out.println(
          "  %2s  %-14s %10s   %8.1f minutes"
              .formatted(row[0], row[1], ProgressView.number(flights), (double) delay / flights));
    }
  }

  /** Verification, figures, and what comes next. */
  private void finish(DemoReport report) {
    List<TableResult> verification = List.of();
    if (options.verify()) {
      out.println();
      out.println("Checking every row: DuckDB recomputes all tables from the source file, Delta");
      out.println("Kernel's own reader reads ours ...");
      verification =
          new Verification(project(), rows)
              .run(
                  options.poison(),
                  options.events(),
                  directory.tables(),
                  directory.platform().root().resolve("verification"),
                  out);
      out.println("verified: " + verification.stream().allMatch(TableResult::verified));
    }
    Path figures = options.figures();
    if (figures != null) {
      write(figures, report.toJson(verification).toPrettyString());
    }
    showNext();
    List<String> different =
        verification.stream().filter(r -> !r.verified()).map(TableResult::table).toList();
    if (!different.isEmpty()) {
      throw new MillraceException(
          ErrorCode.VERIFICATION_FAILED,
          "not what they must be: " + String.join(", ", different),
          "the differences are above; report them with the seed "
              + options.seed()
              + " and the folder "
              + directory.tables());
    }
  }

  private void showNext() {
    String dir = " --dir " + directory.platform().root();
    out.println();
    out.println("The tables are Delta tables in " + directory.tables());
    out.println("What next:");
    out.println("  bin/millrace table show flights" + dir);
    out.println("  bin/millrace quarantine show quarantine --limit 3" + dir);
    if (options.keep()) {
      out.println("  bin/millrace status" + dir);
      out.println("  bin/millrace down" + dir);
    } else {
      out.println("  bin/millrace up" + dir);
    }
  }

  private static void write(Path file, String text) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.DIRECTORY_UNWRITABLE,
          "the figures cannot be written to " + file + ": " + e,
          "name another file with --json",
          e);
    }
  }

  private Platform.Steps steps() {
    return new Platform.Steps() {
      @Override
      public void reached(String what) {
        out.println("  %5.1f s  %s".formatted(seconds(started), what));
      }

      @Override
      public void failed(MillraceException problem) {
        raise(problem);
      }
    };
  }

  static void raise(MillraceException failure) {
    throw failure;
  }

  private static <T> CompletableFuture<T> inThread(Supplier<T> work) {
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
            "flights-producer");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }
}
