package io.millrace.gateway.cli;

import io.millrace.gateway.Home;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.Ports;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the platform. */
@Command(
    name = "up",
    header = "Start Kafka, Flink and the catalog in one process, and resume the pipelines.",
    description = {
      "",
      "Stays in the foreground until Ctrl-C, SIGTERM or \"millrace down\". Everything is kept under"
          + " the directory: after a stop, or after the process was killed, \"up\" goes on where it"
          + " was.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace up",
      "  millrace up --detach --dir /data/millrace",
      "  millrace up --dir /tmp/second --flink-port 0 --kafka-port 9192",
    })
final class UpCommand extends JsonCommand {
  @Mixin private final DirectoryOption directory = new DirectoryOption();
  @Mixin private final PortOptions ports = new PortOptions();
  @Mixin private final HeapOption heap = new HeapOption();

  @Option(
      names = "--detach",
      description = "Start it in the background, and return when it is ready.")
  private boolean detach;

  UpCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws Exception {
    PlatformDirectory where = directory.directory();
    Ports listen = ports.ports();
    where.prepare();
    if (detach) {
      List<String> arguments = new ArrayList<>(ports.arguments());
      arguments.addAll(heap.arguments());
      return new DetachedPlatform(Home.fromLauncher(), where, arguments).start(console(), json());
    }
    Logging.toFile(where.logFile());
    return ForegroundPlatform.run(Home.fromLauncher(), where, listen, console(), json());
  }
}
