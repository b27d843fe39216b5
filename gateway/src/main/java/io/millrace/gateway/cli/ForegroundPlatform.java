package io.millrace.gateway.cli;

import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.platform.Platform;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.Ports;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A platform that runs until its process is asked to stop. */
final class ForegroundPlatform {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private ForegroundPlatform() {}

  /** Returns the exit code, after everything has stopped. */
  static int run(Home home, PlatformDirectory directory, Ports ports, Console console, boolean json)
      throws InterruptedException {
    StopSignal stop = StopSignal.install();
    Instant began = Instant.now();
    AtomicReference<Instant> phase = new AtomicReference<>(began);
    Platform.Options options = new Platform.Options(home, directory, ports);
    try (Platform platform =
        Platform.start(options, Wiring.pipelineHost(), steps(console, phase))) {
      if (json) {
        console.out().println(platform.state().toJson());
      } else {
        announce(platform, began, console);
      }
      while (!stop.await(LOOK)) {
        Optional<MillraceException> fault = platform.fault();
        if (fault.isPresent()) {
          throw fault.get();
        }
      }
      phase.set(Instant.now());
      console.err().println("Stopping. Once more to end at once; nothing is lost by that.");
    }
    return stop.exitCode();
  }

  private static Platform.Steps steps(Console console, AtomicReference<Instant> phase) {
    return new Platform.Steps() {
      @Override
      public void reached(String what) {
        console.err().println("  " + elapsed(phase.get()) + "  " + what);
      }

      @Override
      public void failed(MillraceException problem) {
        console
            .err()
            .println(
                "  " + elapsed(phase.get()) + "  " + problem.code() + ": " + problem.problem());
        console.err().println("    remedy: " + problem.remedy());
      }
    };
  }

  private static void announce(Platform platform, Instant began, Console console) {
    console.out().println("Millrace is up after " + elapsed(began).strip() + ".");
    console.out().println("  Kafka   " + platform.bootstrapServers());
    console.out().println("  Flink   " + platform.flinkUrl());
    console.out().println("  catalog " + platform.catalogUrl());
    if (Files.exists(platform.directory().adminToken())) {
      console.out().println("  token   " + platform.directory().adminToken());
    }
    console.out().println("  data    " + platform.directory().root());
    console.out().println("  log     " + platform.directory().logFile());
    console
        .out()
        .println("Stop it with Ctrl-C, or: millrace down" + platform.directory().asOption());
  }

  private static String elapsed(Instant began) {
    double seconds = Duration.between(began, Instant.now()).toMillis() / 1000.0;
    return String.format(Locale.ROOT, "%5.1f s", seconds);
  }
}
