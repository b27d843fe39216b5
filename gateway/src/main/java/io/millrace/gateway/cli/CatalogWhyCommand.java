package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains a decision. */
@Command(
    name = "why",
    header = "Explain why somebody can do something, or what is missing.",
    description = {
      "",
      "Asked about others by who may grant on it, about oneself by everybody. What can be done:"
          + " SELECT, MODIFY and what other privileges allow, DESCRIBE, ALTER, DROP, GRANT,"
          + " CHANGE_OWNER.",
      "",
      CatalogSecurable.DESCRIPTION,
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog why ann@example.com SELECT main.sales.orders",
      "  millrace catalog why ann@example.com CREATE_TABLE schema main.sales --json | jq .allowed"
    })
final class CatalogWhyCommand extends CatalogCallCommand {
  @Parameters(index = "0", paramLabel = "PRINCIPAL", description = "Who.")
  private String principal = "";

  @Parameters(index = "1", paramLabel = "ACTION", description = "What, such as SELECT.")
  private String action = "";

  @Parameters(
      index = "2..3",
      arity = "1..2",
      paramLabel = "[TYPE] NAME",
      hideParamSyntax = true,
      description = "With what.")
  private List<String> words = List.of();

  CatalogWhyCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    CatalogSecurable on = CatalogSecurable.of(words, catalog);
    Map<String, String> query = new LinkedHashMap<>();
    query.put("principal", principal);
    query.put("action", action.replace('-', ' '));
    query.put("securable_type", on.type().wireName());
    query.put("full_name", on.fullName());
    JsonNode answer = catalog.get(CatalogSecurable.MILLRACE + "/access/why", query);
    if (json()) {
      print(answer);
      return;
    }
    boolean allowed = answer.path("allowed").asBoolean();
    say(
        "%s %s %s %s: %s"
            .formatted(
                text(answer, "principal"),
                allowed ? "can" : "cannot",
                text(answer, "action"),
                on.words(),
                allowed ? text(answer, "reason") : "missing is " + text(answer, "missing")));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "IT TAKES", "WHICH IS THERE BY"));
    for (JsonNode each : answer.path("requirements")) {
      List<String> grounds = new ArrayList<>();
      each.path("grounds").forEach(ground -> grounds.add(ground.asText()));
      rows.add(
          List.of(
              each.path("met").asBoolean() ? "yes" : "NO",
              text(each, "needed"),
              grounds.isEmpty() ? "-" : String.join("; ", grounds)));
    }
    printTable(rows);
  }
}
