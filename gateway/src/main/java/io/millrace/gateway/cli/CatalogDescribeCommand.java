package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.access.SecurableType;
import io.millrace.gateway.http.CatalogClient;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what something in the catalog is. */
@Command(
    name = "describe",
    header = "Show what something is: columns, owner, location, tags, filters, freshness.",
    description = {"", CatalogSecurable.DESCRIPTION, ""},
    footer = {
      "",
      "Examples:",
      "  millrace catalog describe main.sales.orders",
      "  millrace catalog describe external-location landing",
      "  millrace catalog describe main.sales.orders --json | jq .freshness.last.watermark"
    })
final class CatalogDescribeCommand extends CatalogCallCommand {
  @Parameters(
      index = "0..1",
      arity = "1..2",
      paramLabel = "[TYPE] NAME",
      hideParamSyntax = true,
      description = "What to describe.")
  private List<String> words = List.of();

  CatalogDescribeCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    CatalogSecurable it = CatalogSecurable.of(words, catalog);
    ObjectNode all = object();
    all.put("securable_type", it.type().wireName());
    all.set("info", catalog.get(it.path()));
    it.tagType()
        .ifPresent(
            type ->
                all.set(
                    "tag_assignments",
                    catalog
                        .get(CatalogTagsCommand.path(type, it.fullName()))
                        .path("tag_assignments")));
    if (it.type() == SecurableType.TABLE) {
      all.set("column_tags", columnTags(catalog, all.path("info")));
      all.set(
          "freshness",
          catalog.get(
              CatalogSecurable.MILLRACE + "/freshness/" + CatalogClient.segment(it.fullName())));
    }
    if (it.type() == SecurableType.REGISTERED_MODEL) {
      all.set("model_versions", catalog.pages(it.path() + "/versions", Map.of(), "model_versions"));
    }
    if (json()) {
      print(all);
      return;
    }
    printTable(SecurableText.rows(it, all));
    List<List<String>> columns = SecurableText.columns(all);
    if (columns.size() > 1) {
      say("");
      printTable(columns);
    }
  }

  private static ArrayNode columnTags(CatalogClient catalog, JsonNode table) {
    return catalog.pages(
        CatalogSecurable.MILLRACE + "/system/information_schema/column_tags",
        Map.of(
            "catalog_name", table.path("catalog_name").asText(),
            "schema_name", table.path("schema_name").asText(),
            "table_name", table.path("name").asText()),
        "rows");
  }
}
