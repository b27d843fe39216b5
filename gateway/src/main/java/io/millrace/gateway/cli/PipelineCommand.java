package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is done with a pipeline's project. */
@Command(
    name = "pipeline",
    header = "Check a pipeline's project, or run it.",
    synopsisSubcommandLabel = "COMMAND")
final class PipelineCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new PipelineCommand())
        .addSubcommand(new PipelineValidateCommand(console))
        .addSubcommand(new PipelineRunCommand(console));
  }
}
