package io.millrace.jobs.pipeline;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.EpochListener;
import io.millrace.delta.state.RowKeys;
import io.millrace.jobs.json.JsonSchemaDecoder;
import io.millrace.jobs.operators.AccountedOperator;
import io.millrace.jobs.operators.Aggregation;
import io.millrace.jobs.operators.CheckOperator;
import io.millrace.jobs.operators.DeduplicateOnStateBackend;
import io.millrace.jobs.operators.DeduplicateOperator;
import io.millrace.jobs.operators.FilterOperator;
import io.millrace.jobs.operators.GlobalAggregateOnStateBackend;
import io.millrace.jobs.operators.GlobalAggregateOperator;
import io.millrace.jobs.operators.LocalAggregateOperator;
import io.millrace.jobs.operators.LookupJoinOperator;
import io.millrace.jobs.operators.ParseJsonOperator;
import io.millrace.jobs.operators.ProjectOperator;
import io.millrace.jobs.operators.Provenance;
import io.millrace.jobs.operators.QuarantineRows;
import io.millrace.jobs.operators.SourcePositionOperator;
import io.millrace.jobs.plan.FlinkPlanner;
import io.millrace.jobs.plan.PipelineCompiler;
import io.millrace.jobs.plan.PipelinePlan;
import io.millrace.jobs.plan.PlanNode;
import io.millrace.jobs.plan.TableWrite;
import io.millrace.jobs.project.PipelineSettings;
import io.millrace.quality.QuarantineSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Lays a plan out as one Flink job: a stream per node, a writer per table, one committer for all of
 * them. Every operator has the node's name as its uid, so state finds its operator again.
 */
final class JobBuilder {
  private final PipelinePlan plan;
  private final PipelineLayout layout;
  private final StreamExecutionEnvironment environment;
  private final Map<PlanNode, DataStream<RowData>> streams = new HashMap<>();
  private final Map<String, List<DataStream<RowData>>> quarantine = new LinkedHashMap<>();
  private final List<DataStream<CheckpointPart>> parts = new ArrayList<>();
  private final TopicStreams topics;
  private final StaticRows statics;
  private final FlinkPlanner queries;

  JobBuilder(
      PipelinePlan plan,
      PipelineLayout layout,
      StreamExecutionEnvironment environment,
      TopicStreams topics,
      StaticRows statics) {
    this.plan = plan;
    this.layout = layout;
    this.environment = environment;
    this.topics = topics;
    this.statics = statics;
    this.queries = new FlinkPlanner(environment);
  }

  /** The tables that the job writes, quarantine included. */
  List<DeltaTableSpec> tables() {
    List<DeltaTableSpec> specs = new ArrayList<>();
    for (TableWrite write : plan.tables()) {
      specs.add(spec(write.table(), write.rowType(), write.key(), write.properties()));
    }
    for (String table : plan.quarantineTables()) {
      specs.add(spec(table, QuarantineSchema.ROW_TYPE, List.of(), Map.of()));
    }
    return specs;
  }

  private DeltaTableSpec spec(
      String table, RowType type, List<String> key, Map<String, String> properties) {
    return new DeltaTableSpec(
        table,
        layout.table(table).toString(),
        "millrace/" + plan.pipeline() + "/" + table,
        type,
        key,
        properties);
  }

  /** Adds everything to the environment. */
  void build(EpochListener listener) {
    List<DeltaTableSpec> specs = tables();
    Map<String, DeltaTableSpec> byName = new HashMap<>();
    specs.forEach(spec -> byName.put(spec.name(), spec));
    for (TableWrite write : plan.tables()) {
      DataStream<RowData> rows = stream(write.input());
      DeltaTableSpec spec = byName.get(write.table());
      String uid = write.table() + ": write";
      parts.add(
          spec.upserts()
              ? DeltaSink.upsert(rows, spec, uid, isPartitioned(write))
              : DeltaSink.append(rows, spec, uid));
    }
    quarantine.forEach(
        (table, rows) -> {
          DataStream<RowData> all = rows.get(0);
          for (DataStream<RowData> more : rows.subList(1, rows.size())) {
            all = all.union(more);
          }
          parts.add(DeltaSink.append(all, byName.get(table), table + ": write"));
        });
    DeltaSink.commit(parts, specs, listener, "commit");
  }

  /**
   * True if the rows already are on the subtask that owns their key: grouped by the very columns,
   * in the same order and of the same types, by which the table is keyed.
   */
  private static boolean isPartitioned(TableWrite write) {
    PlanNode node = write.input();
    while (node instanceof PlanNode.Project project) {
      node = project.inputs().get(0);
    }
    if (!(node instanceof PlanNode.Aggregate aggregate)) {
      return false;
    }
    List<LogicalType> grouped = aggregate.key().stream().map(RowType.RowField::getType).toList();
    List<LogicalType> keyed =
        write.key().stream()
            .map(column -> write.rowType().getTypeAt(write.rowType().getFieldIndex(column)))
            .toList();
    return grouped.equals(keyed);
  }

  private DataStream<RowData> stream(PlanNode node) {
    DataStream<RowData> known = streams.get(node);
    if (known == null) {
      known = translate(node);
      streams.put(node, known);
    }
    return known;
  }

