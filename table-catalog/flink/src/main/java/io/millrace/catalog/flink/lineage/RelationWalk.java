package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalCalc;
import org.apache.calcite.rel.logical.LogicalCorrelate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalIntersect;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalMatch;
import org.apache.calcite.rel.logical.LogicalMinus;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSnapshot;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.logical.LogicalTableFunctionScan;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.logical.LogicalUnion;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalExpand;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalLegacySink;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalRank;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalSink;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalWatermarkAssigner;
import org.apache.flink.table.planner.plan.nodes.calcite.LogicalWindowAggregate;

/**
 * Origins of what a node of the plan emits, by what the node is. Nodes are known by their very
 * class: a subclass may decide by more than its parent does. Through one that is not listed here
 * everything below it may come, in every field.
 */
final class RelationWalk {
  private interface Rule<N extends RelNode> {
    Flow flow(N node, Correlations outer);
  }

  private final Map<Class<? extends RelNode>, Rule<?>> rules = new HashMap<>();
  private final RelNode root;
  private final Gathered gathered;
  private final TableScans scans;
  private final FunctionScans functions;

  /**
   * A walk of one plan.
   *
   * @param root of the whole plan, whose tables all are named where a reference leads nowhere
   */
  RelationWalk(RelNode root, Gathered gathered) {
    this.root = root;
    this.gathered = gathered;
    this.scans = new TableScans(gathered);
    this.functions = new FunctionScans(this, gathered);
    rule(LogicalTableScan.class, (scan, outer) -> scans.flow(scan));
    rule(LogicalValues.class, (values, outer) -> Flow.anything(width(values), Set.of()));
    rule(LogicalProject.class, this::project);
    rule(LogicalFilter.class, this::filter);
    rule(LogicalCalc.class, this::calc);
    rule(LogicalJoin.class, this::join);
    rule(LogicalCorrelate.class, this::correlate);
    rule(LogicalAggregate.class, this::aggregate);
    rule(LogicalWindowAggregate.class, this::windowAggregate);
    rule(LogicalUnion.class, this::union);
    rule(LogicalIntersect.class, this::intersect);
    rule(LogicalMinus.class, this::minus);
    rule(LogicalSort.class, this::sort);
    rule(LogicalRank.class, this::rank);
    rule(LogicalExpand.class, this::expand);
    rule(LogicalMatch.class, this::match);
    rule(LogicalSnapshot.class, this::snapshot);
    rule(Uncollect.class, this::uncollect);
    rule(LogicalTableFunctionScan.class, functions::flow);
    rule(LogicalWatermarkAssigner.class, this::watermark);
    rule(LogicalSink.class, (sink, outer) -> flow(sink.getInput(), outer));
    rule(LogicalLegacySink.class, (sink, outer) -> flow(sink.getInput(), outer));
  }

  private <N extends RelNode> void rule(Class<N> type, Rule<N> rule) {
    rules.put(type, rule);
  }

  @SuppressWarnings("unchecked") // rule() puts a rule beside the class that it is for
  Flow flow(RelNode node, Correlations outer) {
    Rule<RelNode> rule = (Rule<RelNode>) rules.get(node.getClass());
    return rule == null ? unknown(node, outer) : rule.flow(node, outer);
  }

  private Flow unknown(RelNode node, Correlations outer) {
    gathered.gap(node.getRelTypeName() + ": every column below it may be in each of its columns");
    Set<ColumnOrigin> all = below(node);
    all.addAll(outer.values());
    for (RelNode input : node.getInputs()) {
      // For tables, functions and models on the way, and for what only decides.
      Flow flow = flow(input, outer);
      all.addAll(flow.values());
      all.addAll(flow.rows());
    }
    return Flow.anything(width(node), all);
  }

  /** Every column of every table of the statement. */
  Set<ColumnOrigin> everything() {
    return below(root);
  }

