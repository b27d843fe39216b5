package io.millrace.jobs.plan;

import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.expression.Predicate;
import io.millrace.jobs.language.SourceFunction;
import io.millrace.jobs.operators.AggregateCall;
import io.millrace.jobs.operators.Aggregation;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.operators.Provenance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.types.logical.RowType;

/**
 * One operator of a plan. Nodes are compared by identity: two queries that read the same dataset
 * share its node, which is why it is computed once.
 */
public sealed interface PlanNode {
  /** Name and uid of the operator: {@code dataset: what it does}. */
  String name();

  /** The rows that come out. */
  RowType rowType();

  List<PlanNode> inputs();

  /** Stateful operators say here what their state depends on; the rest is empty. */
  default Optional<String> stateSignature() {
    return Optional.empty();
  }

  /** True for a bounded relation that is held in memory by whoever looks rows up in it. */
  default boolean isStatic() {
    return !inputs().isEmpty() && inputs().stream().allMatch(PlanNode::isStatic);
  }

  /** A Kafka topic, read once whoever reads it. */
  final class KafkaRead extends Node {
    private final SourceFunction.ReadKafka source;

    KafkaRead(SourceFunction.ReadKafka source, RowType rowType) {
      super("read " + source.topic(), rowType, List.of());
      this.source = source;
    }

    public SourceFunction.ReadKafka source() {
      return source;
    }
  }

  /** Files, read as a whole when the job starts. */
  final class StaticRead extends Node {
    private final SourceFunction.ReadFiles source;

    StaticRead(SourceFunction.ReadFiles source, RowType rowType) {
      super("read " + source.path(), rowType, List.of());
      this.source = source;
    }

    public SourceFunction.ReadFiles source() {
      return source;
    }

    @Override
    public boolean isStatic() {
      return true;
    }
  }

  /** Rows for which a condition is TRUE. */
  final class Filter extends Node {
    private final Predicate condition;

    Filter(String name, PlanNode input, Predicate condition) {
      super(name, input.rowType(), List.of(input));
      this.condition = condition;
    }

    public Predicate condition() {
      return condition;
    }
  }

  /** A new row from each row. */
  final class Project extends Node {
    private final List<Expression> expressions;

    Project(String name, PlanNode input, List<Expression> expressions, RowType rowType) {
      super(name, rowType, List.of(input));
      this.expressions = List.copyOf(expressions);
    }

    public List<Expression> expressions() {
      return expressions;
    }
  }

  /** The fields of a JSON document, then columns of the row that it came in. */
  final class ParseJson extends Node {
    private final String dataset;
    private final int document;
    private final RowType schema;
    private final int[] passed;
    private final Provenance provenance;
    private final Optional<String> quarantine;

    ParseJson(
        String name,
        String dataset,
        PlanNode input,
        int document,
        RowType schema,
        int[] passed,
        RowType rowType,
        Provenance provenance,
        Optional<String> quarantine) {
      super(name, rowType, List.of(input));
      this.dataset = dataset;
      this.document = document;
      this.schema = schema;
      this.passed = passed.clone();
      this.provenance = provenance;
      this.quarantine = quarantine;
    }

    public String dataset() {
      return dataset;
    }

    /** Position of the document in the input. */
    public int document() {
      return document;
    }

    public RowType schema() {
      return schema;
    }

    /** Positions in the input of the columns that follow the parsed ones. */
    public int[] passed() {
      return passed.clone();
    }

    /** In the input. */
    public Provenance provenance() {
      return provenance;
    }

    public Optional<String> quarantine() {
      return quarantine;
    }
  }

  /** Expectations. */
  final class Check extends Node {
    private final String dataset;
    private final List<CheckOperator.Rule> rules;
    private final Provenance provenance;
    private final Optional<String> quarantine;

    Check(
        String dataset,
        PlanNode input,
        List<CheckOperator.Rule> rules,
        RowType rowType,
        Provenance provenance,
        Optional<String> quarantine) {
      super(dataset + ": check", rowType, List.of(input));
      this.dataset = dataset;
      this.rules = List.copyOf(rules);
      this.provenance = provenance;
      this.quarantine = quarantine;
    }

    public String dataset() {
      return dataset;
    }

    public List<CheckOperator.Rule> rules() {
      return rules;
    }

    public Provenance provenance() {
      return provenance;
    }

    public Optional<String> quarantine() {
      return quarantine;
    }
  }

  /** Each row with the rows of a static relation that have the same key. */
  final class LookupJoin extends Node {
    private final PlanNode table;
    private final int[] keys;
    private final int[] tableKeys;
    private final boolean outer;

