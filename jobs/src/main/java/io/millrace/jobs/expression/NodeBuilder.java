package io.millrace.jobs.expression;

import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.flink.table.planner.calcite.FlinkTypeFactory;
import org.apache.flink.table.types.logical.LogicalType;

/** Turns a typed expression into evaluators, or names the part that has none. */
final class NodeBuilder {
  private final Scope scope;

  NodeBuilder(Scope scope) {
    this.scope = scope;
  }

  Node build(RexNode rex) throws Unsupported {
    if (rex instanceof RexInputRef reference) {
      Column column = scope.columns().get(reference.getIndex());
      return new ColumnNode(column.type(), column.position());
    }
    if (rex instanceof RexCall call) {
      LogicalType type = FlinkTypeFactory.toLogicalType(call.getType());
      switch (call.getKind()) {
        case IS_NULL:
          return new Logic.IsNull(type, build(call.getOperands().get(0)), true);
        case IS_NOT_NULL:
          return new Logic.IsNull(type, build(call.getOperands().get(0)), false);
        default:
          throw new Unsupported(
              call.getOperator().getName(), call.getOperator().getName() + " has no evaluator");
      }
    }
    throw new Unsupported("", rex + " has no evaluator");
  }
}
