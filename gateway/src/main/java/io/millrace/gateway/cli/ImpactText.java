package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.status.StatusTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a change would touch, for a person. */
final class ImpactText {
  private ImpactText() {}

  /**
   * @param impact the server's document
   */
  static List<String> lines(JsonNode impact) {
    List<String> lines = new ArrayList<>();
    if (impact.path("affected").isEmpty() && impact.path("restricted").asInt() == 0) {
      lines.add("nothing that is known depends on it");
    } else {
      lines.addAll(StatusTable.align(affected(impact)));
    }
    int restricted = impact.path("restricted").asInt();
    if (restricted > 0) {
      lines.add("%d of them you may not see".formatted(restricted));
    }
    for (JsonNode reader : impact.path("running")) {
      lines.add(
          "read now by %s: %s"
              .formatted(
                  reader.path("job").isObject()
                      ? LineageTree.job(reader.path("job"))
                      : "a job that you may not see",
                  LineageTree.label(reader.path("source")) + columns(reader.path("columns"))));
    }
    if (!impact.path("owners").isEmpty()) {
      lines.add("owners to ask: " + list(impact.path("owners")));
    }
    if (impact.path("truncated").asBoolean()) {
      lines.add("There is more than one answer may have.");
    }
    return lines;
  }

  private static List<List<String>> affected(JsonNode impact) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("STEPS", "TOUCHED", "WHY", "OWNER"));
    for (JsonNode each : impact.path("affected")) {
      String detail = each.path("detail").asText("");
      rows.add(
          List.of(
              each.path("distance").asText(),
              LineageTree.label(each.path("node")),
              each.path("reason").asText().toLowerCase(Locale.ROOT).replace('_', ' ')
                  + (detail.isEmpty() ? "" : " " + Printable.line(detail)),
              Printable.line(each.path("node").path("owner").asText("-"))));
    }
    return rows;
  }

  private static String columns(JsonNode columns) {
    return columns.isEmpty() ? "" : " (" + list(columns) + ")";
  }

  private static String list(JsonNode texts) {
    List<String> all = new ArrayList<>();
    texts.forEach(each -> all.add(Printable.line(each.asText())));
    return String.join(", ", all);
  }
}
