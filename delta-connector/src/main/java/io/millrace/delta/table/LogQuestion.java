package io.millrace.delta.table;

import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.source.LogAggregates.Aggregate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.expressions.AggregateExpression;
import org.apache.flink.table.expressions.FieldReferenceExpression;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/**
 * What the planner wants to know of a table as a whole, as a question to its log.
 *
 * @param groups columns by whose values the answer is divided
 * @param wanted aggregates, in order
 */
record LogQuestion(List<ColumnRef> groups, List<Aggregate> wanted) {

  /**
   * @param columns that the scan produces, metadata columns come after them
   * @param grouping of these, by index
   * @param produced columns of the answer
   * @return empty if it is none for a log
   */
  static Optional<LogQuestion> of(
      List<DeltaTableSource.Column> columns,
      int[] grouping,
      List<AggregateExpression> aggregates,
      RowType produced) {
    if (grouping.length + aggregates.size() != produced.getFieldCount()) {
      return Optional.empty();
    }
    List<ColumnRef> groups = new ArrayList<>();
    for (int index : grouping) {
      if (index >= columns.size() || !same(columns.get(index), produced, groups.size())) {
        return Optional.empty();
      }
      groups.add(columns.get(index).reference());
    }
    List<Aggregate> wanted = new ArrayList<>();
    for (AggregateExpression expression : aggregates) {
      Optional<Aggregate> aggregate =
          aggregate(columns, expression, produced, grouping.length + wanted.size());
      if (aggregate.isEmpty()) {
        return Optional.empty();
      }
      wanted.add(aggregate.get());
    }
    // Where only something is counted, the planner passes over what it computes between scan and
    // count: COUNT(NULLIF(a, 1)) looks like COUNT(a), GROUP BY UPPER(p) like GROUP BY p.
    boolean certain = wanted.stream().anyMatch(Aggregate.Extreme.class::isInstance);
    boolean rowsOnly = wanted.stream().allMatch(Aggregate.Rows.class::isInstance);
    return certain || (rowsOnly && groups.isEmpty())
        ? Optional.of(new LogQuestion(groups, wanted))
        : Optional.empty();
  }

  private static boolean same(DeltaTableSource.Column column, RowType produced, int index) {
    LogicalType type = produced.getTypeAt(index);
    return column.type().copy(true).equals(type.copy(true));
  }

  private static Optional<Aggregate> aggregate(
      List<DeltaTableSource.Column> columns,
      AggregateExpression expression,
      RowType produced,
      int index) {
    if (expression.isDistinct()
        || expression.isApproximate()
        || expression.getFilterExpression().isPresent()
        || expression.getArgs().size() > 1) {
      return Optional.empty();
    }
    String function = function(expression.getFunctionDefinition());
    if (expression.getArgs().isEmpty()) {
      return function.equals("Count1AggFunction")
              && produced.getTypeAt(index).is(LogicalTypeRoot.BIGINT)
          ? Optional.of(new Aggregate.Rows())
          : Optional.empty();
    }
    FieldReferenceExpression argument = expression.getArgs().get(0);
    if (argument.getFieldIndex() >= columns.size()) {
      return Optional.empty();
    }
    DeltaTableSource.Column column = columns.get(argument.getFieldIndex());
    return switch (function) {
      case "CountAggFunction" ->
          produced.getTypeAt(index).is(LogicalTypeRoot.BIGINT)
              ? Optional.of(new Aggregate.Values(column.reference()))
              : Optional.empty();
      case "MinAggFunction", "MaxAggFunction" ->
          same(column, produced, index)
              ? Optional.of(
                  new Aggregate.Extreme(column.reference(), function.equals("MaxAggFunction")))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** The planner's classes are not ours to link to: they have a class loader of their own. */
  private static String function(FunctionDefinition definition) {
    Class<?> type = definition.getClass();
    // Minima and maxima have a class for every type, within the one that says what they are.
    Class<?> outer = type.getEnclosingClass();
    Class<?> named = outer == null ? type : outer;
    return named.getPackageName().equals("org.apache.flink.table.planner.functions.aggfunctions")
        ? named.getSimpleName()
        : "";
  }
}
