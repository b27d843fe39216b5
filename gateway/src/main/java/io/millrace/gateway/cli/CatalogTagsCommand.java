package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows tags, and changes them. */
@Command(
    name = "tags",
    header = "Show the tags of something or of a column, after setting and taking away some.",
    description = {"", CatalogSecurable.DESCRIPTION, ""},
    footer = {
      "",
      "Examples:",
      "  millrace catalog tags main.sales.orders",
      "  millrace catalog tags main.sales.orders --column email --set pii=e-mail",
      "  millrace catalog tags schema main.sales --set team=sales --unset draft"
    })
final class CatalogTagsCommand extends CatalogCallCommand {
  private static final String ASSIGNMENTS = CatalogSecurable.UNITY + "/entity-tag-assignments";

  @Parameters(
      index = "0..1",
      arity = "1..2",
      paramLabel = "[TYPE] NAME",
      hideParamSyntax = true,
      description = "Whose tags.")
  private List<String> words = List.of();

  @Option(names = "--column", paramLabel = "COLUMN", description = "Those of a table's column.")
  private @Nullable String column;

  @Option(
      names = "--set",
      paramLabel = "KEY[=VALUE]",
      description = "Set a tag; may be given several times.")
  private List<String> set = new ArrayList<>();

  @Option(
      names = "--unset",
      paramLabel = "KEY",
      description = "Take a tag away; may be given several times.")
  private List<String> unset = new ArrayList<>();

  CatalogTagsCommand(Console console) {
    super(console);
  }

  /** Where the tags of something are. */
  static String path(String type, String fullName) {
    return "%s/%s/%s/tags".formatted(ASSIGNMENTS, type, CatalogClient.segment(fullName));
  }

  @Override
  void run(CatalogClient catalog) {
    CatalogSecurable it = CatalogSecurable.of(words, catalog);
    String type = column == null ? it.tagType().orElseThrow(() -> untagged(it)) : "columns";
    String fullName = column == null ? it.fullName() : it.fullName() + "." + column;
    String path = path(type, fullName);
    for (String tag : set) {
      String[] keyAndValue = tag.split("=", 2);
      catalog.post(
          ASSIGNMENTS,
          object()
              .put("entity_type", type)
              .put("entity_name", fullName)
              .put("tag_key", keyAndValue[0])
              .put("tag_value", keyAndValue.length == 2 ? keyAndValue[1] : ""));
    }
    unset.forEach(key -> catalog.delete(path + "/" + CatalogClient.segment(key)));
    JsonNode answer = catalog.get(path);
    if (json()) {
      print(answer);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TAG", "VALUE"));
    for (JsonNode each : answer.path("tag_assignments")) {
      rows.add(List.of(text(each, "tag_key"), text(each, "tag_value")));
    }
    printTable(rows);
  }

  private static MillraceException untagged(CatalogSecurable it) {
    return new MillraceException(
        ErrorCode.OPTION_INVALID,
        "there are no tags on " + it.words(),
        "tag catalogs, schemas and what is in them, and columns");
  }
}
