package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What a statement of the engine reads and writes, as a report. Tables of the catalog are known by
 * their names, as far as the caller sees them; others are what {@code outside} says, or else names
 * of the engine.
 */
public final class StatementReport {
  /** Namespace of tables that only the engine knows, such as temporary ones. */
  static final String ENGINE = "flink";

  private final Function<ObjectName, DatasetRef> datasets;
  private final Map<ObjectName, DatasetRef> known = new HashMap<>();

  /**
   * For one caller and one state of the catalog.
   *
   * @param outside what lies behind tables that are not in the catalog: topic or path
   */
  public StatementReport(
      CatalogState catalog,
      Gate gate,
      Caller caller,
      Function<ObjectName, Optional<DatasetRef.Outside>> outside) {
    this(name -> found(catalog, gate, caller, name, outside));
    requireNonNull(catalog, "catalog is null");
    requireNonNull(gate, "gate is null");
    requireNonNull(caller, "caller is null");
    requireNonNull(outside, "outside is null");
  }

  private StatementReport(Function<ObjectName, DatasetRef> datasets) {
    this.datasets = datasets;
  }

  /** Of statements whose names are all known to whoever reports. */
  public static StatementReport ofNames(Function<ObjectName, DatasetRef> datasets) {
    return new StatementReport(requireNonNull(datasets, "datasets is null"));
  }

  /**
   * The report; empty of a statement that was only explained, or reads nothing.
   *
   * @param at when it ran
   */
  public Optional<LineageReport> of(
      StatementLineage statement,
      LineageReport.Job job,
      Optional<LineageReport.Run> run,
      Instant at) {
    List<Flow> flows = statement.explained() ? List.of() : flows(statement);
    return flows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new LineageReport(job, at, run, flows, Map.of(), LineageReport.Scope.COMPLETE));
  }

  private List<Flow> flows(StatementLineage statement) {
    Set<Flow> flows = new LinkedHashSet<>();
    Set<ObjectName> inColumns = new HashSet<>();
    for (SinkTable sink : statement.sinks()) {
      for (SinkColumn column : sink.columns()) {
        column.direct().forEach(origin -> inColumns.add(origin.source().table()));
        column.indirect().forEach(origin -> inColumns.add(origin.source().table()));
      }
    }
    for (SinkTable sink : statement.sinks()) {
      ObjectName name = sink.name();
      if (name == null) {
        statement.sources().forEach(source -> reads(flows, source));
        continue;
      }
      DatasetRef target = dataset(name);
      for (SourceTable source : statement.sources()) {
        // Such as those of a COUNT(*): all is read and no column is.
        if (!inColumns.contains(source.name())) {
          flows.add(Flow.of(dataset(source.name()), target));
        }
      }
      Set<ColumnOrigin> ofAll = decidesAboutAll(sink);
      ofAll.forEach(origin -> flows.add(flow(origin, target, "")));
      for (SinkColumn column : sink.columns()) {
        column.direct().forEach(origin -> flows.add(flow(origin, target, column.name())));
        column.indirect().stream()
            .filter(origin -> !ofAll.contains(origin))
            .forEach(origin -> flows.add(flow(origin, target, column.name())));
      }
    }
    return List.copyOf(flows);
  }

  /** Filters and join keys decide about every column: they are told of once. */
  private static Set<ColumnOrigin> decidesAboutAll(SinkTable sink) {
    if (sink.columns().isEmpty()) {
      return Set.of();
    }
    Set<ColumnOrigin> common = new LinkedHashSet<>(sink.columns().get(0).indirect());
    sink.columns().forEach(column -> common.retainAll(column.indirect()));
    return common;
  }

  private void reads(Set<Flow> flows, SourceTable source) {
    DatasetRef read = dataset(source.name());
    flows.add(Flow.read(read, ""));
    source.columns().forEach(column -> flows.add(Flow.read(read, column)));
  }

  private Flow flow(ColumnOrigin origin, DatasetRef target, String column) {
    ColumnPath path = origin.source();
    List<String> nested = new ArrayList<>(path.field());
    nested.add(0, path.column());
    return Flow.of(
        dataset(path.table()),
        path.column(),
        target,
        column,
        new Transformation(
            origin.transformation().isDirect()
                ? Transformation.Kind.DIRECT
                : Transformation.Kind.INDIRECT,
            origin.transformation().name(),
            path.field().isEmpty() ? "" : String.join(".", nested),
            false));
  }

  private DatasetRef dataset(ObjectName name) {
    return known.computeIfAbsent(name, datasets);
  }

  private static DatasetRef found(
      CatalogState catalog,
      Gate gate,
      Caller caller,
      ObjectName name,
      Function<ObjectName, Optional<DatasetRef.Outside>> outside) {
    Optional<Securable> table =
        name.parts().size() == SecurableType.TABLE.nameParts()
            ? catalog.find(SecurableType.TABLE, name.parts())
            : Optional.empty();
    Optional<DatasetRef> seen =
        table
            .filter(each -> gate.allows(catalog, caller, Action.DESCRIBE, each))
            .map(each -> new DatasetRef.Cataloged(each.id()));
    return seen.or(() -> outside.apply(name))
        .orElseGet(() -> new DatasetRef.Outside(ENGINE, name.toString()));
  }
}
