package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.PlatformState;
import io.millrace.gateway.platform.RunningPlatform;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stops the platform. */
@Command(
    name = "down",
    header = "Stop the platform cleanly: pipelines with a savepoint, then Flink, then Kafka.",
    description = {"", "Returns when its process has ended.", ""},
    footer = {"", "Examples:", "  millrace down", "  millrace down --dir /data/millrace"})
final class DownCommand extends JsonCommand {
  private static final long LOOK_MILLIS = 100;

  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "2m",
      converter = DurationOption.class,
      description = "How long to wait, like 30s (default: 2m).")
  private Duration timeout = Duration.ofMinutes(2);

  DownCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws Exception {
    PlatformDirectory where = directory.directory();
    PlatformState state = RunningPlatform.find(where).orElseThrow(() -> notRunning(where));
    ProcessHandle process = state.process().orElseThrow(() -> notRunning(where));
    process.destroy();
    long deadline = System.nanoTime() + timeout.toNanos();
    try (ProgressLine progress =
        ProgressLine.of(console(), "stopping Millrace (process " + state.pid() + ")")) {
      while (process.isAlive()) {
        if (System.nanoTime() > deadline) {
          throw new MillraceException(
              ErrorCode.ALREADY_RUNNING,
              "process " + state.pid() + " still runs " + timeout.toSeconds() + " s after SIGTERM",
              "give it longer with --timeout, or end it with kill -9 "
                  + state.pid()
                  + ": the next up resumes from the last checkpoint");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        progress.tick();
      }
    }
    if (json()) {
      console().out().println(new ObjectMapper().createObjectNode().put("stopped", state.pid()));
    } else {
      console().out().println("Millrace is down (process " + state.pid() + ").");
    }
    return 0;
  }

  private static MillraceException notRunning(PlatformDirectory where) {
    return new MillraceException(
        ErrorCode.NOT_RUNNING,
        "no platform runs on " + where.root(),
        "name the directory of the one to stop with --dir");
  }
}
