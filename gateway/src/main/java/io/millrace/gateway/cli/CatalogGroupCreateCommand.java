package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a group. */
@Command(
    name = "create",
    header = "Make a group without members.",
    footer = {"", "Examples:", "  millrace catalog group create analysts"})
final class CatalogGroupCreateCommand extends CatalogCallCommand {
  @Parameters(index = "0", paramLabel = "GROUP", description = "What grants call it.")
  private String name = "";

  CatalogGroupCreateCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    JsonNode answer =
        catalog.post(CatalogPrincipals.Kind.GROUP.path(), object().put("displayName", name));
    if (json()) {
      print(answer);
    } else {
      say("there is a group %s now".formatted(text(answer, "displayName")));
    }
  }
}