  private Set<ColumnOrigin> below(RelNode node) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    if (node instanceof LogicalTableScan scan) {
      all.addAll(scans.flow(scan).values());
    }
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            all.addAll(below(query.rel));
            return super.visitSubQuery(query);
          }
        });
    for (RelNode input : node.getInputs()) {
      all.addAll(below(input));
    }
    return all;
  }

  static int width(RelNode node) {
    return node.getRowType().getFieldCount();
  }

  /** Of expressions in a node over such a row. */
  ExpressionWalk expressions(RelNode node, List<Set<ColumnOrigin>> row, Correlations outer) {
    return new ExpressionWalk(row, outer.with(node.getVariablesSet(), row), this, gathered);
  }

  private Flow project(LogicalProject project, Correlations outer) {
    Flow input = flow(project.getInput(), outer);
    ExpressionWalk expressions = expressions(project, input.fields(), outer);
    List<Set<ColumnOrigin>> fields =
        project.getProjects().stream().map(expressions::origins).toList();
    return input.withFields(scans.withComputedColumns(project, fields));
  }

  private Flow filter(LogicalFilter filter, Correlations outer) {
    Flow input = flow(filter.getInput(), outer);
    return input.decidedBy(
        expressions(filter, input.fields(), outer).origins(filter.getCondition()),
        Transformation.FILTER);
  }

  private Flow calc(LogicalCalc calc, Correlations outer) {
    Flow input = flow(calc.getInput(), outer);
    ExpressionWalk expressions = expressions(calc, input.fields(), outer);
    Flow passed =
        calc.getProgram().getCondition() == null
            ? input
            : input.decidedBy(
                expressions.origins(
                    calc.getProgram().expandLocalRef(calc.getProgram().getCondition())),
                Transformation.FILTER);
    return passed.withFields(
        calc.getProgram().getProjectList().stream()
            .map(reference -> calc.getProgram().expandLocalRef(reference))
            .map(expressions::origins)
            .toList());
  }

  /**
   * Variables that a join sets are left unknown: their row may be of one side or of both, and the
   * plan does not tell which.
   */
  private Flow join(LogicalJoin join, Correlations outer) {
    Flow left = flow(join.getLeft(), outer);
    Flow right = flow(join.getRight(), outer);
    Flow both = left.beside(right);
    Flow met =
        both.decidedBy(
            new ExpressionWalk(both.fields(), outer, this, gathered).origins(join.getCondition()),
            Transformation.JOIN);
    return join.getJoinType().projectsRight() ? met : met.withFields(left.fields());
  }

  private Flow correlate(LogicalCorrelate correlate, Correlations outer) {
    Flow left = flow(correlate.getLeft(), outer);
    Flow right =
        flow(
            correlate.getRight(), outer.with(List.of(correlate.getCorrelationId()), left.fields()));
    Flow both = left.beside(right);
    JoinRelType type = correlate.getJoinType();
    return type.projectsRight() ? both : both.withFields(left.fields());
  }

  private Flow aggregate(Aggregate aggregate, Correlations outer) {
    return aggregated(aggregate, flow(aggregate.getInput(), outer), outer);
  }

  private Flow aggregated(Aggregate aggregate, Flow input, Correlations outer) {
    ExpressionWalk expressions = expressions(aggregate, input.fields(), outer);
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      boolean always = aggregate.getGroupSets().stream().allMatch(set -> set.get(key));
      fields.add(always ? input.field(key) : Origins.derived(input.field(key)));
    }
    for (AggregateCall call : aggregate.getAggCallList()) {
      expressions.function(call.getAggregation());
      fields.add(aggregateCall(call, input));
    }
    return input
        .withFields(fields)
        .decidedBy(picked(input, aggregate.getGroupSet()), Transformation.GROUP_BY);
  }

  private static Set<ColumnOrigin> aggregateCall(AggregateCall call, Flow input) {
    SqlKind kind = call.getAggregation().getKind();
    if (kind == SqlKind.GROUPING || kind == SqlKind.GROUPING_ID || kind == SqlKind.GROUP_ID) {
      return Set.of(); // tells the grouping set, whatever the values are
    }
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    for (int argument : call.getArgList()) {
      all.addAll(Origins.aggregated(input.field(argument)));
    }
    if (call.hasFilter()) {
      all.addAll(Origins.deciding(input.field(call.filterArg), Transformation.FILTER));
    }
    if (call.distinctKeys != null) {
      all.addAll(Origins.deciding(picked(input, call.distinctKeys), Transformation.GROUP_BY));
    }
    all.addAll(Origins.deciding(ordered(input, call.getCollation()), Transformation.SORT));
    return all;
  }

  private Flow windowAggregate(LogicalWindowAggregate aggregate, Correlations outer) {
    Flow input = flow(aggregate.getInput(), outer);
    Set<ColumnOrigin> time = input.field(aggregate.getWindow().timeAttribute().getFieldIndex());
    Flow grouped = aggregated(aggregate, input, outer);
    List<Set<ColumnOrigin>> fields = new ArrayList<>(grouped.fields());
    while (fields.size() < width(aggregate)) {
      fields.add(Origins.derived(time)); // start, end and time of the window
    }
    return grouped.withFields(fields).decidedBy(time, Transformation.WINDOW);
  }

  private Flow union(LogicalUnion union, Correlations outer) {
    Flow all = alike(union, outer);
    return union.all ? all : all.decidedBy(all.values(), Transformation.GROUP_BY);
  }

  private Flow intersect(LogicalIntersect intersect, Correlations outer) {
    Flow all = alike(intersect, outer);
    return all.decidedBy(all.values(), Transformation.FILTER);
  }

  private Flow minus(LogicalMinus minus, Correlations outer) {
    Flow all = alike(minus, outer);
    return all.decidedBy(all.values(), Transformation.FILTER)
        .withFields(flow(minus.getInput(0), outer).fields());
  }

  /** Fields of all inputs, by position. */
  private Flow alike(SetOp operation, Correlations outer) {
    List<Flow> inputs = operation.getInputs().stream().map(input -> flow(input, outer)).toList();
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int i = 0; i < width(operation); i++) {
      int position = i;
      fields.add(Origins.union(inputs.stream().map(input -> input.field(position)).toList()));
    }
    return new Flow(fields, Origins.union(inputs.stream().map(Flow::rows).toList()));
  }

  private Flow sort(LogicalSort sort, Correlations outer) {
    Flow input = flow(sort.getInput(), outer);
    return input.decidedBy(ordered(input, sort.getCollation()), Transformation.SORT);
  }

  private Flow rank(LogicalRank rank, Correlations outer) {
    Flow input = flow(rank.getInput(), outer);
    Set<ColumnOrigin> deciding = picked(input, rank.partitionKey());
    deciding.addAll(ordered(input, rank.orderKey()));
    List<Set<ColumnOrigin>> fields = new ArrayList<>(input.fields());
    while (fields.size() < width(rank)) {
      fields.add(Set.of()); // the rank number, of which the same columns decide
    }
    return input.withFields(fields).decidedBy(deciding, Transformation.WINDOW);
  }

  private Flow expand(LogicalExpand expand, Correlations outer) {
    Flow input = flow(expand.getInput(), outer);
    ExpressionWalk expressions = expressions(expand, input.fields(), outer);
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int i = 0; i < width(expand); i++) {
      int position = i;
      fields.add(
          Origins.derived(
              expressions.origins(
                  expand.projects().stream().map(project -> project.get(position)).toList())));
    }
    return input.withFields(fields);
  }

  private Flow match(LogicalMatch match, Correlations outer) {
    Flow input = flow(match.getInput(), outer);
    ExpressionWalk expressions = expressions(match, input.fields(), outer);
    Set<ColumnOrigin> order = ordered(input, match.getOrderKeys());
    Flow found =
        input
            .decidedBy(picked(input, match.getPartitionKeys()), Transformation.GROUP_BY)
            .decidedBy(order, Transformation.SORT)
            .decidedBy(
                expressions.origins(match.getPatternDefinitions().values()), Transformation.FILTER);
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (String name : match.getRowType().getFieldNames()) {
      RexNode measure = match.getMeasures().get(name);
      int position = match.getInput().getRowType().getFieldNames().indexOf(name);
      if (measure != null) {
        fields.add(measure(measure, expressions, order));
      } else if (position >= 0) {
        fields.add(input.field(position));
      } else {
        return unknown(match, outer);
      }
    }
    return found.withFields(fields);
  }

  /** MATCH_ROWTIME() is the time of the last row, without naming it. */
  private static Set<ColumnOrigin> measure(
      RexNode measure, ExpressionWalk expressions, Set<ColumnOrigin> order) {
    Set<ColumnOrigin> all = new LinkedHashSet<>(Origins.aggregated(expressions.origins(measure)));
    measure.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCall(RexCall call) {
            if (call.getOperator().getName().equals("MATCH_ROWTIME")) {
              all.addAll(Origins.aggregated(order));
            }
            return super.visitCall(call);
          }
        });
    return all;
  }

  private Flow snapshot(LogicalSnapshot snapshot, Correlations outer) {
    Flow input = flow(snapshot.getInput(), outer);
    return input.decidedBy(
        expressions(snapshot, input.fields(), outer).origins(snapshot.getPeriod()),
        Transformation.JOIN);
  }

  private Flow uncollect(Uncollect uncollect, Correlations outer) {
    Flow input = flow(uncollect.getInput(), outer);
    Set<ColumnOrigin> arrays = input.values();
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int i = 0; i < width(uncollect); i++) {
      fields.add(Origins.derived(arrays));
    }
    return input.withFields(fields).decidedBy(arrays, Transformation.JOIN);
  }

  /**
   * A watermark decides which rows are late, but only where the time attribute is used; there its
   * column brings along what the watermark is computed from.
   */
  private Flow watermark(LogicalWatermarkAssigner assigner, Correlations outer) {
    Flow input = flow(assigner.getInput(), outer);
    Set<ColumnOrigin> mark =
        expressions(assigner, input.fields(), outer).origins(assigner.watermarkExpr());
    List<Set<ColumnOrigin>> fields = new ArrayList<>(input.fields());
    int time = assigner.rowtimeFieldIndex();
    Set<ColumnOrigin> withMark = new LinkedHashSet<>(input.field(time));
    for (ColumnOrigin origin : Origins.deciding(mark, Transformation.WINDOW)) {
      boolean known =
          input.field(time).stream().anyMatch(own -> own.source().equals(origin.source()));
      if (!known) {
        withMark.add(origin);
      }
    }
    fields.set(time, withMark);
    return input.withFields(fields);
  }

  static Set<ColumnOrigin> picked(Flow input, ImmutableBitSet positions) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    for (int position : positions) {
      all.addAll(input.field(position));
    }
    return all;
  }

  private static Set<ColumnOrigin> ordered(Flow input, RelCollation collation) {
    Collection<RelFieldCollation> keys = collation.getFieldCollations();
    return Origins.union(keys.stream().map(key -> input.field(key.getFieldIndex())).toList());
  }
}
