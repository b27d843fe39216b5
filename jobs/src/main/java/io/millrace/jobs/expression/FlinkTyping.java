package io.millrace.jobs.expression;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.planner.calcite.FlinkPlannerImpl;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.delegation.PlannerContext;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Flink's own validator and converter for single expressions: every type, every implicit conversion
 * and every rewriting comes from the planner's code, so that ours cannot differ. Not thread-safe.
 */
final class FlinkTyping {
  private final PlannerContext context;
  private final FlinkPlannerImpl planner;

  FlinkTyping() {
    TableEnvironmentImpl environment =
        (TableEnvironmentImpl) TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    context = ((PlannerBase) environment.getPlanner()).plannerContext();
    planner = context.createFlinkPlanner();
  }

  /** Whether an unquoted name without parentheses is a function, such as CURRENT_DATE. */
  boolean isFunction(org.apache.calcite.sql.SqlIdentifier identifier) {
    return planner.getOrCreateSqlValidator().makeNullaryCall(identifier) != null;
  }

  /**
   * The typed form of an expression over columns of these names and types; may change {@code node}.
   *
   * @throws RuntimeException whatever Flink and Calcite throw on what they refuse
   */
  RexNode rex(SqlNode node, List<String> names, List<LogicalType> types) {
    RowType row = RowType.of(types.toArray(new LogicalType[0]), names.toArray(new String[0]));
    RelDataType rowType = context.getTypeFactory().buildRelNodeRowType(row);
    return planner.rex(node, rowType, null);
  }
}
