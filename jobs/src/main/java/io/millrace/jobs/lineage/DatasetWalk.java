package io.millrace.jobs.lineage;

import io.millrace.catalog.flink.lineage.LineageWalk;
import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ColumnPath;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.SinkColumn;
import io.millrace.catalog.lineage.SinkTable;
import io.millrace.catalog.lineage.SourceTable;
import io.millrace.catalog.lineage.StatementLineage;
import io.millrace.catalog.lineage.Transformation;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ExpectationClause;
import io.millrace.jobs.language.RelationReference;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.TableWrite;
import io.millrace.jobs.project.PipelineGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through the datasets in their order, each over tables that stand for what it reads. Used
 * once, by one thread.
 */
final class DatasetWalk {
  private static final Logger LOG = LoggerFactory.getLogger(DatasetWalk.class);

  private final PipelineGraph graph;
  private final PipelinePlan plan;
  private final StreamTableEnvironment tables;
  private final LineageWalk walk;
  private final Map<String, RowType> written = new HashMap<>();

  /** Columns of what queries name that is no view. */
  private final Map<ObjectName, List<String>> columns = new HashMap<>();

  private final Map<ObjectName, SourceFunction> sources = new HashMap<>();
  private final Map<String, StatementLineage> found = new LinkedHashMap<>();

  DatasetWalk(PipelineGraph graph, PipelinePlan plan) {
    this.graph = graph;
    this.plan = plan;
    this.tables =
        StreamTableEnvironment.create(
            StreamExecutionEnvironment.getExecutionEnvironment(),
            EnvironmentSettings.newInstance().inStreamingMode().build());
    tables.registerCatalog(
        PipelineLineage.CATALOG,
        new UnreadCatalog(PipelineLineage.CATALOG, PipelineLineage.SCHEMA));
    tables.useCatalog(PipelineLineage.CATALOG);
    tables.createTemporarySystemFunction("from_json", FromJson.class);
    this.walk = LineageWalk.in(tables);
    for (TableWrite write : plan.tables()) {
      written.put(write.table(), write.rowType());
    }
  }

  PipelineLineage walk() {
    graph.datasets().forEach(this::add);
    for (String quarantine : plan.quarantineTables()) {
      found.put(quarantine, new QuarantineWalk(graph, plan, this).of(quarantine));
    }
    return new PipelineLineage(found, sources);
  }

  private void add(Dataset dataset) {
    dataset
        .query()
        .sources()
        .forEach(
            (name, source) -> {
              ObjectName known = PipelineLineage.nameOf(name);
              if (sources.putIfAbsent(known, source) == null) {
                register(name, rowType(source), "");
              }
            });
    if (!dataset.isStored()) {
      view(dataset);
      return;
    }
    RowType row = written.get(dataset.name());
    StatementLineage lineage = planned(dataset, () -> kept(dataset));
    found.put(dataset.name(), writing(dataset.name(), lineage, Set.copyOf(row.getFieldNames())));
    register(dataset.name(), row, dataset.property(Dataset.WATERMARK).orElse(""));
  }

  private static RowType rowType(SourceFunction source) {
    return source instanceof SourceFunction.ReadKafka
        ? KafkaColumns.ALL
        : Objects.requireNonNull(((SourceFunction.ReadFiles) source).schema());
  }

  private void register(String name, RowType row, String watermark) {
    Schema.Builder schema = Schema.newBuilder();
    for (RowType.RowField field : row.getFields()) {
      schema.column(field.getName(), TypeConversions.fromLogicalToDataType(field.getType()));
    }
    if (!watermark.isEmpty()) {
      row.getFieldNames().stream()
          .filter(column -> beginsWith(watermark.strip(), column))
          .findFirst()
          .ifPresent(column -> schema.watermark(column, watermark));
    }
    tables.createTable(
        quoted(name), TableDescriptor.forConnector("unread").schema(schema.build()).build());
    columns.put(PipelineLineage.nameOf(name), row.getFieldNames());
  }

  private static boolean beginsWith(String expression, String column) {
    return expression.matches(
        "(?s)(`?)\\Q" + column.replace("`", "``") + "\\E\\1(?![A-Za-z0-9_$]).*");
  }

  private void view(Dataset dataset) {
    try {
      tables.executeSql("CREATE TEMPORARY VIEW " + quoted(dataset.name()) + " AS " + kept(dataset));
    } catch (ValidationException | TableException e) {
      // Whoever reads it cannot be planned either, and is made of all that it may read.
      LOG.debug("the query of {} is not planned", dataset.name(), e);
    }
  }

