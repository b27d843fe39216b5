package io.millrace.gateway.cli;

import io.millrace.gateway.pipeline.RunRequest;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatusJson;
import io.millrace.gateway.status.StatusReading;
import io.millrace.gateway.status.StatusTable;
import io.millrace.jobs.pipeline.PipelineLayout;
import io.millrace.jobs.pipeline.PipelineRun;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a project. */
@Command(
    name = "run",
    header = "Run a project as one Flink job, in this process.",
    description = {
      "",
      "Goes on where the pipeline was. Runs until Ctrl-C or SIGTERM, which stop it with a"
          + " savepoint; with --once until everything that is in the topics at the start is"
          + " committed.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace pipeline run sql/flights --set bootstrap=127.0.0.1:9092 --root /data/flights",
      "  millrace pipeline run sql/orders --once --heap 4g --checkpoint-interval 10s"
    })
final class PipelineRunCommand extends JsonCommand {
  @Mixin private final ProjectOptions options = new ProjectOptions();
  @Mixin final HeapOption heap = new HeapOption();

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Where tables, checkpoints and status go (default: ~/.millrace/runs/NAME).")
  private @Nullable Path root;

  @Option(
      names = "--once",
      description = "End when everything that is in the topics now is committed.")
  private boolean once;

  @Option(
      names = "--checkpoint-interval",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "How often the tables are committed, like 500ms or 10s (default: 1s).")
  private @Nullable Duration checkpointInterval;

  PipelineRunCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws Exception {
    StopSignal stop = StopSignal.install();
    // Fails for a project that cannot be read, before anything is made.
    Path byDefault = PipelineRun.defaultRoot(options.project(), options.variables());
    Path where = root == null ? byDefault : root;
    Logging.toFile(PipelineLayout.of(where).log());
    RunRequest request =
        new RunRequest(options.project(), options.variables(), where, once, checkpointInterval);
    RunDisplay display = new RunDisplay(console(), json());
    PipelineStatus last = Wiring.pipelineRunner().run(request, stop, display::show);
    if (json()) {
      console().out().println(PipelineStatusJson.toJson(last));
    } else {
      StatusTable.render(StatusReading.of(last, true)).forEach(console().out()::println);
    }
    return stop.asked() ? stop.exitCode() : 0;
  }
}
