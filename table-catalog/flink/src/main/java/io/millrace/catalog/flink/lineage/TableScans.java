package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.hint.RelHint;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.planner.hint.FlinkHints;
import org.apache.flink.table.planner.plan.schema.TableSourceTable;

/** The leaves of the plan: tables with their columns, those that are computed included. */
final class TableScans {
  private final Gathered gathered;

  TableScans(Gathered gathered) {
    this.gathered = gathered;
  }

  Flow flow(LogicalTableScan scan) {
    RelOptTable table = scan.getTable();
    ObjectName name =
        table instanceof TableSourceTable source
            ? nameOf(source.contextResolvedTable())
            : new ObjectName(table.getQualifiedName());
    SourceTable.Kind kind =
        table instanceof TableSourceTable source
            ? kindOf(source.contextResolvedTable())
            : SourceTable.Kind.ANONYMOUS;
    gathered.source(name, kind, hintedOptions(scan.getHints()));
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (String column : scan.getRowType().getFieldNames()) {
      fields.add(Set.of(unchanged(name, column)));
    }
    return new Flow(fields, Set.of());
  }

  static ObjectName nameOf(ContextResolvedTable table) {
    return new ObjectName(table.getIdentifier().toList());
  }

  private static SourceTable.Kind kindOf(ContextResolvedTable table) {
    if (table.isAnonymous()) {
      return SourceTable.Kind.ANONYMOUS;
    }
    return table.isTemporary() ? SourceTable.Kind.TEMPORARY : SourceTable.Kind.CATALOG;
  }

  private static Set<String> hintedOptions(List<RelHint> hints) {
    return hints.stream()
        .filter(hint -> hint.hintName.equals(FlinkHints.HINT_NAME_OPTIONS))
        .flatMap(hint -> hint.kvOptions.keySet().stream())
        .collect(Collectors.toSet());
  }

  private static ColumnOrigin unchanged(ObjectName table, String column) {
    return new ColumnOrigin(ColumnPath.of(table, column), Transformation.IDENTITY);
  }

  /**
   * Adds computed columns of a table, where a projection is the one that the planner computes them
   * in. Such a column is an origin beside those that it is computed from.
   */
  List<Set<ColumnOrigin>> withComputedColumns(
      LogicalProject project, List<Set<ColumnOrigin>> fields) {
    Optional<TableSourceTable> table = tableBelow(project);
    if (table.isEmpty()) {
      return fields;
    }
    ContextResolvedTable resolved = table.get().contextResolvedTable();
    List<Column> columns = resolved.getResolvedSchema().getColumns();
    ObjectName name = nameOf(resolved);
    List<Set<ColumnOrigin>> all = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      Set<ColumnOrigin> origins = new LinkedHashSet<>(fields.get(i));
      if (columns.get(i) instanceof Column.ComputedColumn computed) {
        origins.add(unchanged(name, computed.getName()));
      }
      all.add(origins);
    }
    return all;
  }

  /**
   * The table of which a projection gives all columns. Between it and the scan there is at most the
   * projection of metadata columns; a query that names its results like the columns lies further
   * up, since a table with computed columns always has this one.
   */
  private static Optional<TableSourceTable> tableBelow(LogicalProject project) {
    RelNode below = project.getInput();
    if (below instanceof LogicalProject metadata) {
      if (givesAllColumns(metadata, metadata.getInput())) {
        return Optional.empty();
      }
      below = metadata.getInput();
    }
    return givesAllColumns(project, below)
        ? Optional.of((TableSourceTable) below.getTable())
        : Optional.empty();
  }

  private static boolean givesAllColumns(LogicalProject project, RelNode below) {
    return below instanceof LogicalTableScan scan
        && scan.getTable() instanceof TableSourceTable table
        && table
            .contextResolvedTable()
            .getResolvedSchema()
            .getColumnNames()
            .equals(project.getRowType().getFieldNames());
  }
}
