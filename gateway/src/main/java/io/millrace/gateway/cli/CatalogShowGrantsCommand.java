package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows who was given what. */
@Command(
    name = "show-grants",
    header = "Show who was given which privileges on something.",
    description = {
      "",
      CatalogSecurable.DESCRIPTION,
      "",
      "Whoever may grant on it sees all grants, others those to themselves and to their groups.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog show-grants main.sales.orders",
      "  millrace catalog show-grants main.sales.orders --effective --principal ann@example.com"
    })
final class CatalogShowGrantsCommand extends CatalogCallCommand {
  @Parameters(
      index = "0..1",
      arity = "1..2",
      paramLabel = "[TYPE] NAME",
      hideParamSyntax = true,
      description = "On what.")
  private List<String> words = List.of();

  @Option(
      names = "--effective",
      description = "Also what is granted on the schema and catalog that it is in.")
  private boolean effective;

  @Option(
      names = "--principal",
      paramLabel = "PRINCIPAL",
      description = "Only the grants of this user, group or service principal.")
  private @Nullable String principal;

  CatalogShowGrantsCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    CatalogSecurable on = CatalogSecurable.of(words, catalog);
    JsonNode answer =
        catalog.get(
            on.path(effective ? "effective-permissions" : "permissions"),
            principal == null ? Map.of() : Map.of("principal", principal));
    if (json()) {
      print(answer);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PRINCIPAL", "PRIVILEGE", "GRANTED ON"));
    for (JsonNode assignment : answer.path("privilege_assignments")) {
      for (JsonNode privilege : assignment.path("privileges")) {
        rows.add(
            List.of(
                text(assignment, "principal"),
                privilege.isTextual() ? privilege.asText() : text(privilege, "privilege"),
                place(privilege, on)));
      }
    }
    printTable(rows);
  }

  /** The container that it comes from, or the thing itself. */
  private static String place(JsonNode privilege, CatalogSecurable on) {
    return privilege.hasNonNull("inherited_from_name")
        ? "%s %s"
            .formatted(
                text(privilege, "inherited_from_type").toLowerCase(Locale.ROOT).replace('_', ' '),
                text(privilege, "inherited_from_name"))
        : on.words();
  }
}
