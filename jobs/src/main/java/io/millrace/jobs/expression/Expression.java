package io.millrace.jobs.expression;

import io.millrace.delta.row.FlatRow;
import java.io.Serializable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * A scalar expression over one row.
 *
 * <p>The result lies in the target only until the next evaluation of the same expression: its bytes
 * may belong to the row that was read or to the expression. Used by one thread; every subtask
 * deserializes its own. A failing evaluation (division by zero, a cast that cannot be) throws, as
 * it does in Flink.
 */
public interface Expression extends Serializable {

  /** The type of the result, nullability included, as Flink's planner derives it. */
  LogicalType type();

  /**
   * Evaluates over a row whose fields lie as the {@link Scope} said, and sets one field of the
   * target, which has {@link #type()}. The target may not be the row itself.
   */
  void evaluate(RowData row, FlatRow target, int position);
}
