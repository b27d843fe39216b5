package io.millrace.jobs.expression;

import java.util.Optional;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeMerging;

/** The result types of aggregate functions, as Flink's planner derives them. Stateless. */
public final class TypeRules {
  private TypeRules() {}

  /** COUNT of anything, with or without DISTINCT. */
  public static LogicalType count() {
    return new BigIntType(false);
  }

  /**
   * The type of an aggregate.
   *
   * @param argument type of what is aggregated
   * @param grouped whether there is a GROUP BY: without one, no row at all gives NULL, but for
   *     COUNT
   * @return empty if Flink does not aggregate such values
   */
  public static Optional<LogicalType> aggregate(
      Aggregate function, LogicalType argument, boolean grouped) {
    boolean nullable = argument.isNullable() || !grouped;
    switch (function) {
      case COUNT:
        return Optional.of(count());
      case SUM:
        return argument.is(LogicalTypeFamily.NUMERIC)
            ? Optional.of(LogicalTypeMerging.findSumAggType(argument).copy(nullable))
            : Optional.empty();
      case AVG:
        return argument.is(LogicalTypeFamily.NUMERIC)
            ? Optional.of(LogicalTypeMerging.findAvgAggType(argument).copy(nullable))
            : Optional.empty();
      default:
        return isOrdered(argument) ? Optional.of(argument.copy(nullable)) : Optional.empty();
    }
  }

  private static boolean isOrdered(LogicalType type) {
    return type.isAnyOf(
            LogicalTypeFamily.NUMERIC,
            LogicalTypeFamily.CHARACTER_STRING,
            LogicalTypeFamily.BINARY_STRING,
            LogicalTypeFamily.DATETIME)
        || type.is(LogicalTypeRoot.BOOLEAN);
  }
}
