package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives privileges. */
@Command(
    name = "grant",
    customSynopsis =
        "Usage: millrace catalog grant [OPTIONS] PRIVILEGE[,...] --on [TYPE] NAME --to PRINCIPAL",
    synopsisHeading = "",
    header = "Give a user, group or service principal privileges on something.",
    description = {"", PrivilegeChange.DESCRIPTION, "", CatalogSecurable.DESCRIPTION, ""},
    footer = {
      "",
      "Examples:",
      "  millrace catalog grant SELECT,MODIFY --on table main.sales.orders --to analysts",
      "  millrace catalog grant \"USE CATALOG\" --on main --to ann@example.com",
      "  millrace catalog grant CREATE_CATALOG --on metastore --to platform"
    })
final class CatalogGrantCommand extends CatalogCallCommand {
  @Parameters(
      index = "0",
      arity = "1",
      paramLabel = "PRIVILEGE[,...]",
      hideParamSyntax = true,
      split = ",",
      description = "What to allow.")
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
      names = "--to",
      required = true,
      paramLabel = "PRINCIPAL",
      description = "The name of a user or group, or the application id of a service principal.")
  private String to = "";

  CatalogGrantCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    PrivilegeChange change = PrivilegeChange.of("add", privileges);
    CatalogSecurable securable = CatalogSecurable.of(on, catalog);
    JsonNode answer = change.send(catalog, securable, to);
    if (json()) {
      print(answer);
    } else {
      say("%s on %s: granted to %s".formatted(change.words(), securable.words(), to));
    }
  }
}