  /** A dataset's rows: those that its query gives and its rules let through. */
  private String kept(Dataset dataset) {
    List<String> conditions = conditions(dataset);
    return conditions.isEmpty()
        ? dataset.query().flinkSql()
        : "SELECT * FROM (\n%s\n) WHERE %s"
            .formatted(dataset.query().flinkSql(), String.join(" AND ", conditions));
  }

  /** What must be true of a row of the query that goes on. */
  List<String> conditions(Dataset dataset) {
    List<String> conditions = new ArrayList<>();
    // What cannot be read as a document of the schema does not go on.
    structures(dataset).forEach(column -> conditions.add(quoted(column) + " IS NOT NULL"));
    for (ExpectationClause each : dataset.expectations()) {
      if (each.action() != ExpectationClause.Action.WARN) {
        conditions.add("(\n" + each.expressionText() + "\n)");
      }
    }
    return conditions;
  }

  /** Columns that from_json gives. */
  private List<String> structures(Dataset dataset) {
    String sql = dataset.query().flinkSql();
    if (!sql.toLowerCase(Locale.ROOT).contains("from_json")) {
      return List.of();
    }
    return tables.sqlQuery(sql).getResolvedSchema().getColumns().stream()
        .filter(column -> column.getDataType().getLogicalType().is(LogicalTypeRoot.ROW))
        .map(Column::getName)
        .toList();
  }

  /** The lineage of a query over a dataset, as a result; all columns where it cannot be planned. */
  StatementLineage planned(Dataset dataset, Supplier<String> sql) {
    try {
      return walk.ofStatement(sql.get());
    } catch (ValidationException | TableException e) {
      return anything(dataset, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  /** Every column of everything that may be read. */
  private StatementLineage anything(Dataset dataset, String reason) {
    Set<ObjectName> read = new TreeSet<>();
    collect(dataset, read, new HashSet<>());
    Set<ColumnOrigin> origins = new LinkedHashSet<>();
    List<SourceTable> from = new ArrayList<>();
    for (ObjectName name : read) {
      List<String> all = Objects.requireNonNull(columns.get(name));
      from.add(new SourceTable(name, SourceTable.Kind.CATALOG, all, List.of()));
      for (String column : all) {
        ColumnPath path = ColumnPath.of(name, column);
        origins.add(new ColumnOrigin(path, Transformation.TRANSFORMATION));
        origins.add(new ColumnOrigin(path, Transformation.FILTER));
      }
    }
    List<String> names =
        dataset.isStored()
            ? Objects.requireNonNull(written.get(dataset.name())).getFieldNames()
            : List.of(dataset.name());
    return new StatementLineage(
        false,
        from,
        List.of(
            new SinkTable(
                null,
                SinkTable.Kind.RESULT,
                names.stream().map(name -> SinkColumn.of(name, origins)).toList(),
                List.of())),
        List.of(),
        List.of(),
        List.of(),
        List.of("the query of %s is not planned: %s".formatted(dataset.name(), reason)));
  }

  private void collect(Dataset dataset, Set<ObjectName> read, Set<String> seen) {
    if (!seen.add(dataset.name())) {
      return;
    }
    for (RelationReference reference : dataset.query().relations()) {
      ObjectName name = PipelineLineage.nameOf(reference.name());
      if (columns.containsKey(name)) {
        read.add(name);
      } else {
        collect(graph.dataset(reference.name()), read, seen);
      }
    }
  }

  /** A result that is written to a table. */
  static StatementLineage writing(String table, StatementLineage result, Set<String> kept) {
    List<SinkColumn> columns =
        result.sinks().stream()
            .flatMap(sink -> sink.columns().stream())
            .filter(column -> kept.contains(column.name()))
            .toList();
    // Views and functions are the pipeline's own: nobody else knows of them.
    return new StatementLineage(
        false,
        result.sources(),
        List.of(
            new SinkTable(
                PipelineLineage.nameOf(table), SinkTable.Kind.INSERT, columns, List.of())),
        List.of(),
        List.of(),
        List.of(),
        result.gaps());
  }

  /** All origins of all columns of a result. */
  static Set<ColumnOrigin> origins(StatementLineage result) {
    return result.sinks().stream()
        .flatMap(sink -> sink.columns().stream())
        .flatMap(column -> Stream.concat(column.direct().stream(), column.indirect().stream()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The name of a source, if any dataset read it. */
  ObjectName nameOf(SourceFunction source) {
    return sources.entrySet().stream()
        .filter(entry -> entry.getValue().equals(source))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .orElseThrow();
  }

  static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
