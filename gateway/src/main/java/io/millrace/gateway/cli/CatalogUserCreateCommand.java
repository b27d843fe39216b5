package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.http.CatalogClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a user. */
@Command(
    name = "create",
    header = "Make a user, who then needs a token and privileges.",
    footer = {
      "",
      "Examples:",
      "  millrace catalog user create ann@example.com --display-name \"Ann Lee\""
    })
final class CatalogUserCreateCommand extends CatalogCallCommand {
  @Parameters(index = "0", paramLabel = "EMAIL", description = "What grants call the user.")
  private String name = "";

  @Option(
      names = "--display-name",
      paramLabel = "NAME",
      description = "What people call the user (default: the e-mail address).")
  private @Nullable String displayName;

  CatalogUserCreateCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    ObjectNode body = object().put("userName", name);
    if (displayName != null) {
      body.put("displayName", displayName);
    }
    JsonNode answer = catalog.post(CatalogPrincipals.Kind.USER.path(), body);
    if (json()) {
      print(answer);
    } else {
      say("there is a user %s now".formatted(text(answer, "userName")));
    }
  }
}
