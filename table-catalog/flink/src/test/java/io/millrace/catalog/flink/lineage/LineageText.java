package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lineage as people write it, names of the shop without {@code main.shop}. */
final class LineageText {
  private LineageText() {}

  static List<String> lines(StatementLineage lineage) {
    List<String> lines = new ArrayList<>();
    if (lineage.explained()) {
      lines.add("explained");
    }
    for (SourceTable source : lineage.sources()) {
      lines.add(
          "reads %s(%s)%s%s"
              .formatted(
                  brief(source.name()),
                  String.join(", ", source.columns()),
                  source.kind() == SourceTable.Kind.CATALOG
                      ? ""
                      : " " + source.kind().name().toLowerCase(Locale.ROOT),
                  hints(source.hintedOptions())));
    }
    names(lines, "view", lineage.views());
    names(lines, "function", lineage.functions());
    names(lines, "model", lineage.models());
    for (SinkTable sink : lineage.sinks()) {
      String kind = sink.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      lines.add(
          (sink.name() == null ? kind : kind + " " + brief(sink.name()))
              + hints(sink.hintedOptions()));
      for (SinkColumn column : sink.columns()) {
        lines.add(
            "  %s =%s%s"
                .formatted(
                    column.name(),
                    column.direct().isEmpty() ? "" : " " + origins(column.direct()),
                    column.indirect().isEmpty() ? "" : " | " + origins(column.indirect())));
      }
    }
    lineage.gaps().forEach(gap -> lines.add("gap " + gap));
    return lines;
  }

  private static void names(List<String> lines, String what, List<ObjectName> names) {
    names.forEach(name -> lines.add(what + " " + brief(name)));
  }

  private static String hints(List<String> options) {
    return options.isEmpty() ? "" : " hints " + String.join(", ", options);
  }

  private static String origins(List<ColumnOrigin> origins) {
    return origins.stream()
        .map(
            origin ->
                brief(origin.source().toString())
                    + " "
                    + origin.transformation().name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private static String brief(Object name) {
    String text = name.toString();
    return text.startsWith(Shop.PREFIX) ? text.substring(Shop.PREFIX.length()) : text;
  }
}
