package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes a group. */
@Command(
    name = "delete",
    header = "Delete a group with its grants, but not its members.",
    footer = {"", "Examples:", "  millrace catalog group delete analysts"})
final class CatalogGroupDeleteCommand extends CatalogCallCommand {
  @Parameters(index = "0", paramLabel = "GROUP", description = "What grants call it.")
  private String name = "";

  CatalogGroupDeleteCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    JsonNode group = new CatalogPrincipals(catalog).require(CatalogPrincipals.Kind.GROUP, name);
    catalog.delete(CatalogPrincipals.path(CatalogPrincipals.Kind.GROUP, group));
    if (json()) {
      print(group);
    } else {
      say("there is no group %s any more".formatted(text(group, "displayName")));
    }
  }
}
