package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a walk has found so far. */
final class Gathered {
  private record Read(SourceTable.Kind kind, Set<String> hintedOptions) {}

  private final Map<ObjectName, Read> sources = new TreeMap<>();
  private final List<SinkTable> sinks = new ArrayList<>();
  private final Set<ObjectName> functions = new TreeSet<>();
  private final Set<ObjectName> models = new TreeSet<>();
  private final Set<ObjectName> views = new TreeSet<>();
  private final Set<String> gaps = new LinkedHashSet<>();

  void source(ObjectName name, SourceTable.Kind kind, Set<String> hintedOptions) {
    sources
        .computeIfAbsent(name, absent -> new Read(kind, new TreeSet<>()))
        .hintedOptions()
        .addAll(hintedOptions);
  }

  void sink(SinkTable sink) {
    sinks.add(sink);
  }

  void function(ObjectName name) {
    functions.add(name);
  }

  void model(ObjectName name) {
    models.add(name);
  }

  /** Returns whether it is the first time that this view is met. */
  boolean view(ObjectName name) {
    return views.add(name);
  }

  void gap(String reason) {
    gaps.add(reason);
  }

  StatementLineage lineage() {
    Map<ObjectName, Set<String>> columns = new HashMap<>();
    for (SinkTable sink : sinks) {
      for (SinkColumn column : sink.columns()) {
        Stream.concat(column.direct().stream(), column.indirect().stream())
            .map(ColumnOrigin::source)
            .forEach(
                path ->
                    columns
                        .computeIfAbsent(path.table(), absent -> new TreeSet<>())
                        .add(path.column()));
      }
    }
    List<SourceTable> tables = new ArrayList<>();
    sources.forEach(
        (name, read) ->
            tables.add(
                new SourceTable(
                    name,
                    read.kind(),
                    List.copyOf(columns.getOrDefault(name, Set.of())),
                    List.copyOf(read.hintedOptions()))));
    return new StatementLineage(
        false,
        tables,
        sinks,
        List.copyOf(functions),
        List.copyOf(models),
        List.copyOf(views),
        List.copyOf(gaps));
  }
}
