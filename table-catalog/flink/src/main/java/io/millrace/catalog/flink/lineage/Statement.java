package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.StatementLineage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.catalog.CatalogManager;
import org.apache.flink.table.operations.BeginStatementSetOperation;
import org.apache.flink.table.operations.CollectModifyOperation;
import org.apache.flink.table.operations.CompileAndExecutePlanOperation;
import org.apache.flink.table.operations.CreateTableASOperation;
import org.apache.flink.table.operations.DeleteFromFilterOperation;
import org.apache.flink.table.operations.DescribeCatalogOperation;
import org.apache.flink.table.operations.DescribeFunctionOperation;
import org.apache.flink.table.operations.DescribeModelOperation;
import org.apache.flink.table.operations.DescribeTableOperation;
import org.apache.flink.table.operations.EndStatementSetOperation;
import org.apache.flink.table.operations.ExplainOperation;
import org.apache.flink.table.operations.ExternalModifyOperation;
import org.apache.flink.table.operations.LoadModuleOperation;
import org.apache.flink.table.operations.NopOperation;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.operations.ReplaceTableAsOperation;
import org.apache.flink.table.operations.ShowOperation;
import org.apache.flink.table.operations.SinkModifyOperation;
import org.apache.flink.table.operations.StatementSetOperation;
import org.apache.flink.table.operations.TruncateTableOperation;
import org.apache.flink.table.operations.UnloadModuleOperation;
import org.apache.flink.table.operations.UseOperation;
import org.apache.flink.table.operations.command.AddJarOperation;
import org.apache.flink.table.operations.command.ClearOperation;
import org.apache.flink.table.operations.command.DescribeJobOperation;
import org.apache.flink.table.operations.command.HelpOperation;
import org.apache.flink.table.operations.command.QuitOperation;
import org.apache.flink.table.operations.command.RemoveJarOperation;
import org.apache.flink.table.operations.command.ResetOperation;
import org.apache.flink.table.operations.command.SetOperation;
import org.apache.flink.table.operations.command.StopJobOperation;
import org.apache.flink.table.operations.ddl.AlterOperation;
import org.apache.flink.table.operations.ddl.AlterViewAsOperation;
import org.apache.flink.table.operations.ddl.CompilePlanOperation;
import org.apache.flink.table.operations.ddl.CreateCatalogFunctionOperation;
import org.apache.flink.table.operations.ddl.CreateCatalogOperation;
import org.apache.flink.table.operations.ddl.CreateDatabaseOperation;
import org.apache.flink.table.operations.ddl.CreateModelOperation;
import org.apache.flink.table.operations.ddl.CreateTableOperation;
import org.apache.flink.table.operations.ddl.CreateTempSystemFunctionOperation;
import org.apache.flink.table.operations.ddl.CreateViewOperation;
import org.apache.flink.table.operations.ddl.DropOperation;
import org.apache.flink.table.operations.materializedtable.AlterMaterializedTableOperation;
import org.apache.flink.table.operations.materializedtable.CreateMaterializedTableOperation;
import org.apache.flink.table.planner.delegation.PlannerBase;

/** One statement on its way to its lineage, by what kind of statement it is. */
final class Statement {
  /** Those that touch no rows. What is not here, and no case of {@link #add}, is a gap. */
  private static final Set<Class<? extends Operation>> WITHOUT_ROWS =
      Set.of(
          ShowOperation.class,
          UseOperation.class,
          DropOperation.class,
          AlterOperation.class,
          CreateTableOperation.class,
          CreateDatabaseOperation.class,
          CreateCatalogOperation.class,
          CreateCatalogFunctionOperation.class,
          CreateTempSystemFunctionOperation.class,
          CreateModelOperation.class,
          DescribeTableOperation.class,
          DescribeCatalogOperation.class,
          DescribeFunctionOperation.class,
          DescribeModelOperation.class,
          DescribeJobOperation.class,
          LoadModuleOperation.class,
          UnloadModuleOperation.class,
          AddJarOperation.class,
          RemoveJarOperation.class,
          SetOperation.class,
          ResetOperation.class,
          HelpOperation.class,
          ClearOperation.class,
          QuitOperation.class,
          StopJobOperation.class,
          NopOperation.class,
          BeginStatementSetOperation.class,
          EndStatementSetOperation.class);

  private final CatalogManager catalogs;
  private final SqlText text;
  private final Gathered gathered = new Gathered();
  private final StatementSinks sinks;
  private final List<Optional<String>> queries = new ArrayList<>();
  private boolean explained;

  Statement(TableEnvironmentImpl environment, PlannerBase planner) {
    this.catalogs = environment.getCatalogManager();
    this.text = new SqlText(planner);
    this.sinks = new StatementSinks(environment, planner, gathered);
  }

  StatementLineage lineage() {
    StatementLineage lineage = gathered.lineage();
    return explained ? lineage.asExplained() : lineage;
  }

  void add(Operation operation) {
    if (operation instanceof QueryOperation query) {
      queries.add(SqlText.of(query));
      sinks.result(query);
    } else if (operation instanceof DeleteFromFilterOperation delete) {
      sinks.deleteByFilters(delete);
    } else if (operation instanceof SinkModifyOperation write) {
      queries.add(SqlText.of(write.getChild()));
      sinks.write(write);
    } else if (operation instanceof CreateTableASOperation create) {
      queries.add(SqlText.of(create.getChild()));
      sinks.createTable(create);
    } else if (operation instanceof ReplaceTableAsOperation replace) {
      queries.add(SqlText.of(replace.getChild()));
      sinks.replaceTable(replace);
    } else if (operation instanceof CreateViewOperation create) {
      queries.add(sinks.view(create.getViewIdentifier(), create.getCatalogView()));
    } else if (operation instanceof AlterViewAsOperation alter) {
      queries.add(sinks.view(alter.getViewIdentifier(), alter.getNewView()));
    } else if (operation instanceof CreateMaterializedTableOperation create) {
      queries.add(Optional.of(create.getCatalogMaterializedTable().getExpandedQuery()));
      sinks.materializedTable(create);
    } else if (operation instanceof CollectModifyOperation collect) {
      add(collect.getChild());
    } else if (operation instanceof ExternalModifyOperation external) {
      add(external.getChild());
    } else if (operation instanceof StatementSetOperation set) {
      set.getOperations().forEach(this::add);
    } else if (operation instanceof ExplainOperation explain) {
      explained = true;
      add(explain.getChild());
    } else if (operation instanceof CompilePlanOperation compile) {
      explained = true;
      add(compile.getOperation());
    } else if (operation instanceof CompileAndExecutePlanOperation compile) {
      add(compile.getOperation());
    } else if (operation instanceof TruncateTableOperation truncate) {
      sinks.truncate(truncate);
    } else if (operation instanceof AlterMaterializedTableOperation
        || WITHOUT_ROWS.stream().noneMatch(type -> type.isInstance(operation))) {
      gathered.gap(
          operation.getClass().getSimpleName()
              + ": what it reads and writes is not in a plan, it may be anything");
    }
  }

  void addViewsOf(String sql) {
    if (!queries.isEmpty()) {
      views(sql);
    }
  }

  void addViewsOfQueries() {
    for (Optional<String> query : queries) {
      query.ifPresentOrElse(
          this::views,
          () -> gathered.gap("the text of a query is not known: views that it names are missing"));
    }
  }

  private void views(String sql) {
    ViewNames.Place here =
        new ViewNames.Place(catalogs.getCurrentCatalog(), catalogs.getCurrentDatabase());
    text.parsed(sql).accept(new ViewNames(catalogs, text, gathered, here));
  }
}
