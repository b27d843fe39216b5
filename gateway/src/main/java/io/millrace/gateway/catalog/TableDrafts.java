package io.millrace.gateway.catalog;

import io.millrace.catalog.flink.CatalogColumns;
import io.millrace.catalog.flink.rest.Wire;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.service.PipelineTables;
import io.millrace.gateway.status.RowPath;
import io.millrace.jobs.language.ColumnDefinition;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.MaterializedView;
import io.millrace.jobs.lineage.PipelineLineage;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.pipeline.PipelineLayout;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.plan.TableWrite;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.quality.Expectation;
import io.millrace.quality.QuarantineSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.table.types.logical.RowType;

/** The tables of a pipeline, as the catalog is told of them. */
final class TableDrafts {
  /** A property for each rule that a table's rows meet. */
  private static final String EXPECTATION = "millrace.expectation.";

  private final PipelineGraph graph;
  private final PipelinePlan plan;
  private final PipelineLayout layout;
  private final PipelineLineage lineage;

  TableDrafts(
      PipelineGraph graph, PipelinePlan plan, PipelineLayout layout, PipelineLineage lineage) {
    this.graph = graph;
    this.plan = plan;
    this.layout = layout;
    this.lineage = lineage;
  }

  /** All of them, those that others read before them. */
  List<PipelineTables.Draft> all() {
    Map<String, Map<String, String>> expectations = expectations();
    List<PipelineTables.Draft> drafts = new ArrayList<>();
    for (TableWrite write : plan.tables()) {
      Map<String, String> properties = new TreeMap<>(write.properties());
      properties.putAll(expectations.getOrDefault(write.table(), Map.of()));
      drafts.add(draft(graph.dataset(write.table()), write, properties));
    }
    for (String quarantine : plan.quarantineTables()) {
      drafts.add(
          new PipelineTables.Draft(
              quarantine,
              TableType.STREAMING_TABLE,
              layout.table(quarantine).toString(),
              columns(QuarantineSchema.ROW_TYPE, Map.of()),
              Optional.of("Records that pipeline %s refused".formatted(plan.pipeline())),
              Map.of(),
              Optional.empty(),
              reads(quarantine),
              List.of()));
    }
    return drafts;
  }

  private PipelineTables.Draft draft(
      Dataset dataset, TableWrite write, Map<String, String> properties) {
    Map<String, String> comments = new HashMap<>();
    for (ColumnDefinition column : dataset.columns()) {
      if (column.comment() != null) {
        comments.put(column.name(), column.comment());
      }
    }
    return new PipelineTables.Draft(
        write.table(),
        dataset instanceof MaterializedView
            ? TableType.MATERIALIZED_VIEW
            : TableType.STREAMING_TABLE,
        layout.table(write.table()).toString(),
        columns(write.rowType(), comments),
        dataset.comment(),
        properties,
        Optional.of(dataset.query().text()),
        reads(write.table()),
        write.key());
  }

  private Map<String, Map<String, String>> expectations() {
    Map<String, Map<String, String>> found = new HashMap<>();
    for (PlanNode node : plan.nodes()) {
      if (node instanceof PlanNode.Check check) {
        Map<String, String> properties =
            found.computeIfAbsent(RowPath.guarded(plan, check), absent -> new TreeMap<>());
        for (CheckOperator.Rule rule : check.rules()) {
          properties.put(EXPECTATION + rule.expectation().name(), text(rule.expectation()));
        }
      }
    }
    return found;
  }

  private static String text(Expectation expectation) {
    return switch (expectation.action()) {
      case WARN -> expectation.expression();
      case DROP -> expectation.expression() + " ON VIOLATION DROP ROW";
      case FAIL -> expectation.expression() + " ON VIOLATION FAIL UPDATE";
    };
  }

  /** Tables of the pipeline that a table is made of, without itself. */
  private List<String> reads(String table) {
    Set<String> tables = new TreeSet<>();
    for (SourceTable source : lineage.tables().get(table).sources()) {
      ObjectName name = source.name();
      if (lineage.tables().containsKey(name.name())
          && PipelineLineage.nameOf(name.name()).equals(name)) {
        tables.add(name.name());
      }
    }
    return List.copyOf(tables);
  }

  private static List<Column> columns(RowType row, Map<String, String> comments) {
    List<Column> columns = new ArrayList<>();
    for (Wire.ColumnInfo info : CatalogColumns.of(row, comments, List.of())) {
      columns.add(
          new Column(
              info.name(),
              info.typeText(),
              info.typeName(),
              Optional.ofNullable(info.typeJson()),
              Optional.ofNullable(info.typePrecision()),
              Optional.ofNullable(info.typeScale()),
              Optional.empty(),
              info.nullable(),
              Optional.ofNullable(info.comment()),
              Optional.empty(),
              Map.of(),
              Optional.empty()));
    }
    return columns;
  }
}
