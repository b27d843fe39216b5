package io.millrace.gateway.cli;

import io.millrace.gateway.http.CatalogClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a token worthless. */
@Command(
    name = "revoke",
    header = "Make a token worthless, from the next request on.",
    footer = {
      "",
      "Examples:",
      "  millrace catalog token revoke 0b8d7c1e-5f3a-4c53-9a54-0d0a5f1d9d11"
    })
final class CatalogTokenRevokeCommand extends CatalogCallCommand {
  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The token's id, as list shows it: one's own, or anybody's for admins.")
  private String id = "";

  CatalogTokenRevokeCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    var answer = catalog.post(CatalogTokenCommand.OWN + "/delete", object().put("token_id", id));
    if (json()) {
      print(answer);
    } else {
      say("token " + id + " is worthless now");
    }
  }
}
