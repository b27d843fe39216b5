package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is asked of the catalog, and told to it. */
@Command(
    name = "catalog",
    header = "See what is in the catalog, who may do what with it, and where it comes from.",
    synopsisSubcommandLabel = "COMMAND")
final class CatalogCommand extends CommandGroup {

  static CommandLine commandLine(Console console) {
    return new CommandLine(new CatalogCommand())
        .addSubcommand(new CatalogListCommand(console))
        .addSubcommand(new CatalogDescribeCommand(console))
        .addSubcommand(new CatalogGrantCommand(console))
        .addSubcommand(new CatalogRevokeCommand(console))
        .addSubcommand(new CatalogShowGrantsCommand(console))
        .addSubcommand(new CatalogWhyCommand(console))
        .addSubcommand(new CatalogLineageCommand(console))
        .addSubcommand(new CatalogTagsCommand(console))
        .addSubcommand(CatalogTokenCommand.commandLine(console))
        .addSubcommand(CatalogUserCommand.commandLine(console))
        .addSubcommand(CatalogGroupCommand.commandLine(console));
  }
}
