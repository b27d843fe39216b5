package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalTableFunctionScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.flink.table.functions.BuiltInFunctionDefinitions;
import org.apache.flink.table.planner.calcite.RexModelCall;
import org.apache.flink.table.planner.calcite.RexTableArgCall;
import org.apache.flink.table.planner.functions.sql.SqlWindowTableFunction;
import org.apache.flink.table.planner.utils.ShortcutUtils;

/**
 * Functions that give tables. Those with windows hand their input through, and so does ML_PREDICT;
 * of what others do with a table nothing is known, so that every column may be in each result.
 */
final class FunctionScans {
  private final RelationWalk relations;
  private final Gathered gathered;

  FunctionScans(RelationWalk relations, Gathered gathered) {
    this.relations = relations;
    this.gathered = gathered;
  }

  Flow flow(LogicalTableFunctionScan scan, Correlations outer) {
    List<Flow> inputs = new ArrayList<>();
    for (RelNode input : scan.getInputs()) {
      inputs.add(relations.flow(input, outer));
    }
    if (!(scan.getCall() instanceof RexCall call) || call.getClass() != RexCall.class) {
      return anything(scan, "table function " + scan.getCall(), inputs, outer.values());
    }
    ExpressionWalk expressions = relations.expressions(scan, List.of(), outer);
    expressions.function(call.getOperator());
    Set<ColumnOrigin> arguments = arguments(call, expressions);
    if (inputs.isEmpty()) {
      return ofArguments(scan, arguments);
    }
    Optional<Flow> known = Optional.empty();
    if (inputs.size() == 1 && call.getOperator() instanceof SqlWindowTableFunction) {
      known = windowed(scan, call, inputs.get(0));
    } else if (inputs.size() == 1
        && BuiltInFunctionDefinitions.ML_PREDICT.equals(
            ShortcutUtils.unwrapFunctionDefinition(call))) {
      known = predicted(scan, call, inputs.get(0));
    }
    return known.orElseGet(
        () -> anything(scan, "function " + call.getOperator().getName(), inputs, arguments));
  }

  /** Scalar arguments; tables and models are not expressions. */
  private Set<ColumnOrigin> arguments(RexCall call, ExpressionWalk expressions) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    for (RexNode operand : call.getOperands()) {
      if (operand instanceof RexModelCall model) {
        gathered.model(new ObjectName(model.getContextResolvedModel().getIdentifier().toList()));
      } else if (!(operand instanceof RexTableArgCall) && operand.getKind() != SqlKind.DESCRIPTOR) {
        all.addAll(expressions.origins(operand));
      }
    }
    return all;
  }

  private static Flow ofArguments(LogicalTableFunctionScan scan, Set<ColumnOrigin> arguments) {
    Set<ColumnOrigin> derived = Origins.derived(arguments);
    List<Set<ColumnOrigin>> fields = new ArrayList<>();
    for (int i = 0; i < RelationWalk.width(scan); i++) {
      fields.add(derived);
    }
    return new Flow(fields, Origins.deciding(arguments, Transformation.JOIN));
  }

  private Flow anything(
      LogicalTableFunctionScan scan, String what, List<Flow> inputs, Set<ColumnOrigin> arguments) {
    gathered.gap(what + ": every column of its input may be in each of its columns");
    Set<ColumnOrigin> all = new LinkedHashSet<>(arguments);
    for (Flow input : inputs) {
      all.addAll(input.values());
      all.addAll(input.rows());
    }
    return Flow.anything(RelationWalk.width(scan), all);
  }

  /** Rows with the start, the end and the time of their window. */
  private static Optional<Flow> windowed(LogicalTableFunctionScan scan, RexCall call, Flow input) {
    Optional<List<Integer>> time = described(scan, call);
    if (time.isEmpty() || time.get().isEmpty() || RelationWalk.width(scan) < input.width()) {
      return Optional.empty();
    }
    Set<ColumnOrigin> times = new LinkedHashSet<>();
    time.get().forEach(position -> times.addAll(input.field(position)));
    Set<ColumnOrigin> keys = new LinkedHashSet<>();
    for (RexNode operand : call.getOperands()) {
      if (operand instanceof RexTableArgCall table) {
        for (int key : table.getPartitionKeys()) {
          keys.addAll(input.field(key));
        }
      }
    }
    List<Set<ColumnOrigin>> fields = new ArrayList<>(input.fields());
    while (fields.size() < RelationWalk.width(scan)) {
      fields.add(Origins.derived(times));
    }
    return Optional.of(
        input
            .withFields(fields)
            .decidedBy(times, Transformation.WINDOW)
            .decidedBy(keys, Transformation.WINDOW));
  }

  /** Rows with what the model says of the columns that the descriptor names. */
  private static Optional<Flow> predicted(LogicalTableFunctionScan scan, RexCall call, Flow input) {
    Optional<List<Integer>> features = described(scan, call);
    if (features.isEmpty()
        || features.get().isEmpty()
        || RelationWalk.width(scan) < input.width()) {
      return Optional.empty();
    }
    Set<ColumnOrigin> used = new LinkedHashSet<>();
    features.get().forEach(position -> used.addAll(input.field(position)));
    List<Set<ColumnOrigin>> fields = new ArrayList<>(input.fields());
    while (fields.size() < RelationWalk.width(scan)) {
      fields.add(Origins.derived(used));
    }
    // A model may answer with several rows, or none.
    return Optional.of(input.withFields(fields).decidedBy(used, Transformation.JOIN));
  }

  /** Positions of the columns in the only descriptor; empty if they are not all found. */
  private static Optional<List<Integer>> described(LogicalTableFunctionScan scan, RexCall call) {
    List<String> names = scan.getInput(0).getRowType().getFieldNames();
    List<Integer> positions = new ArrayList<>();
    int descriptors = 0;
    for (RexNode operand : call.getOperands()) {
      if (operand.getKind() == SqlKind.DESCRIPTOR && operand instanceof RexCall descriptor) {
        descriptors++;
        for (RexNode column : descriptor.getOperands()) {
          int position =
              column instanceof RexInputRef reference
                  ? reference.getIndex()
                  : column instanceof RexLiteral literal
                      ? names.indexOf(RexLiteral.stringValue(literal))
                      : -1;
          if (position < 0 || position >= names.size()) {
            return Optional.empty();
          }
          positions.add(position);
        }
      }
    }
    return descriptors == 1 ? Optional.of(positions) : Optional.empty();
  }
}
