package io.millrace.gateway.cli;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.PlatformState;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A platform in a process of its own, which goes on when this one ends. */
final class DetachedPlatform {
  private static final long LOOK_MILLIS = 100;

  private final Home home;
  private final PlatformDirectory directory;
  private final List<String> arguments;

  /**
   * @param arguments of {@code up}, without {@code --dir} and {@code --detach}
   */
  DetachedPlatform(Home home, PlatformDirectory directory, List<String> arguments) {
    this.home = requireNonNull(home, "home is null");
    this.directory = requireNonNull(directory, "directory is null");
    this.arguments = List.copyOf(arguments);
  }

  /** Returns when the platform is ready, or with the exit code it ended with. */
  int start(Console console, boolean json) throws InterruptedException {
    Path output = directory.logs().resolve("up.out");
    Process process = launch(output, json);
    try (ProgressLine progress = ProgressLine.of(console, "starting Millrace")) {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.tick();
        Optional<PlatformState> state = PlatformState.read(directory.stateFile());
        if (state.isPresent() && state.get().ready() && state.get().pid() == process.pid()) {
          progress.close();
          if (json) {
            console.out().println(state.get().toJson());
          } else {
            console.out().println("Millrace is up in process " + process.pid() + ".");
            console.out().println("  Kafka   " + state.get().bootstrapServers());
            console.out().println("  Flink   " + state.get().flinkUrl());
            console.out().println("  catalog " + state.get().catalogUrl());
            if (Files.exists(directory.adminToken())) {
              console.out().println("  token   " + directory.adminToken());
            }
            console.out().println("  data    " + directory.root());
            console.out().println("  log     " + directory.logFile());
            console.out().println("Stop it with: millrace down" + directory.asOption());
          }
          return 0;
        }
      }
    }
    if (json) {
      console.out().print(read(output));
    } else {
      console.err().print(read(output));
    }
    console.out().flush();
    return process.exitValue() == 0 ? ErrorReport.UNEXPECTED : process.exitValue();
  }

  private Process launch(Path output, boolean json) {
    List<String> command = new ArrayList<>();
    command.add(home.launcher().toString());
    command.add("up");
    command.add("--dir=" + directory.root());
    command.addAll(arguments);
    if (json) {
      command.add("--json");
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("MILLRACE_DETACHED", "1");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the process cannot be started: " + e.getMessage(),
          "see that " + home.launcher() + " can be executed",
          e);
    }
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the platform ended, and what it said in " + output + " cannot be read: " + e,
          "start it without --detach",
          e);
    }
  }
}
