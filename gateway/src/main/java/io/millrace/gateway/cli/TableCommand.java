package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is asked about one table, and done to it. */
@Command(
    name = "table",
    header = "Show what a table is and what happened to it, and look after it.",
    synopsisSubcommandLabel = "COMMAND")
final class TableCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new TableCommand())
        .addSubcommand(new TableShowCommand(console))
        .addSubcommand(new TableDetailCommand(console))
        .addSubcommand(new TableHistoryCommand(console))
        .addSubcommand(new TableCheckpointCommand(console))
        .addSubcommand(new TableOptimizeCommand(console))
        .addSubcommand(new TableRestoreCommand(console))
        .addSubcommand(new TableVacuumCommand(console));
  }
}
