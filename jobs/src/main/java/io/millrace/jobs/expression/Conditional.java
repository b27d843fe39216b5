package io.millrace.jobs.expression;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** CASE, IF, NULLIF and COALESCE. */
final class Conditional {
  private Conditional() {}

  /** CASE: conditions and results in turn, then the result otherwise; all of one form. */
  static final class Case extends Node {
    private final Node[] operands;

    Case(LogicalType type, Node[] operands) {
      super(type);
      this.operands = operands;
    }

    @Override
    boolean eval(RowData row) {
      int last = operands.length - 1;
      for (int i = 0; i < last; i += 2) {
        if (operands[i].eval(row) && operands[i].number != 0) {
          return settle(operands[i + 1], row);
        }
      }
      return settle(operands[last], row);
    }

    private boolean settle(Node result, RowData row) {
      if (!result.eval(row)) {
        return false;
      }
      take(result);
      return true;
    }
  }

  /** COALESCE of operands of one form; Flink evaluates all of them. */
  static final class Coalesce extends Node {
    private final Node[] operands;

    Coalesce(LogicalType type, Node[] operands) {
      super(type);
      this.operands = operands;
    }

    @Override
    boolean eval(RowData row) {
      boolean found = false;
      for (Node operand : operands) {
        boolean known = operand.eval(row);
        if (known && !found) {
          take(operand);
          found = true;
        }
      }
      return found;
    }
  }
}
