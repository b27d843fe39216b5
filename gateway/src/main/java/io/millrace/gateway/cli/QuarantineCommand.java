package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is asked about refused rows. */
@Command(
    name = "quarantine",
    header = "Show the rows that were refused, and why.",
    synopsisSubcommandLabel = "COMMAND")
final class QuarantineCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new QuarantineCommand())
        .addSubcommand(new QuarantineListCommand(console))
        .addSubcommand(new QuarantineShowCommand(console));
  }
}
