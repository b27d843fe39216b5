package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is done with users. */
@Command(
    name = "user",
    header = "List, create and delete users; for metastore admins.",
    synopsisSubcommandLabel = "COMMAND")
final class CatalogUserCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new CatalogUserCommand())
        .addSubcommand(new CatalogUserListCommand(console))
        .addSubcommand(new CatalogUserCreateCommand(console))
        .addSubcommand(new CatalogUserDeleteCommand(console));
  }
}
