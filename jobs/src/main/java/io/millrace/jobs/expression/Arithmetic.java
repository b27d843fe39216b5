package io.millrace.jobs.expression;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.DecimalDataUtils;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * {@code + - * / %} and the sign. Integers wrap around and fail on division by zero; decimals are
 * NULL where they do not fit; both operands are always evaluated.
 */
abstract class Arithmetic extends Node {

  /** Which operation. */
  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    REMAINDER
  }

  final Operator operator;
  final Node left;
  final Node right;

  private Arithmetic(LogicalType type, Operator operator, Node left, Node right) {
    super(type);
    this.operator = operator;
    this.left = left;
    this.right = right;
  }

  /** Whether {@link #of} knows these types. */
  static boolean isOwn(LogicalType type, Operator operator, LogicalType left, LogicalType right) {
    if (isWhole(left) && isWhole(right)) {
      return isWhole(type);
    }
    if (!Types.isNumeric(left) || !Types.isNumeric(right)) {
      return false;
    }
    if (Types.isReal(type)) {
      return operator != Operator.REMAINDER
          || (left.is(type.getTypeRoot()) && right.is(type.getTypeRoot()));
    }
    return Types.isDecimal(type) && !Types.isReal(left) && !Types.isReal(right);
  }

  /** The operation that Flink generates for these types. */
  static Arithmetic of(LogicalType type, Operator operator, Node left, Node right) {
    if (Types.isReal(type)) {
      return new OfReals(type, operator, left, right);
    }
    return Types.isDecimal(type)
        ? new OfDecimals(type, operator, left, right)
        : new OfNumbers(type, operator, left, right);
  }

  private static boolean isWhole(LogicalType type) {
    return Types.isInteger(type) || Types.isInterval(type);
  }

  abstract boolean calculate();

  @Override
  final boolean eval(RowData row) {
    boolean leftKnown = left.eval(row);
    boolean rightKnown = right.eval(row);
    return leftKnown && rightKnown && calculate();
  }

  private static final class OfNumbers extends Arithmetic {
    private OfNumbers(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
    }

    @Override
    boolean calculate() {
      number = Numbers.narrow(apply(left.number, right.number), type);
      return true;
    }

    private long apply(long l, long r) {
      switch (operator) {
        case ADD:
          return l + r;
        case SUBTRACT:
          return l - r;
        case MULTIPLY:
          return l * r;
        case DIVIDE:
          return l / r;
        default:
          return l % r;
      }
    }
  }

  private static final class OfReals extends Arithmetic {
    private final boolean floats;

    private OfReals(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
      floats = Types.isFloat(type);
    }

    @Override
    boolean calculate() {
      real =
          floats
              ? apply(Numbers.toFloat(left), Numbers.toFloat(right))
              : apply(Numbers.toDouble(left), Numbers.toDouble(right));
      return true;
    }

    private float apply(float l, float r) {
      switch (operator) {
        case ADD:
          return l + r;
        case SUBTRACT:
          return l - r;
        case MULTIPLY:
          return l * r;
        case DIVIDE:
          return l / r;
        default:
          return l % r;
      }
    }

    private double apply(double l, double r) {
      switch (operator) {
        case ADD:
          return l + r;
        case SUBTRACT:
          return l - r;
        case MULTIPLY:
          return l * r;
        case DIVIDE:
          return l / r;
        default:
          return l % r;
      }
    }
  }

  /** Exact decimals: in longs where operands, result and its natural scale allow it. */
  private static final class OfDecimals extends Arithmetic {
    private final boolean longs;
    private final long leftFactor;
    private final long rightFactor;
    private final long bound;
    private final int precision;
    private final int scale;

    private OfDecimals(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
      precision = Types.precision(type);
      scale = Types.scale(type);
      int leftScale = Types.scale(left.type);
      int rightScale = Types.scale(right.type);
      boolean sums = operator == Operator.ADD || operator == Operator.SUBTRACT;
      int naturalScale = sums ? Math.max(leftScale, rightScale) : leftScale + rightScale;
      longs =
          form == Form.NUMBER
              && left.form == Form.NUMBER
              && right.form == Form.NUMBER
              && (sums || operator == Operator.MULTIPLY)
              && naturalScale == scale;
      leftFactor = longs && sums ? Numbers.POWERS_OF_TEN[scale - leftScale] : 1;
      rightFactor = longs && sums ? Numbers.POWERS_OF_TEN[scale - rightScale] : 1;
      bound = longs ? Numbers.POWERS_OF_TEN[precision] : 0;
    }

    @Override
    boolean calculate() {
      if (longs && calculateLongs()) {
        return true;
      }
      DecimalData l = Numbers.exact(left);
      DecimalData r = Numbers.exact(right);
      return l != null && r != null && Numbers.leave(this, apply(l, r));
    }

    /** False if some product or sum does not fit, which leaves it to the exact way. */
    private boolean calculateLongs() {
      long l = left.number * leftFactor;
      long r = right.number * rightFactor;
      if (Math.multiplyHigh(left.number, leftFactor) != l >> 63
          || Math.multiplyHigh(right.number, rightFactor) != r >> 63) {
        return false;
      }
      long result;
      switch (operator) {
        case ADD:
          result = l + r;
          if (((l ^ result) & (r ^ result)) < 0) {
            return false;
          }
          break;
        case SUBTRACT:
          result = l - r;
          if (((l ^ r) & (l ^ result)) < 0) {
            return false;
          }
          break;
        default:
          result = l * r;
          if (Math.multiplyHigh(l, r) != result >> 63) {
            return false;
          }
      }
      number = result;
      return result < bound && result > -bound;
    }

    private @Nullable DecimalData apply(DecimalData l, DecimalData r) {
      switch (operator) {
        case ADD:
          return DecimalDataUtils.add(l, r, precision, scale);
        case SUBTRACT:
          return DecimalDataUtils.subtract(l, r, precision, scale);
        case MULTIPLY:
          return DecimalDataUtils.multiply(l, r, precision, scale);
        case DIVIDE:
          return DecimalDataUtils.divide(l, r, precision, scale);
        default:
          return DecimalDataUtils.mod(l, r, precision, scale);
      }
    }
  }

  /** The minus sign, of numbers and intervals. */
  static final class Negative extends Node {
    private final Node operand;

    Negative(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      switch (form) {
        case REAL:
          real = -operand.real;
          return true;
        case NUMBER:
          number = Numbers.narrow(-operand.number, type);
          return true;
        default:
          return Numbers.leave(this, DecimalDataUtils.negate(Numbers.toDecimal(operand)));
      }
    }
  }

  /** ABS of integers and compact decimals; that of the least integer is itself, as in Java. */
  static final class Absolute extends Node {
    private final Node operand;

    Absolute(LogicalType type, Node operand) {
      super(type);
      this.operand = operand;
    }

    @Override
    boolean eval(RowData row) {
      if (!operand.eval(row)) {
        return false;
      }
      number = Numbers.narrow(Math.abs(operand.number), type);
      return true;
    }
  }
}
