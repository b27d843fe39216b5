package io.millrace.jobs.plan;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.expression.ExpressionCompiler;
import io.millrace.jobs.expression.Predicate;
import io.millrace.jobs.expression.SqlText;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.jobs.language.ColumnDefinition;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ExpectationClause;
import io.millrace.jobs.language.Position;
import io.millrace.jobs.language.RelationReference;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.language.SqlFragment;
import io.millrace.jobs.language.StreamingTable;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.operators.Provenance;
import io.millrace.jobs.project.PipelineGraph;
import io.millrace.jobs.project.PipelineSettings;
import io.millrace.quality.Expectation;
import io.millrace.quality.ViolationAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeCasts;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * Turns a graph of datasets into the plan of one job. Each dataset takes one of two ways: a common
 * shape becomes Millrace's own operators, everything else a query of Flink's planner over the
 * streams of the datasets that it reads. Either way a dataset is one node that all its readers
 * share, so nothing is computed twice.
 */
public final class PipelineCompiler {
  /** Where a row of read_kafka tells its record. */
  public static final Provenance KAFKA_PROVENANCE = new Provenance(1, 2, 3, 4, 5);

  private static final Pattern PLACE = Pattern.compile(" at line (\\d+), column (\\d+)");

  private final ExpressionCompiler expressions = new ExpressionCompiler();
  private final NodeNames names = new NodeNames();
  private final PipelineGraph graph;
  private final Ways preferred;
  private final Map<String, Relation> relations = new HashMap<>();
  private final Map<SourceFunction, Relation> sources = new HashMap<>();
  private final Map<String, String> ways = new LinkedHashMap<>();
  private final List<TableWrite> tables = new ArrayList<>();

  private PipelineCompiler(PipelineGraph graph, Ways preferred) {
    this.graph = graph;
    this.preferred = preferred;
  }

  /**
   * @throws MillraceException COLUMN_NOT_FOUND, TYPE_MISMATCH, SQL_UNSUPPORTED,
   *     PRIMARY_KEY_MISSING, PROPERTY_INVALID, each with the place in the file
   */
  public static PipelinePlan compile(PipelineGraph graph) {
    return compile(graph, Ways.MILLRACE_WHERE_POSSIBLE);
  }

  static PipelinePlan compile(PipelineGraph graph, Ways preferred) {
    return new PipelineCompiler(graph, preferred).compile();
  }

  private PipelinePlan compile() {
    for (Dataset dataset : graph.datasets()) {
      relations.put(dataset.name(), dataset(dataset));
    }
    Set<String> quarantine = new TreeSet<>();
    PipelineSettings settings = graph.project().settings();
    PipelinePlan plan =
        new PipelinePlan(settings.name(), tables, List.of(), ways, settings.state());
    for (PlanNode node : plan.nodes()) {
      if (node instanceof PlanNode.ParseJson parse) {
        parse.quarantine().ifPresent(quarantine::add);
      } else if (node instanceof PlanNode.Check check) {
        check.quarantine().ifPresent(quarantine::add);
      }
    }
    for (TableWrite table : tables) {
      if (quarantine.contains(table.table())) {
        throw new MillraceException(
            ErrorCode.DATASET_DUPLICATE,
            "%s is both a dataset and a quarantine table".formatted(table.table()),
            "name another table in TBLPROPERTIES ('quality.quarantine' = '…')");
      }
    }
    return new PipelinePlan(
        plan.pipeline(), tables, List.copyOf(quarantine), ways, settings.state());
  }

  private Relation dataset(Dataset dataset) {
    Map<String, Relation> inputs = new LinkedHashMap<>();
    for (RelationReference reference : dataset.query().relations()) {
      SourceFunction source = reference.source();
      inputs.put(
          reference.name(),
          source == null
              ? relations.get(reference.name())
              : sources.computeIfAbsent(source, read -> source(dataset, read)));
    }
    Relation result = query(dataset, inputs);
    result = declared(dataset, result);
    result = checked(dataset, result);
    if (dataset.isStored()) {
      result = stored(dataset, result);
    }
    return withWatermark(dataset, result);
  }

