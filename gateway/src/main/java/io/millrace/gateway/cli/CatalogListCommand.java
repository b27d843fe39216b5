package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.http.CatalogClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists what is in the catalog. */
@Command(
    name = "list",
    header = "List the catalogs, the schemas of one, or what is in a schema.",
    description = {
      "",
      "Of a schema: tables and views, volumes, functions and models. What you may not see is not"
          + " listed.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace catalog list",
      "  millrace catalog list main",
      "  millrace catalog list main.sales --json | jq -r '.tables[].full_name'"
    })
final class CatalogListCommand extends CatalogCallCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "A catalog, or a schema with its catalog before it.")
  private String name = "";

  CatalogListCommand(Console console) {
    super(console);
  }

  @Override
  void run(CatalogClient catalog) {
    String[] parts = name.split("\\.", -1);
    if (name.isEmpty()) {
      print(catalog, "catalogs", Map.of());
    } else if (parts.length == 1) {
      print(catalog, "schemas", Map.of("catalog_name", name));
    } else if (parts.length == 2) {
      printContents(catalog, Map.of("catalog_name", parts[0], "schema_name", parts[1]));
    } else {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          name + " is neither a catalog nor a schema",
          "see what it is with millrace catalog describe");
    }
  }

  private void print(CatalogClient catalog, String collection, Map<String, String> query) {
    ArrayNode found = catalog.pages(CatalogSecurable.UNITY + "/" + collection, query, collection);
    if (json()) {
      print(object().set(collection, found));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "OWNER", "UPDATED", "COMMENT"));
    for (JsonNode each : found) {
      rows.add(
          List.of(
              text(each, "name"), text(each, "owner"), time(each, "updated_at"), comment(each)));
    }
    printTable(rows);
  }

  private void printContents(CatalogClient catalog, Map<String, String> schema) {
    ObjectNode all = object();
    all.set(
        "tables",
        catalog.pages(
            CatalogSecurable.UNITY + "/tables",
            Map.of(
                "catalog_name",
                schema.get("catalog_name"),
                "schema_name",
                schema.get("schema_name"),
                "omit_columns",
                "true",
                "omit_properties",
                "true"),
            "tables"));
    for (String each : List.of("volumes", "functions")) {
      all.set(each, catalog.pages(CatalogSecurable.UNITY + "/" + each, schema, each));
    }
    all.set(
        "registered_models",
        catalog.pages(CatalogSecurable.UNITY + "/models", schema, "registered_models"));
    if (json()) {
      print(all);
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("NAME", "TYPE", "OWNER", "UPDATED", "COMMENT"));
    all.path("tables").forEach(each -> rows.add(row(each, text(each, "table_type"))));
    all.path("volumes").forEach(each -> rows.add(row(each, "VOLUME")));
    all.path("functions").forEach(each -> rows.add(row(each, "FUNCTION")));
    all.path("registered_models").forEach(each -> rows.add(row(each, "MODEL")));
    printTable(rows);
  }

  private static List<String> row(JsonNode each, String type) {
    return List.of(
        text(each, "name"), type, text(each, "owner"), time(each, "updated_at"), comment(each));
  }
}