    LookupJoin(
        String name,
        PlanNode input,
        PlanNode table,
        int[] keys,
        int[] tableKeys,
        boolean outer,
        RowType rowType) {
      super(name, rowType, List.of(input));
      this.table = table;
      this.keys = keys.clone();
      this.tableKeys = tableKeys.clone();
      this.outer = outer;
    }

    /** The static side. */
    public PlanNode table() {
      return table;
    }

    public int[] keys() {
      return keys.clone();
    }

    public int[] tableKeys() {
      return tableKeys.clone();
    }

    /** LEFT JOIN: a row without a match is kept. */
    public boolean outer() {
      return outer;
    }
  }

  /** The first row of each key. */
  final class Deduplicate extends Node {
    private final int[] keys;
    private final String definition;
    private final Optional<Duration> horizon;

    /**
     * @param definition the key as SQL in Calcite's own layout
     */
    Deduplicate(
        String name, PlanNode input, int[] keys, String definition, Optional<Duration> horizon) {
      super(name, input.rowType(), List.of(input));
      this.keys = keys.clone();
      this.definition = definition;
      this.horizon = horizon;
    }

    public int[] keys() {
      return keys.clone();
    }

    /** How long a key is remembered; empty for ever. */
    public Optional<Duration> horizon() {
      return horizon;
    }

    @Override
    public Optional<String> stateSignature() {
      List<String> types = new ArrayList<>();
      for (int key : keys) {
        types.add(rowType().getTypeAt(key).asSummaryString());
      }
      return Optional.of("first of " + types + " " + definition);
    }
  }

  /**
   * Totals per group: the group's columns, then the aggregates; a later row replaces the earlier.
   */
  final class Aggregate extends Node {
    private final Aggregation aggregation;
    private final List<AggregateCall.Kind> functions;
    private final String definition;

    /**
     * @param definition the query as SQL in Calcite's own layout, which no comment or line break
     *     changes
     */
    Aggregate(
        String name,
        PlanNode input,
        Aggregation aggregation,
        List<AggregateCall.Kind> functions,
        String definition) {
      super(name, aggregation.outputType(), List.of(input));
      this.aggregation = aggregation;
      this.functions = List.copyOf(functions);
      this.definition = definition;
    }

    public Aggregation aggregation() {
      return aggregation;
    }

    /** The group's columns. */
    public List<RowType.RowField> key() {
      return rowType().getFields().subList(0, rowType().getFieldCount() - aggregation.callCount());
    }

    @Override
    public Optional<String> stateSignature() {
      return Optional.of(
          "totals "
              + functions
              + " "
              + inputs().get(0).rowType().asSummaryString()
              + " "
              + rowType().asSummaryString()
              + " "
              + definition);
    }
  }

  /** A query that Flink's planner runs. */
  final class FlinkQuery extends Node {
    private final String sql;
    private final List<FlinkInput> tables;
    private final boolean updates;
    private final List<String> key;
    private final String reason;

    FlinkQuery(
        String dataset,
        String sql,
        List<FlinkInput> tables,
        RowType rowType,
        boolean updates,
        List<String> key,
        String reason) {
      super(
          dataset + ": query",
          rowType,
          tables.stream().map(table -> table.relation().node()).toList());
      this.sql = sql;
      this.tables = List.copyOf(tables);
      this.updates = updates;
      this.key = List.copyOf(key);
      this.reason = reason;
    }

    public String sql() {
      return sql;
    }

    List<FlinkInput> tables() {
      return tables;
    }

    public boolean updates() {
      return updates;
    }

    /** Columns by which later rows replace earlier ones, if {@link #updates()}. */
    public List<String> key() {
      return key;
    }

    /** Why Millrace's own operators do not run it. */
    public String reason() {
      return reason;
    }

    @Override
    public Optional<String> stateSignature() {
      return Optional.of("flink " + sql);
    }
  }

  /** What all nodes have. */
  abstract sealed class Node implements PlanNode
      permits KafkaRead,
          StaticRead,
          Filter,
          Project,
          ParseJson,
          Check,
          LookupJoin,
          Deduplicate,
          Aggregate,
          FlinkQuery {
    private final String name;
    private final RowType rowType;
    private final List<PlanNode> inputs;

    Node(String name, RowType rowType, List<PlanNode> inputs) {
      this.name = name;
      this.rowType = rowType;
      this.inputs = List.copyOf(inputs);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public RowType rowType() {
      return rowType;
    }

    @Override
    public List<PlanNode> inputs() {
      return inputs;
    }
  }
}
