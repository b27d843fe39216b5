package io.millrace.jobs.expression;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** Three-valued logic; the order of evaluation is that of Flink's generated code. */
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

  /** IS [NOT] TRUE and IS [NOT] FALSE. */
  static final class IsTruth extends Node {
    private final Node operand;
    private final boolean truth;
    private final boolean negated;

    IsTruth(LogicalType type, Node operand, boolean truth, boolean negated) {
      super(type);
      this.operand = operand;
      this.truth = truth;
      this.negated = negated;
    }

    @Override
    boolean eval(RowData row) {
      boolean is = operand.eval(row) && (operand.number != 0) == truth;
      number = is != negated ? 1 : 0;
      return true;
    }
  }

  /** NOT. */
  static final class Not extends Node {
    private final Node operand;

    Not(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = operand.number ^ 1;
      return true;
    }
  }

  /** AND of any number of operands: the first FALSE decides, later ones are not looked at. */
  static final class And extends Node {
    private final Node[] operands;

    And(LogicalType type, Node[] operands) {
      super(type);
      this.operands = operands;
    }

    @Override
    boolean eval(RowData row) {
      boolean known = true;
      for (Node operand : operands) {
        if (!operand.eval(row)) {
          known = false;
        } else if (operand.number == 0) {
          number = 0;
          return true;
        }
      }
      number = 1;
      return known;
    }
  }

  /** OR of any number of operands: the first TRUE decides, later ones are not looked at. */
  static final class Or extends Node {
    private final Node[] operands;

    Or(LogicalType type, Node[] operands) {
      super(type);
      this.operands = operands;
    }

    @Override
    boolean eval(RowData row) {
      boolean known = true;
      for (Node operand : operands) {
        if (!operand.eval(row)) {
          known = false;
        } else if (operand.number != 0) {
          number = 1;
          return true;
        }
      }
      number = 0;
      return known;
    }
  }

  /** IS [NOT] DISTINCT FROM, on top of an equality that leaves both operands evaluated. */
  static final class IsDistinct extends Node {
    private final Comparison equality;
    private final boolean negated;

    IsDistinct(LogicalType type, Comparison equality, boolean negated) {
      super(type);
      this.equality = equality;
      this.negated = negated;
    }

    @Override
    boolean eval(RowData row) {
      boolean distinct =
          equality.eval(row) ? equality.number == 0 : equality.leftKnown != equality.rightKnown;
      number = distinct != negated ? 1 : 0;
      return true;
    }
  }
}
