package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists users. */
@Command(
    name = "list",
    header = "List users with their groups, and whether they may come in.",
    footer = {
      "",
      "Examples:",
      "  millrace catalog user list",
      "  millrace catalog user list --json | jq -r '.Resources[].userName'"
    })
final class CatalogUserListCommand extends CatalogCallCommand {

  CatalogUserListCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    ArrayNode users = new CatalogPrincipals(catalog).list(CatalogPrincipals.Kind.USER);
    if (json()) {
      print(object().set("Resources", users));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("USER", "NAME", "ACTIVE", "GROUPS"));
    for (JsonNode user : users) {
      List<String> groups = new ArrayList<>();
      user.path("groups").forEach(group -> groups.add(text(group, "display")));
      rows.add(
          List.of(
              text(user, "userName"),
              text(user, "displayName"),
              user.path("active").asBoolean() ? "yes" : "no",
              groups.isEmpty() ? "-" : String.join(", ", groups)));
    }
    printTable(rows);
  }
}
