package io.millrace.jobs.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.plan.PipelinePlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Lineage as a person writes it down: for each table what decides about its rows, then columns. */
final class LineageText {
  private LineageText() {}

  static String of(PipelinePlan plan, PipelineLineage lineage) {
    List<String> names = new ArrayList<>();
    plan.tables().forEach(table -> names.add(table.table()));
    names.addAll(plan.quarantineTables());
    return names.stream()
        .map(name -> table(name, lineage.tables().get(name), lineage))
        .collect(Collectors.joining("\n"));
  }

  private static String table(String name, StatementLineage table, PipelineLineage lineage) {
    StringBuilder text = new StringBuilder(name).append('\n');
    List<SinkColumn> columns = table.sinks().get(0).columns();
    Set<ColumnOrigin> ofAll = new LinkedHashSet<>(columns.get(0).indirect());
    columns.forEach(column -> ofAll.retainAll(column.indirect()));
    if (!ofAll.isEmpty()) {
      text.append("  all rows: ").append(list(ofAll, lineage)).append('\n');
    }
    for (SinkColumn column : columns) {
      List<ColumnOrigin> more =
          column.indirect().stream().filter(origin -> !ofAll.contains(origin)).toList();
      text.append("  ")
          .append(column.name())
          .append(" = ")
          .append(list(column.direct(), lineage))
          .append(more.isEmpty() ? "" : "; " + list(more, lineage));
      text.setLength(text.toString().stripTrailing().length());
      text.append('\n');
    }
    return text.toString();
  }

  private static String list(Collection<ColumnOrigin> origins, PipelineLineage lineage) {
    return origins.stream()
        .map(
            origin ->
                "%s.%s %s"
                    .formatted(
                        name(origin.source().table(), lineage),
                        origin.source().column(),
                        origin.transformation()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String name(ObjectName name, PipelineLineage lineage) {
    SourceFunction source = lineage.sources().get(name);
    return source == null
        ? name.name()
        : source.function().substring("read_".length()) + " " + source.subject();
  }
}
