package io.millrace.gateway.cli;

import io.millrace.gateway.demo.DemoRequest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows everything at once. */
@Command(
    name = "demo",
    header = "Publish real flights to Kafka and watch them become bronze, silver and gold.",
    description = {
      "",
      "Starts Kafka and Flink in this process, publishes flights as JSON, some of them poisoned, and"
          + " runs sql/flights on them. Shows rows per second, freshness, lag and balance while it"
          + " runs, and the accounting at the end.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace demo --verify",
      "  millrace demo --events 100000 --rate 2000 --poison 5",
      "  millrace demo --verify --json report.json --dir /tmp/flights"
    })
final class DemoCommand extends MillraceCommand {
  @Mixin private final DirectoryOption directory = new DirectoryOption();
  @Mixin private final PortOptions ports = new PortOptions();
  @Mixin final HeapOption heap = new HeapOption();

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Flights to publish (default: 3000000).")
  private long events;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "0",
      description = "Events per second; 0 for as fast as it goes (default: 0).")
  private double rate;

  @Option(
      names = "--poison",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Share of events that are made unusable (default: 1).")
  private double poison;

  @Option(
      names = "--verify",
      description = "Compare every table with a batch recomputation by another engine.")
  private boolean verify;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the accounting to this file.")
  private @Nullable Path report;

  @Option(names = "--keep", description = "Stay up afterwards, until Ctrl-C.")
  private boolean keep;

  DemoCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws Exception {
    DemoRequest request =
        new DemoRequest(
            directory.directory(), ports.ports(), events, rate, poison, verify, report, keep);
    return Wiring.runDemo(request, console());
  }
}