  private Relation source(Dataset dataset, SourceFunction source) {
    if (source instanceof SourceFunction.ReadKafka kafka) {
      for (SourceFunction other : sources.keySet()) {
        if (other instanceof SourceFunction.ReadKafka same && same.topic().equals(kafka.topic())) {
          throw new MillraceException(
              ErrorCode.SQL_UNSUPPORTED,
              "%s: %s reads topic %s with other arguments than a dataset before it"
                  .formatted(dataset.position(), dataset.name(), kafka.topic()),
              "read the topic once, in a dataset that the others read with STREAM(…)");
        }
      }
      return Relation.appending(
          new PlanNode.KafkaRead(kafka, KafkaColumns.ALL),
          columns(KafkaColumns.ALL),
          KAFKA_PROVENANCE);
    }
    SourceFunction.ReadFiles files = (SourceFunction.ReadFiles) source;
    RowType schema = files.schema();
    if (!files.format().equals("csv") || schema == null) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "%s: read_files('%s') has format %s%s"
              .formatted(
                  dataset.position(),
                  files.path(),
                  files.format(),
                  schema == null ? " and no schema" : ""),
          "give format => 'csv' and schema => 'a STRING, b INT'; other formats are not read yet");
    }
    Set<String> unknown = new TreeSet<>(files.options().keySet());
    unknown.remove("delimiter");
    if (!unknown.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "read_files('%s') has options %s".formatted(files.path(), unknown),
          "take them out; header, schema and delimiter are read");
    }
    return Relation.appending(
        new PlanNode.StaticRead(files, schema), columns(schema), Provenance.NONE);
  }

  private static List<RelationColumn> columns(RowType type) {
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < type.getFieldCount(); i++) {
      columns.add(RelationColumn.plain(type.getFieldNames().get(i), type.getTypeAt(i), i));
    }
    return columns;
  }

  private Relation query(Dataset dataset, Map<String, Relation> inputs) {
    String reason;
    try {
      if (preferred == Ways.FLINK_WHERE_POSSIBLE
          && !readsJson(dataset)
          && inputs.values().stream().noneMatch(Relation::isStatic)) {
        throw new NotCompiled("asked for");
      }
      Relation own =
          new QueryCompiler(
                  expressions, names, dataset, inputs, carriesProvenance(dataset), horizon(dataset))
              .compile();
      verifyNames(dataset, own);
      ways.put(dataset.name(), "Millrace");
      return own;
    } catch (NotCompiled e) {
      reason = e.reason();
    } catch (MillraceException e) {
      throw located(dataset.query().body(), dataset.name(), e);
    }
    ways.put(dataset.name(), "Flink planner: " + reason);
    for (Map.Entry<String, Relation> input : inputs.entrySet()) {
      if (input.getValue().isStatic()) {
        throw new MillraceException(
            ErrorCode.SQL_UNSUPPORTED,
            "%s: %s, and static relations can only be joined by Millrace's own operators"
                .formatted(dataset.position(), reason),
            "join it as FROM STREAM(x) [LEFT] JOIN static ON x.column = static.column");
      }
    }
    List<FlinkInput> tables =
        inputs.entrySet().stream()
            .map(input -> new FlinkInput(input.getKey(), withEventTime(input)))
            .toList();
    return FlinkPlanner.describe(dataset, tables, reason);
  }

  /** With the place in the file, where the failure has one in the SQL of the fragment or none. */
  private static MillraceException located(SqlFragment sql, String what, MillraceException e) {
    if (e.problem().startsWith(sql.position().file())) {
      return e;
    }
    Matcher place = PLACE.matcher(e.problem());
    Position position = sql.position();
    String problem = e.problem();
    if (place.find()) {
      int line = Integer.parseInt(place.group(1));
      position = line < 1 ? position : sql.at(line, Integer.parseInt(place.group(2)));
      problem = place.replaceFirst("");
    }
    return new MillraceException(
        e.code(), "%s: %s: %s".formatted(position, what, problem), e.remedy(), e);
  }

  /** Tables are read by name, and many readers do not tell upper case from lower. */
  private static void verifyNames(Dataset dataset, Relation relation) {
    Set<String> seen = new HashSet<>();
    for (RelationColumn column : relation.columns()) {
      if (!seen.add(column.name().toLowerCase(Locale.ROOT))) {
        throw new MillraceException(
            ErrorCode.PROJECT_INVALID,
            "%s: the query of %s selects two columns named %s"
                .formatted(dataset.position(), dataset.name(), column.name()),
            "give one of them another name with AS");
      }
    }
  }

  private static boolean readsJson(Dataset dataset) {
    return dataset.query().flinkSql().toLowerCase(Locale.ROOT).contains("from_json");
  }

  /** Whether this dataset or one that its rows reach as they are writes quarantine rows. */
  private boolean carriesProvenance(Dataset dataset) {
    return dataset.quarantineTable().isPresent()
        || readsJson(dataset)
        || graph.downstream(dataset.name()).stream().anyMatch(this::carriesProvenance);
  }

  private static Optional<Duration> horizon(Dataset dataset) {
    return dataset
        .property(Dataset.DEDUPLICATE_HORIZON)
        .filter(value -> !value.equalsIgnoreCase("unbounded"))
        .map(TimeUtils::parseDuration);
  }

  // Declared columns

  private Relation declared(Dataset dataset, Relation relation) {
    List<ColumnDefinition> columns = dataset.columns();
    if (columns.isEmpty()) {
      return relation;
    }
    Map<String, RelationColumn> given = new LinkedHashMap<>();
    relation.columns().forEach(column -> given.put(column.name(), column));
    for (ColumnDefinition column : columns) {
      if (!given.containsKey(column.name())) {
        throw new MillraceException(
            ErrorCode.COLUMN_NOT_FOUND,
            "%s: %s declares column %s, which its query does not select; it selects %s"
                .formatted(column.position(), dataset.name(), column.name(), given.keySet()),
            "select it, or take the declaration out");
      }
    }
    if (given.size() != columns.size()) {
      Set<String> extra = new TreeSet<>(given.keySet());
      columns.forEach(column -> extra.remove(column.name()));
      throw new MillraceException(
          ErrorCode.COLUMN_NOT_FOUND,
          "%s: the query of %s selects %s, which are not declared"
              .formatted(dataset.position(), dataset.name(), extra),
          "declare them too, or do not select them");
    }
    RowBuilder row = new RowBuilder(relation.node());
    FromScope scope = FromScope.of(relation, "");
    List<RelationColumn> result = new ArrayList<>();
    for (ColumnDefinition column : columns) {
      RelationColumn from = given.get(column.name());
      int position =
          from.type().copy(true).equals(column.type().copy(true)) && !from.isStructure()
              ? row.copy(column.name(), from.position())
              : row.compute(column.name(), cast(dataset, column, from, scope));
      result.add(RelationColumn.plain(column.name(), column.type(), position));
    }
    Provenance provenance =
        carriesProvenance(dataset)
            ? row.carry(relation.provenance())
            : row.keep(relation.provenance());
    return new Relation(
        row.build(names, dataset.name() + ": shape"),
        result,
        provenance,
        relation.updates(),
        relation.key(),
        List.of());
  }

  private Expression cast(
      Dataset dataset, ColumnDefinition column, RelationColumn from, FromScope scope) {
    try {
      if (LogicalTypeCasts.supportsImplicitCast(from.type().copy(true), column.type().copy(true))) {
        return QueryCompiler.compiled(
            expressions.compile(
                SqlText.parseExpression(
                    "CAST(`%s` AS %s)"
                        .formatted(
                            column.name().replace("`", "``"),
                            column.type().copy(true).asSerializableString())),
                scope.scope()));
      }
    } catch (NotCompiled e) {
      throw mismatch(dataset, column, from, e);
    }
    throw mismatch(dataset, column, from, null);
  }

  private static MillraceException mismatch(
      Dataset dataset, ColumnDefinition column, RelationColumn from, @Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.TYPE_MISMATCH,
        "%s: column %s of %s is declared %s, but its query gives %s"
            .formatted(
                column.position(),
                column.name(),
                dataset.name(),
                column.type().asSummaryString(),
                from.type().asSummaryString()),
        "write CAST(… AS %s) AS %s in the query"
            .formatted(column.type().asSummaryString(), column.name()),
        cause);
  }

  // Expectations

  private Relation checked(Dataset dataset, Relation relation) {
    if (dataset.expectations().isEmpty()) {
      return relation;
    }
    if (relation.updates()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "%s: %s has expectations, but its rows are updated"
              .formatted(dataset.position(), dataset.name()),
          "put the constraints on a dataset before the aggregate");
    }
    List<CheckOperator.Rule> rules = new ArrayList<>();
    Set<Integer> notNull = new HashSet<>();
    for (ExpectationClause clause : dataset.expectations()) {
      Predicate condition;
      SqlNode sql = clause.condition().parse();
      FromScope scope = FromScope.of(relation, "");
      try {
        condition = QueryCompiler.compiled(expressions.predicate(sql, scope.scope()));
      } catch (NotCompiled e) {
        throw new MillraceException(
            ErrorCode.SQL_UNSUPPORTED,
            "%s: constraint %s of %s: %s"
                .formatted(clause.position(), clause.name(), dataset.name(), e.reason()),
            "see docs/expressions.md for what constraints can say; compute the rest as a column",
            e);
      } catch (MillraceException e) {
        throw located(
            clause.condition(), "constraint %s of %s".formatted(clause.name(), dataset.name()), e);
      }
      rules.add(
          new CheckOperator.Rule(
              new Expectation(
                  clause.name(),
                  clause.condition().text(),
                  ViolationAction.valueOf(clause.action().name())),
              condition));
      if (clause.action() != ExpectationClause.Action.WARN
          && sql.getKind() == SqlKind.IS_NOT_NULL
          && ((SqlCall) sql).operand(0) instanceof SqlIdentifier name) {
        scope.find(name.names).ifPresent(column -> notNull.add(column.position()));
      }
    }
    RowType type = withoutNulls(relation.node().rowType(), notNull);
    PlanNode node =
        new PlanNode.Check(
            dataset.name(),
            relation.node(),
            rules,
            type,
            relation.provenance(),
            dataset.quarantineTable());
    return Relation.appending(
        node,
        relation.columns().stream().map(column -> column.typedBy(type)).toList(),
        relation.provenance());
  }

  /** What passes an expectation that a column is there is a column that is never NULL. */
  private static RowType withoutNulls(RowType type, Set<Integer> notNull) {
    List<RowType.RowField> fields = new ArrayList<>();
    for (int i = 0; i < type.getFieldCount(); i++) {
      RowType.RowField field = type.getFields().get(i);
      fields.add(
          notNull.contains(i)
              ? new RowType.RowField(field.getName(), field.getType().copy(false))
              : field);
    }
    return new RowType(false, fields);
  }

  // Tables

  private Relation stored(Dataset dataset, Relation relation) {
    if (relation.isStatic()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "%s: %s stores files that are read by read_files"
              .formatted(dataset.position(), dataset.name()),
          "make it a TEMPORARY VIEW and join it");
    }
    if (relation.updates() && dataset instanceof StreamingTable) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "%s: the rows of %s are updated, a streaming table only grows"
              .formatted(dataset.position(), dataset.name()),
          "make it a MATERIALIZED VIEW");
    }
    RowBuilder row = new RowBuilder(relation.node());
    List<RelationColumn> columns = new ArrayList<>();
    for (RelationColumn column : relation.columns()) {
      if (column.isStructure()) {
        throw new MillraceException(
            ErrorCode.TYPE_UNSUPPORTED,
            "%s: column %s of %s is the structure that from_json gives"
                .formatted(dataset.position(), column.name(), dataset.name()),
            "select its fields: %s"
                .formatted(
                    column.fields().stream()
                        .map(field -> column.name() + "." + field.name())
                        .collect(Collectors.joining(", "))));
      }
      columns.add(
          RelationColumn.plain(
              column.name(), column.type(), row.copy(column.name(), column.position())));
    }
    Provenance provenance =
        carriesProvenance(dataset)
            ? row.carry(relation.provenance())
            : row.keep(relation.provenance());
    // Nothing that the dataset's readers may still need lies behind the table's columns here.
    PlanNode node = row.build(names, dataset.name() + ": shape");
    List<String> key = relation.updates() ? relation.key() : List.of();
    if (!dataset.primaryKey().isEmpty()
        && relation.updates()
        && !Set.copyOf(dataset.primaryKey()).equals(Set.copyOf(key))) {
      throw new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "%s: the primary key of %s is declared as %s, its query gives one row per %s"
              .formatted(dataset.position(), dataset.name(), dataset.primaryKey(), key),
          "declare PRIMARY KEY (%s)".formatted(String.join(", ", key)));
    }
    Map<String, String> properties = new TreeMap<>();
    dataset
        .properties()
        .forEach(
            (name, property) -> {
              if (name.startsWith("delta.")) {
                properties.put(name, property.value());
              }
            });
    verifyNames(dataset, relation);
    List<String> columnNames = columns.stream().map(RelationColumn::name).toList();
    List<LogicalType> types = columns.stream().map(RelationColumn::type).toList();
    tables.add(
        new TableWrite(
            dataset.name(), node, FromScope.rowType(columnNames, types), key, properties));
    return new Relation(node, columns, provenance, relation.updates(), key, List.of());
  }

  /**
   * Flink ends the job at a row whose event time is NULL. Such a row is in no window: it is left
   * out of the query, and counted.
   */
  private Relation withEventTime(Map.Entry<String, Relation> input) {
    Relation relation = input.getValue();
    if (relation.watermark().isEmpty()) {
      return relation;
    }
    String column = relation.watermark().get(0);
    SqlNode isNotNull =
        SqlStdOperatorTable.IS_NOT_NULL.createCall(
            SqlParserPos.ZERO, new SqlIdentifier(column, SqlParserPos.ZERO));
    Predicate hasTime =
        expressions
            .predicate(isNotNull, FromScope.of(relation, input.getKey()).scope())
            .compiled()
            .orElseThrow();
    return new Relation(
        new PlanNode.Filter(
            names.unique(input.getKey() + ": with " + column), relation.node(), hasTime),
        relation.columns(),
        relation.provenance(),
        relation.updates(),
        relation.key(),
        relation.watermark());
  }

  private static Relation withWatermark(Dataset dataset, Relation relation) {
    Optional<String> watermark = dataset.property(Dataset.WATERMARK);
    if (watermark.isEmpty()) {
      return relation;
    }
    String expression = watermark.get();
    for (RelationColumn column : relation.columns()) {
      if (beginsWith(expression.strip(), column.name())) {
        return new Relation(
            relation.node(),
            relation.columns(),
            relation.provenance(),
            relation.updates(),
            relation.key(),
            List.of(column.name(), expression));
      }
    }
    throw new MillraceException(
        ErrorCode.PROPERTY_INVALID,
        "%s: watermark '%s' of %s does not begin with one of its columns"
            .formatted(dataset.position(), expression, dataset.name()),
        "write 'column - INTERVAL ''5'' SECOND'");
  }

  /** Whether an expression's first word is the column, in backticks or not. */
  private static boolean beginsWith(String expression, String column) {
    String quoted = "`" + column.replace("`", "``") + "`";
    return expression.startsWith(quoted)
        || (expression.startsWith(column)
            && (expression.length() == column.length()
                || !Character.isJavaIdentifierPart(expression.charAt(column.length()))));
  }
}
