package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalTableModify;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.QueryOperationCatalogView;
import org.apache.flink.table.expressions.Expression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.DeleteFromFilterOperation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.operations.ReplaceTableAsOperation;
import org.apache.flink.table.operations.SinkModifyOperation;
import org.apache.flink.table.operations.TruncateTableOperation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.operations.materializedtable.CreateMaterializedTableOperation;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.operations.PlannerQueryOperation;
import org.apache.flink.table.types.DataType;

/** Which column of what is written gets which field of the query. */
final class StatementSinks {
  private final TableEnvironmentImpl environment;
  private final PlannerBase planner;
  private final Gathered gathered;

  StatementSinks(TableEnvironmentImpl environment, PlannerBase planner, Gathered gathered) {
    this.environment = environment;
    this.planner = planner;
    this.gathered = gathered;
  }

  void result(QueryOperation query) {
    RelNode plan = plan(query);
    gathered.sink(
        new SinkTable(
            null,
            SinkTable.Kind.RESULT,
            columns(plan.getRowType().getFieldNames(), flow(plan)),
            List.of()));
  }

  void write(SinkModifyOperation write) {
    RelNode plan = plan(write.getChild());
    ContextResolvedTable table = write.getContextResolvedTable();
    List<SinkColumn> columns;
    SinkTable.Kind kind;
    if (write.isDelete() && plan instanceof LogicalTableModify modify) {
      kind = SinkTable.Kind.DELETE;
      columns = deleted(table, flow(modify.getInput()).rows());
    } else if (write.isUpdate() && plan instanceof LogicalTableModify modify) {
      kind = SinkTable.Kind.UPDATE;
      columns = updated(modify);
    } else {
      kind = write.isOverwrite() ? SinkTable.Kind.OVERWRITE : SinkTable.Kind.INSERT;
      columns = inserted(write, table, plan);
    }
    gathered.sink(
        new SinkTable(
            TableScans.nameOf(table),
            kind,
            columns,
            List.copyOf(write.getDynamicOptions().keySet())));
  }

  private List<SinkColumn> inserted(
      SinkModifyOperation write, ContextResolvedTable table, RelNode plan) {
    List<Column> persisted = persisted(table);
    Flow flow = flow(plan);
    List<DataType> types = write.getChild().getResolvedSchema().getColumnDataTypes();
    List<SinkColumn> columns =
        columns(persisted.stream().map(Column::getName).toList(), cast(flow, types, persisted));
    int[][] targets = write.getTargetColumns();
    if (targets == null) {
      return columns;
    }
    // The planner fills the other columns with NULL: nothing of the query is in them.
    List<String> all = table.getResolvedSchema().getColumnNames();
    Set<String> named = new HashSet<>();
    Arrays.stream(targets).forEach(path -> named.add(all.get(path[0])));
    return columns.stream().filter(column -> named.contains(column.name())).toList();
  }

