package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists groups. */
@Command(
    name = "list",
    header = "List groups with their members, which may be groups themselves.",
    footer = {
      "",
      "Examples:",
      "  millrace catalog group list",
      "  millrace catalog group list --json | jq '.Resources[] | {displayName, members}'"
    })
final class CatalogGroupListCommand extends CatalogCallCommand {
  private static final int MEMBERS_CHARACTERS_MAX = 80;

  CatalogGroupListCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    ArrayNode groups = new CatalogPrincipals(catalog).list(CatalogPrincipals.Kind.GROUP);
    if (json()) {
      print(object().set("Resources", groups));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("GROUP", "SIZE", "MEMBERS"));
    for (JsonNode group : groups) {
      List<String> members = new ArrayList<>();
      group.path("members").forEach(member -> members.add(text(member, "display")));
      rows.add(
          List.of(
              text(group, "displayName"),
              Integer.toString(members.size()),
              members.isEmpty()
                  ? "-"
                  : Printable.line(String.join(", ", members), MEMBERS_CHARACTERS_MAX)));
    }
    printTable(rows);
  }
}