  private DataStream<RowData> translate(PlanNode node) {
    if (node instanceof PlanNode.KafkaRead read) {
      DataStream<RowData> rows =
          environment
              .fromSource(
                  topics.stream(read.source()),
                  WatermarkStrategy.noWatermarks(),
                  node.name(),
                  new FlatRowTypeInfo(node.rowType()))
              .uid(node.name() + "/" + topics.run());
      return attach(
          rows,
          node,
          node.name() + ": positions",
          new SourcePositionOperator(
              node.name(), read.source().topic(), PipelineCompiler.KAFKA_PROVENANCE));
    }
    if (node instanceof PlanNode.FlinkQuery query) {
      return queries.translate(query, this::stream);
    }
    DataStream<RowData> input = stream(node.inputs().get(0));
    if (node instanceof PlanNode.Filter filter) {
      return attach(input, node, node.name(), new FilterOperator(node.name(), filter.condition()));
    }
    if (node instanceof PlanNode.Project project) {
      return attach(
          input,
          node,
          node.name(),
          new ProjectOperator(node.name(), node.rowType(), project.expressions(), null));
    }
    if (node instanceof PlanNode.LookupJoin join) {
      return attach(
          input,
          node,
          node.name(),
          new LookupJoinOperator(
              node.name(),
              join.outer() ? LookupJoinOperator.Kind.LEFT : LookupJoinOperator.Kind.INNER,
              input(node),
              join.keys(),
              join.table().rowType(),
              join.tableKeys(),
              new TravellingRows(join.table().rowType(), statics.rows(join.table()))));
    }
    if (node instanceof PlanNode.ParseJson parse) {
      SingleOutputStreamOperator<RowData> rows = attach(input, node, node.name(), parser(parse));
      parse.quarantine().ifPresent(table -> quarantine(table, rows));
      return rows;
    }
    if (node instanceof PlanNode.Check check) {
      SingleOutputStreamOperator<RowData> rows =
          attach(
              input,
              node,
              node.name(),
              new CheckOperator(
                  node.name(),
                  check.dataset(),
                  check.rules(),
                  input(node),
                  check.provenance(),
                  check.quarantine().isPresent()));
      check.quarantine().ifPresent(table -> quarantine(table, rows));
      return rows;
    }
    if (node instanceof PlanNode.Deduplicate deduplicate) {
      RowKeys keys = new RowKeys(input(node), deduplicate.keys());
      return attach(
          input.keyBy(keys.selector()),
          node,
          node.name(),
          onHeap()
              ? new DeduplicateOperator(
                  node.name(),
                  node.rowType(),
                  deduplicate.keys(),
                  deduplicate.horizon().orElse(null))
              : new DeduplicateOnStateBackend(
                  node.name(),
                  node.rowType(),
                  deduplicate.keys(),
                  deduplicate.horizon().orElse(null)));
    }
    PlanNode.Aggregate aggregate = (PlanNode.Aggregate) node;
    Aggregation aggregation = aggregate.aggregation();
    SingleOutputStreamOperator<RowData> partials =
        attach(
            input,
            aggregation.partialType(),
            node.name() + " locally",
            new LocalAggregateOperator(node.name() + " locally", aggregation));
    return attach(
        partials.keyBy(aggregation.partialKeySelector()),
        node,
        node.name(),
        onHeap()
            ? new GlobalAggregateOperator(node.name(), aggregation)
            : new GlobalAggregateOnStateBackend(node.name(), aggregation));
  }

  private boolean onHeap() {
    return plan.state() == PipelineSettings.StateBackend.HEAP;
  }

  private static ParseJsonOperator parser(PlanNode.ParseJson parse) {
    RowType output = parse.rowType();
    int parsed = parse.schema().getFieldCount();
    int[] passedOn = new int[output.getFieldCount()];
    int[] targets = new int[parsed];
    for (int i = 0; i < passedOn.length; i++) {
      passedOn[i] = i < parsed ? -1 : parse.passed()[i - parsed];
    }
    for (int i = 0; i < parsed; i++) {
      targets[i] = i;
    }
    Provenance source = parse.provenance();
    return new ParseJsonOperator(
        parse.name(),
        parse.dataset(),
        new ParseJsonOperator.Columns(
            input(parse),
            new Provenance(
                parse.document(),
                source.topic(),
                source.partition(),
                source.offset(),
                source.timestamp()),
            output,
            passedOn,
            parse.schema(),
            targets,
            JsonSchemaDecoder.DEFAULT_MAX_DOCUMENT_BYTES),
        parse.quarantine().isPresent());
  }

  private static RowType input(PlanNode node) {
    return node.inputs().get(0).rowType();
  }

  private void quarantine(String table, SingleOutputStreamOperator<RowData> rows) {
    quarantine
        .computeIfAbsent(table, name -> new ArrayList<>())
        .add(rows.getSideOutput(QuarantineRows.QUARANTINE));
  }

  private SingleOutputStreamOperator<RowData> attach(
      DataStream<RowData> input,
      PlanNode node,
      String name,
      OneInputStreamOperator<RowData, RowData> operator) {
    return attach(input, node.rowType(), name, operator);
  }

  private SingleOutputStreamOperator<RowData> attach(
      DataStream<RowData> input,
      RowType type,
      String name,
      OneInputStreamOperator<RowData, RowData> operator) {
    SingleOutputStreamOperator<RowData> result =
        input.transform(name, new FlatRowTypeInfo(type), operator).uid(name);
    parts.add(result.getSideOutput(AccountedOperator.REPORTS));
    return result;
  }
}