  /** The planner casts to the column's type, where that is another than the query's. */
  private static Flow cast(Flow flow, List<DataType> types, List<Column> columns) {
    if (flow.width() != columns.size() || types.size() != columns.size()) {
      return flow;
    }
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      boolean same =
          types.get(i).getLogicalType().getTypeRoot()
              == columns.get(i).getDataType().getLogicalType().getTypeRoot();
      fields.add(same ? flow.field(i) : Origins.derived(flow.field(i)));
    }
    return flow.withFields(fields);
  }

  private List<SinkColumn> updated(LogicalTableModify modify) {
    Flow input = flow(modify.getInput());
    List<String> names = List.copyOf(modify.getUpdateColumnList());
    // Below an UPDATE are the old values of all columns, and then the new ones of these.
    int old = input.width() - names.size();
    return columns(
        names, input.withFields(input.fields().subList(Math.max(0, old), input.width())));
  }

  private static List<SinkColumn> deleted(
      ContextResolvedTable table, Collection<ColumnOrigin> deciding) {
    return persisted(table).stream()
        .map(column -> SinkColumn.of(column.getName(), deciding))
        .toList();
  }

  private static List<Column> persisted(ContextResolvedTable table) {
    return table.getResolvedSchema().getColumns().stream().filter(Column::isPersisted).toList();
  }

  /** A DELETE that the table does by itself: the planner has made no plan of it. */
  void deleteByFilters(DeleteFromFilterOperation delete) {
    ContextResolvedTable table = delete.getContextResolvedTable();
    ObjectName name = TableScans.nameOf(table);
    Set<ColumnOrigin> deciding = new LinkedHashSet<>();
    delete.getFilters().forEach(filter -> references(filter, name, deciding));
    gathered.source(name, SourceTable.Kind.CATALOG, Set.of());
    gathered.sink(
        new SinkTable(
            name,
            SinkTable.Kind.DELETE,
            deleted(table, deciding),
            List.copyOf(delete.getDynamicOptions().keySet())));
  }

  private static void references(Expression expression, ObjectName table, Set<ColumnOrigin> found) {
    if (expression instanceof FieldReferenceExpression field) {
      found.add(new ColumnOrigin(ColumnPath.of(table, field.getName()), Transformation.FILTER));
    }
    expression.getChildren().forEach(child -> references(child, table, found));
  }

  void truncate(TruncateTableOperation truncate) {
    ContextResolvedTable table =
        environment.getCatalogManager().getTableOrError(truncate.getTableIdentifier());
    gathered.sink(
        new SinkTable(
            TableScans.nameOf(table), SinkTable.Kind.DELETE, deleted(table, List.of()), List.of()));
  }

  void createTable(CreateTableASOperation create) {
    created(create.getCreateTableOperation(), create.getChild(), SinkTable.Kind.CREATE_TABLE);
  }

  void replaceTable(ReplaceTableAsOperation replace) {
    created(replace.getCreateTableOperation(), replace.getChild(), SinkTable.Kind.REPLACE_TABLE);
  }

  private void created(CreateTableOperation create, QueryOperation query, SinkTable.Kind kind) {
    List<String> names =
        create.getCatalogTable().getUnresolvedSchema().getColumns().stream()
            .filter(StatementSinks::isPersisted)
            .map(Schema.UnresolvedColumn::getName)
            .toList();
    gathered.sink(
        new SinkTable(
            nameOf(create.getTableIdentifier()),
            kind,
            columns(names, flow(plan(query))),
            List.of()));
  }

  private static boolean isPersisted(Schema.UnresolvedColumn column) {
    return !(column instanceof Schema.UnresolvedComputedColumn)
        && !(column instanceof Schema.UnresolvedMetadataColumn metadata && metadata.isVirtual());
  }

  /** Returns the text of the view's query, if it has one. */
  Optional<String> view(ObjectIdentifier identifier, CatalogView view) {
    RelNode plan;
    Optional<String> text;
    if (view instanceof QueryOperationCatalogView operation) {
      plan = plan(operation.getQueryOperation());
      text = SqlText.of(operation.getQueryOperation());
    } else {
      plan = plan(view.getExpandedQuery());
      text = Optional.of(view.getExpandedQuery());
    }
    List<String> names =
        view.getUnresolvedSchema().getColumns().stream()
            .map(Schema.UnresolvedColumn::getName)
            .toList();
    gathered.sink(
        new SinkTable(
            nameOf(identifier), SinkTable.Kind.CREATE_VIEW, columns(names, flow(plan)), List.of()));
    return text;
  }

  void materializedTable(CreateMaterializedTableOperation create) {
    gathered.sink(
        new SinkTable(
            nameOf(create.getTableIdentifier()),
            SinkTable.Kind.CREATE_MATERIALIZED_TABLE,
            columns(
                create.getCatalogMaterializedTable().getResolvedSchema().getColumns().stream()
                    .filter(Column::isPersisted)
                    .map(Column::getName)
                    .toList(),
                flow(plan(create.getCatalogMaterializedTable().getExpandedQuery()))),
            List.of()));
  }

  private static ObjectName nameOf(ObjectIdentifier identifier) {
    return new ObjectName(identifier.toList());
  }

  private Flow flow(RelNode plan) {
    return new RelationWalk(plan, gathered).flow(plan, Correlations.NONE);
  }

  private RelNode plan(String query) {
    return plan((QueryOperation) environment.getParser().parse(query).get(0));
  }

  private RelNode plan(QueryOperation query) {
    return query instanceof PlannerQueryOperation planned
        ? planned.getCalciteTree()
        : planner.createRelBuilder().queryOperation(query).build();
  }

  private List<SinkColumn> columns(List<String> names, Flow flow) {
    Flow fitting = flow;
    if (names.size() != flow.width()) {
      gathered.gap(
          "%d columns are written of a query with %d: each may be in any"
              .formatted(names.size(), flow.width()));
      Set<ColumnOrigin> all = flow.values();
      all.addAll(flow.rows());
      fitting = Flow.anything(names.size(), all);
    }
    List<SinkColumn> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Set<ColumnOrigin> origins = new LinkedHashSet<>(fitting.field(i));
      origins.addAll(fitting.rows());
      columns.add(SinkColumn.of(names.get(i), origins));
    }
    return columns;
  }
}
