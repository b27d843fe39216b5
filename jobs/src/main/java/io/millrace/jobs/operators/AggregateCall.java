package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.RowLayout;
import io.millrace.delta.row.RowLayout.Slot;
import java.io.Serializable;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeMerging;

/**
 * One aggregate function over a column, as SQL and Flink define it: COUNT(x), SUM, MIN, MAX and AVG
 * skip NULL; all but the counts are NULL over no value. SUM of whole numbers wraps around in the
 * type of the column, AVG of whole numbers is that sum divided by the count and cut off; decimals
 * are exact, and NULL where the result does not fit its type.
 *
 * @param name name of the result column
 * @param input position of the column, or {@link #NO_INPUT} for COUNT(*)
 * @param type type of the result, as {@link #resultType} says
 */
public record AggregateCall(String name, Kind kind, int input, LogicalType type)
    implements Serializable {
  /** The functions. */
  public enum Kind {
    COUNT_STAR,
    COUNT,
    SUM,
    MIN,
    MAX,
    AVG
  }

  /** {@link #input} of a function that reads no column. */
  public static final int NO_INPUT = -1;

  public AggregateCall {
    requireNonNull(name, "name is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(type, "type is null");
    if ((kind == Kind.COUNT_STAR) != (input == NO_INPUT)) {
      throw new IllegalArgumentException(kind + " over column " + input);
    }
  }

  /** COUNT(*). */
  public static AggregateCall countStar(String name) {
    return new AggregateCall(name, Kind.COUNT_STAR, NO_INPUT, new BigIntType(false));
  }

  /**
   * A function over a column of this type, with the result type of a query that has a GROUP BY.
   *
   * @throws MillraceException TYPE_UNSUPPORTED where {@link #supports} is false
   */
  public static AggregateCall of(String name, Kind kind, int input, LogicalType inputType) {
    if (!supports(kind, inputType)) {
      throw new MillraceException(
          ErrorCode.TYPE_UNSUPPORTED,
          kind + " over type " + inputType.asSummaryString() + " is not one of our aggregates",
          "Let Flink's planner run this query.");
    }
    return new AggregateCall(name, kind, input, resultType(kind, inputType));
  }

  /** Whether the function exists here for columns of this type. */
  public static boolean supports(Kind kind, LogicalType inputType) {
    switch (kind) {
      case COUNT_STAR:
      case COUNT:
        return true;
      case SUM:
      case AVG:
        return isNumeric(inputType.getTypeRoot());
      default:
        Slot slot = RowLayout.slotOf(inputType);
        return slot == Slot.LONG || slot == Slot.TIMESTAMP;
    }
  }

  private static boolean isNumeric(LogicalTypeRoot root) {
    switch (root) {
      case TINYINT:
      case SMALLINT:
      case INTEGER:
      case BIGINT:
      case FLOAT:
      case DOUBLE:
      case DECIMAL:
        return true;
      default:
        return false;
    }
  }

  /** What Flink's planner gives as the type, in a query that has a GROUP BY. */
  public static LogicalType resultType(Kind kind, LogicalType inputType) {
    switch (kind) {
      case COUNT_STAR:
      case COUNT:
        return new BigIntType(false);
      case SUM:
        return LogicalTypeMerging.findSumAggType(inputType);
      case AVG:
        return LogicalTypeMerging.findAvgAggType(inputType);
      default:
        return inputType;
    }
  }
}
