package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is done with groups. */
@Command(
    name = "group",
    header = "List, create and delete groups, and change who is in them; for metastore admins.",
    synopsisSubcommandLabel = "COMMAND")
final class CatalogGroupCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new CatalogGroupCommand())
        .addSubcommand(new CatalogGroupListCommand(console))
        .addSubcommand(new CatalogGroupCreateCommand(console))
        .addSubcommand(new CatalogGroupDeleteCommand(console))
        .addSubcommand(new CatalogGroupAddMemberCommand(console))
        .addSubcommand(new CatalogGroupRemoveMemberCommand(console));
  }
}
