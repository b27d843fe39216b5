package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes a user. */
@Command(
    name = "delete",
    header = "Delete a user, with all tokens, grants and memberships, for good.",
    footer = {"", "Examples:", "  millrace catalog user delete ann@example.com"})
final class CatalogUserDeleteCommand extends CatalogCallCommand {
  @Parameters(index = "0", paramLabel = "EMAIL", description = "What grants call the user.")
  private String name = "";

  CatalogUserDeleteCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    JsonNode user = new CatalogPrincipals(catalog).require(CatalogPrincipals.Kind.USER, name);
    catalog.delete(CatalogPrincipals.path(CatalogPrincipals.Kind.USER, user));
    if (json()) {
      print(user);
    } else {
      say("there is no user %s any more".formatted(text(user, "userName")));
    }
  }
}
