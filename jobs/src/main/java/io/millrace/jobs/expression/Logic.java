package io.millrace.jobs.expression;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** Three-valued logic. */
final class Logic {
  private Logic() {}

  /** IS NULL and IS NOT NULL. */
  static final class IsNull extends Node {
    private final Node operand;
    private final boolean expected;

    IsNull(LogicalType type, Node operand, boolean expected) {
      super(type);
      this.operand = operand;
      this.expected = expected;
    }

    @Override
    boolean eval(RowData row) {
      boolean isNull =
          operand instanceof ColumnNode column ? row.isNullAt(column.field) : !operand.eval(row);
      number = isNull == expected ? 1 : 0;
      return true;
    }
  }
}
