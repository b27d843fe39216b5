package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes privileges away. */
@Command(
    name = "revoke",
    customSynopsis =
        "Usage: millrace catalog revoke [OPTIONS] PRIVILEGE[,...] --on [TYPE] NAME --from PRINCIPAL",
    synopsisHeading = "",
    header = "Take privileges on something away, and say by what else they are still held.",
    description = {
      "",
      PrivilegeChange.DESCRIPTION,
      "",
      CatalogSecurable.DESCRIPTION,
      "",
      "What was not granted on the thing itself cannot be taken away there, which is no error.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog revoke MODIFY --on table main.sales.orders --from analysts",
      "  millrace catalog revoke SELECT --on main.sales --from ann@example.com --json"
    })
final class CatalogRevokeCommand extends CatalogCallCommand {
  @Parameters(
      index = "0",
      arity = "1",
      paramLabel = "PRIVILEGE[,...]",
      hideParamSyntax = true,
      split = ",",
      description = "What to allow no longer.")
  private List<String> privileges = List.of();

  @Option(
      names = "--on",
      required = true,
      arity = "1..2",
      paramLabel = "[TYPE] NAME",
      hideParamSyntax = true,
      description = "On what.")
  private List<String> on = List.of();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PRINCIPAL",
      description = "The name of a user or group, or the application id of a service principal.")
  private String from = "";

  CatalogRevokeCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    PrivilegeChange change = PrivilegeChange.of("remove", privileges);
    CatalogSecurable securable = CatalogSecurable.of(on, catalog);
    JsonNode answer = change.send(catalog, securable, from);
    if (json()) {
      print(answer);
      return;
    }
    say("%s on %s: revoked from %s".formatted(change.words(), securable.words(), from));
    for (JsonNode held : answer.path("still_held")) {
      say(
          "%s still has %s: %s on %s %s, granted to %s"
              .formatted(
                  text(held, "principal"),
                  text(held, "privilege"),
                  text(held, "granted"),
                  text(held, "on_type").replace('_', ' '),
                  text(held, "on_name"),
                  text(held, "granted_to")));
    }
  }
}
