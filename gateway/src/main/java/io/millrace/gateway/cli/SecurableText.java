package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.status.StatusTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Documents of the catalog as rows for a person. */
final class SecurableText {
  /** Fields in the order in which they are shown, by what they are called for a person. */
  private static final Map<String, String> FIELDS = new LinkedHashMap<>();

  static {
    FIELDS.put("table_type", "kind");
    FIELDS.put("volume_type", "kind");
    FIELDS.put("data_source_format", "format");
    FIELDS.put("owner", "owner");
    FIELDS.put("comment", "comment");
    FIELDS.put("storage_location", "location");
    FIELDS.put("storage_root", "storage root");
    FIELDS.put("url", "location");
    FIELDS.put("credential_name", "credential");
    FIELDS.put("purpose", "purpose");
    FIELDS.put("read_only", "read only");
    FIELDS.put("full_data_type", "returns");
    FIELDS.put("routine_definition", "body");
    FIELDS.put("view_definition", "query");
    FIELDS.put("table_id", "id");
    FIELDS.put("schema_id", "id");
    FIELDS.put("volume_id", "id");
    FIELDS.put("function_id", "id");
    FIELDS.put("metastore_id", "id");
    FIELDS.put("id", "id");
  }

  private SecurableText() {}

  /**
   * What it is, without its columns.
   *
   * @param all documents, as {@code describe --json} prints them
   */
  static List<List<String>> rows(CatalogSecurable it, JsonNode all) {
    JsonNode info = all.path("info");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name", info.path("full_name").asText(info.path("name").asText("metastore"))));
    rows.add(List.of("type", it.type().words()));
    FIELDS.forEach(
        (field, words) -> {
          if (info.path(field).isValueNode() && !info.path(field).asText().isEmpty()) {
            rows.add(List.of(words, info.path(field).asText()));
          }
        });
    change(info, "created", rows);
    change(info, "updated", rows);
    info.path("properties")
        .fields()
        .forEachRemaining(
            property ->
                rows.add(
                    List.of("property", property.getKey() + " = " + property.getValue().asText())));
    for (JsonNode tag : all.path("tag_assignments")) {
      rows.add(List.of("tag", tag(tag.path("tag_key"), tag.path("tag_value"))));
    }
    for (JsonNode parameter : info.path("input_params").path("parameters")) {
      rows.add(
          List.of(
              "parameter",
              parameter.path("name").asText() + " " + parameter.path("type_text").asText()));
    }
    for (JsonNode constraint : info.path("table_constraints")) {
      rows.add(List.of("constraint", constraint(constraint)));
    }
    JsonNode filter = info.path("row_filter");
    if (filter.isObject()) {
      rows.add(List.of("row filter", call(filter, "input_column_names")));
    }
    for (JsonNode version : all.path("model_versions")) {
      rows.add(
          List.of(
              "version %d".formatted(version.path("version").asLong()),
              version.path("status").asText() + " " + version.path("storage_location").asText()));
    }
    freshness(all.path("freshness"), rows);
    return rows;
  }

  private static void change(JsonNode info, String what, List<List<String>> rows) {
    if (info.has(what + "_at")) {
      rows.add(
          List.of(
              what,
              "%s by %s"
                  .formatted(
                      CatalogCallCommand.time(info, what + "_at"),
                      CatalogCallCommand.text(info, what + "_by"))));
    }
  }

  private static String constraint(JsonNode it) {
    JsonNode primary = it.path("primary_key_constraint");
    if (primary.isObject()) {
      return "%s PRIMARY KEY (%s)".formatted(name(primary), list(primary.path("child_columns")));
    }
    JsonNode foreign = it.path("foreign_key_constraint");
    if (foreign.isObject()) {
      return "%s FOREIGN KEY (%s) REFERENCES %s (%s)"
          .formatted(
              name(foreign),
              list(foreign.path("child_columns")),
              foreign.path("parent_table").asText(),
              list(foreign.path("parent_columns")));
    }
    JsonNode check = it.path("check_constraint");
    return "%s CHECK (%s)".formatted(name(check), check.path("condition").asText());
  }

  private static String name(JsonNode it) {
    return it.path("name").asText();
  }

  /** A filter or mask, as a call. */
  private static String call(JsonNode policy, String columns) {
    return "%s(%s)".formatted(policy.path("function_name").asText(), list(policy.path(columns)));
  }

  private static String list(JsonNode texts) {
    return StreamSupport.stream(texts.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }

  static String tag(JsonNode key, JsonNode value) {
    return value.asText("").isEmpty() ? key.asText() : key.asText() + " = " + value.asText();
  }

  private static void freshness(JsonNode it, List<List<String>> rows) {
    JsonNode last = it.path("last");
    if (!last.isObject()) {
      return;
    }
    rows.add(
        List.of(
            "last commit",
            "%s, version %d, %s ago"
                .formatted(
                    last.path("committed").asText(),
                    last.path("version").asLong(),
                    StatusTable.seconds(it.path("commit_age_ms").asLong()))));
    rows.add(
        List.of(
            "epoch",
            "%d of pipeline %s"
                .formatted(last.path("epoch").asLong(), last.path("pipeline").asText())));
    if (last.hasNonNull("watermark")) {
      rows.add(
          List.of(
              "watermark",
              "%s, %s behind"
                  .formatted(
                      last.path("watermark").asText(),
                      StatusTable.seconds(it.path("behind_ms").asLong()))));
    }
    JsonNode total = last.path("total");
    rows.add(
        List.of(
            "rows",
            "%s; in %s = out %s + dropped %s + quarantined %s + deduplicated %s; %s epochs did not"
                    .formatted(
                        last.path("balance").asText(),
                        count(total, "in"),
                        count(total, "out"),
                        count(total, "dropped"),
                        count(total, "quarantined"),
                        count(total, "deduplicated"),
                        count(last, "imbalances"))
                + " balance"));
  }

  private static String count(JsonNode counts, String field) {
    return StatusTable.grouped(counts.path(field).asLong());
  }

  /** A table's columns, after their headings. */
  static List<List<String>> columns(JsonNode all) {
    Map<String, List<String>> tags = new LinkedHashMap<>();
    for (JsonNode tag : all.path("column_tags")) {
      tags.computeIfAbsent(tag.path("column_name").asText(), column -> new ArrayList<>())
          .add(tag(tag.path("tag_name"), tag.path("tag_value")));
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("COLUMN", "TYPE", "NULL", "MASK", "TAGS", "COMMENT"));
    for (JsonNode column : all.path("info").path("columns")) {
      String name = column.path("name").asText();
      JsonNode mask = column.path("mask");
      rows.add(
          List.of(
              name,
              column.path("type_text").asText(),
              column.path("nullable").asBoolean(true) ? "yes" : "no",
              mask.isObject() ? mask(name, mask) : "-",
              tags.containsKey(name) ? String.join(", ", tags.get(name)) : "-",
              CatalogCallCommand.comment(column)));
    }
    return rows;
  }

  /** A mask is called with its column, and further ones after it. */
  private static String mask(String column, JsonNode mask) {
    String further = list(mask.path("using_column_names"));
    return "%s(%s)"
        .formatted(
            mask.path("function_name").asText(),
            further.isEmpty() ? column : column + ", " + further);
  }
}
