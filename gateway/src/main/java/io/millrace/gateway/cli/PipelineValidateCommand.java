package io.millrace.gateway.cli;

import io.millrace.jobs.plan.PipelineCompiler;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.Project;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads a project and says what is wrong with it. */
@Command(
    name = "validate",
    header = "Check a project's files, SQL and graph; no topic is read and nothing is written.",
    description = {
      "",
      "Prints the graph of datasets, and whether each of them runs in Millrace's own operators",
      "or in Flink's, and why. Every mistake is named with file, line and column.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace pipeline validate sql/flights",
      "  millrace pipeline validate sql/orders --set bootstrap=127.0.0.1:9092 --set topic=orders"
    })
final class PipelineValidateCommand extends JsonCommand {
  @Mixin private final ProjectOptions options = new ProjectOptions();

  PipelineValidateCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    PipelineGraph graph = PipelineGraph.of(Project.load(options.project(), options.variables()));
    PipelinePlan plan = PipelineCompiler.compile(graph);
    if (json()) {
      console().out().println(graph.toJson(plan.ways()));
    } else {
      console().out().print(graph.toText());
      console().out().println();
      console().out().print(plan.toText());
      console().out().println("valid: " + graph.datasets().size() + " datasets");
    }
    return 0;
  }
}
