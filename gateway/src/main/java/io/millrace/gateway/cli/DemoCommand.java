package io.millrace.gateway.cli;

import io.millrace.gateway.Home;
import io.millrace.gateway.demo.Demo;
import io.millrace.gateway.demo.DemoDirectory;
import io.millrace.gateway.demo.DemoOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows everything at once, on real data. */
@Command(
    name = "demo",
    header = "Publish real flights to Kafka and watch them become bronze, silver and gold.",
    description = {
      "",
      "Starts Kafka and Flink in this process and the pipeline sql/flights, publishes up to"
          + " 3,000,000 real flights as JSON, some of them poisoned, and shows how they become"
          + " tables.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace demo --verify                        all flights, every row checked by DuckDB",
      "  millrace demo --events 200000 --rate 2000     at 2,000 events per second",
      "  millrace demo --poison 20 --dir /tmp/demo     a fifth of all events is poison",
      "  millrace demo --keep                          leave the platform up to look around",
      "",
      "With --dir, a demo that was stopped or killed goes on where it was."
    })
final class DemoCommand extends MillraceCommand {
  @Mixin final HeapOption heap = new HeapOption();

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "" + DemoOptions.EVENTS_MAX,
      description = "How many of the real flights (default: all 3,000,000).")
  private long events;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "0",
      description = "Events per second; 0 is as fast as it goes (default: 0).")
  private double rate;

  @Option(
      names = "--poison",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Share of events with something wrong (default: 1).")
  private double poison;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Chooses which events are poisoned, and how (default: 1).")
  private long seed;

  @Option(
      names = "--verify",
      description = "Have DuckDB recompute every table and compare every row.")
  private boolean verify;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to a file.")
  private @Nullable Path figures;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The demo's directory (default: a fresh ~/.millrace/demo).")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Leave the platform up at the end, until Ctrl-C.")
  private boolean keep;

  DemoCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws InterruptedException {
    DemoOptions options =
        new DemoOptions(events, rate, poison, seed, verify, keep, directory, figures);
    DemoDirectory where = DemoDirectory.prepare(options);
    Logging.toFile(where.platform().logFile());
    StopSignal stop = StopSignal.install();
    Demo demo =
        new Demo(
            options,
            where,
            Home.fromLauncher(),
            Wiring.pipelineHost(),
            console().out(),
            console().terminal(),
            stop);
    return demo.run() ? 0 : stop.exitCode();
  }
}
