package io.millrace.jobs.expression;

import java.util.Arrays;
import org.apache.flink.table.data.DecimalDataUtils;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * The six comparisons. Both operands are evaluated, also when the first is NULL, because Flink's
 * code does so and the second may fail.
 */
abstract class Comparison extends Node {

  /** Which comparison. */
  enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    boolean accepts(int order) {
      switch (this) {
        case EQUAL:
          return order == 0;
        case NOT_EQUAL:
          return order != 0;
        case LESS:
          return order < 0;
        case LESS_OR_EQUAL:
          return order <= 0;
        case GREATER:
          return order > 0;
        default:
          return order >= 0;
      }
    }
  }

  final Operator operator;
  final Node left;
  final Node right;
  transient boolean leftKnown;
  transient boolean rightKnown;

  private Comparison(LogicalType type, Operator operator, Node left, Node right) {
    super(type);
    this.operator = operator;
    this.left = left;
    this.right = right;
  }

  /** Whether {@link #of} knows these types. */
  static boolean isOwn(LogicalType left, LogicalType right) {
    if ((Types.isNumeric(left) && Types.isNumeric(right))
        || (Types.isString(left) && Types.isString(right))
        || (Types.isBinary(left) && Types.isBinary(right))) {
      return true;
    }
    return left.getTypeRoot() == right.getTypeRoot()
        && !Types.isNumeric(left)
        && Types.form(left) != Form.OBJECT;
  }

  /** The comparison that Flink generates for these types, or null where it has no fast form. */
  static @Nullable Comparison of(LogicalType type, Operator operator, Node left, Node right) {
    LogicalType l = left.type;
    LogicalType r = right.type;
    if (Types.isNumeric(l) && Types.isNumeric(r)) {
      if (Types.isDecimal(l) || Types.isDecimal(r)) {
        return new OfDecimals(type, operator, left, right);
      }
      return Types.isReal(l) || Types.isReal(r)
          ? new OfReals(type, operator, left, right)
          : new OfNumbers(type, operator, left, right);
    }
    if (Types.isString(l) && Types.isString(r)) {
      // Flink orders computed strings by UTF-16, stored ones by UTF-8: only the latter is ours.
      boolean equality = operator == Operator.EQUAL || operator == Operator.NOT_EQUAL;
      return equality || left instanceof ColumnNode || right instanceof ColumnNode
          ? new OfBytes(type, operator, left, right)
          : null;
    }
    if (Types.isBinary(l) && Types.isBinary(r)) {
      return new OfBytes(type, operator, left, right);
    }
    return left.form == Form.TIMESTAMP
        ? new OfTimestamps(type, operator, left, right)
        : new OfNumbers(type, operator, left, right);
  }

  abstract boolean holds();

  @Override
  final boolean eval(RowData row) {
    leftKnown = left.eval(row);
    rightKnown = right.eval(row);
    if (!leftKnown || !rightKnown) {
      return false;
    }
    number = holds() ? 1 : 0;
    return true;
  }

  private static final class OfNumbers extends Comparison {
    private OfNumbers(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
    }

    @Override
    boolean holds() {
      return operator.accepts(Long.compare(left.number, right.number));
    }
  }

  /** By Java's promotion: as doubles if one is a double, else as floats; NaN equals nothing. */
  private static final class OfReals extends Comparison {
    private final boolean floats;

    private OfReals(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
      floats =
          (Types.isFloat(left.type) || Types.isInteger(left.type))
              && (Types.isFloat(right.type) || Types.isInteger(right.type));
    }

    @Override
    boolean holds() {
      double l = floats ? Numbers.toFloat(left) : Numbers.toDouble(left);
      double r = floats ? Numbers.toFloat(right) : Numbers.toDouble(right);
      switch (operator) {
        case EQUAL:
          return l == r;
        case NOT_EQUAL:
          return l != r;
        case LESS:
          return l < r;
        case LESS_OR_EQUAL:
          return l <= r;
        case GREATER:
          return l > r;
        default:
          return l >= r;
      }
    }
  }

  /** By value, whatever the scales; with a float or double, as doubles (and NaN is greatest). */
  private static final class OfDecimals extends Comparison {
    private final boolean longs;
    private final int leftScale;
    private final int rightScale;

    private OfDecimals(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
      longs = left.form == Form.NUMBER && right.form == Form.NUMBER;
      leftScale = longs ? Types.scale(left.type) : 0;
      rightScale = longs ? Types.scale(right.type) : 0;
    }

    @Override
    boolean holds() {
      return operator.accepts(longs ? compareLongs() : compareObjects());
    }

    private int compareLongs() {
      if (leftScale == rightScale) {
        return Long.compare(left.number, right.number);
      }
      return leftScale > rightScale
          ? -compareScaled(right.number, leftScale - rightScale, left.number)
          : compareScaled(left.number, rightScale - leftScale, right.number);
    }

    /** Compares value times 10 to the power with other; a product beyond long is beyond other. */
    private static int compareScaled(long value, int power, long other) {
      long factor = Numbers.POWERS_OF_TEN[power];
      long product = value * factor;
      long high = Math.multiplyHigh(value, factor);
      return high == product >> 63 ? Long.compare(product, other) : Long.signum(value);
    }

    private int compareObjects() {
      if (Types.isReal(left.type)) {
        return DecimalDataUtils.compare(left.real, Numbers.toDecimal(right));
      }
      if (Types.isReal(right.type)) {
        return DecimalDataUtils.compare(Numbers.toDecimal(left), right.real);
      }
      if (Types.isInteger(left.type)) {
        return DecimalDataUtils.compare(left.number, Numbers.toDecimal(right));
      }
      if (Types.isInteger(right.type)) {
        return DecimalDataUtils.compare(Numbers.toDecimal(left), right.number);
      }
      return DecimalDataUtils.compare(Numbers.toDecimal(left), Numbers.toDecimal(right));
    }
  }

  private static final class OfTimestamps extends Comparison {
    private OfTimestamps(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
    }

    @Override
    boolean holds() {
      int order = Long.compare(left.number, right.number);
      return operator.accepts(order != 0 ? order : Integer.compare(left.nanos, right.nanos));
    }
  }

  /** Strings and binaries by their unsigned bytes. */
  private static final class OfBytes extends Comparison {
    private OfBytes(LogicalType type, Operator operator, Node left, Node right) {
      super(type, operator, left, right);
    }

    @Override
    boolean holds() {
      if (operator == Operator.EQUAL) {
        return same();
      }
      if (operator == Operator.NOT_EQUAL) {
        return !same();
      }
      return operator.accepts(
          Arrays.compareUnsigned(
              left.buffer,
              left.offset,
              left.offset + left.length,
              right.buffer,
              right.offset,
              right.offset + right.length));
    }

    private boolean same() {
      return left.length == right.length
          && Arrays.equals(
              left.buffer,
              left.offset,
              left.offset + left.length,
              right.buffer,
              right.offset,
              right.offset + right.length);
    }
  }
}
