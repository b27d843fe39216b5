package io.millrace.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups what is done with tokens. */
@Command(
    name = "token",
    header = "Make, list and revoke the tokens that people and programs show to the catalog.",
    synopsisSubcommandLabel = "COMMAND")
final class CatalogTokenCommand extends CommandGroup {
  /** Where Databricks has everybody's own tokens. */
  static final String OWN = "/api/2.0/token";

  /** Where Databricks has the tokens of all. */
  static final String ALL = "/api/2.0/token-management";

  static CommandLine commandLine(Console console) {
    return new CommandLine(new CatalogTokenCommand())
        .addSubcommand(new CatalogTokenCreateCommand(console))
        .addSubcommand(new CatalogTokenListCommand(console))
        .addSubcommand(new CatalogTokenRevokeCommand(console));
  }
}
