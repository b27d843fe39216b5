package io.millrace.jobs.expression;

import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;
import org.apache.flink.table.planner.calcite.FlinkTypeFactory;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the expressions whose value Flink's optimizer changes before any code is generated.
 *
 * <p>Constant floats and strings go through decimal and fixed-length literals, which loses the sign
 * of zero, digits, and what an upper case ß grows by. {@code NOT (x <= y)} becomes {@code x > y},
 * and {@code x < 1 OR x >= 1} becomes {@code x IS NOT NULL}: neither is so where x is NaN. Found by
 * TestExpressionEquivalence.
 */
final class Foldings {
  private Foldings() {}

  static void refuse(RexNode rex) throws Unsupported {
    visit(rex, false);
  }

  private static void visit(RexNode rex, boolean negated) throws Unsupported {
    if (!(rex instanceof RexCall call)) {
      return;
    }
    List<RexNode> operands = call.getOperands();
    if (isFoldedFloatOrString(call)) {
      throw unsupported(call, "is a constant that Flink computes while planning");
    }
    if ((call.getKind() == SqlKind.FLOOR || call.getKind() == SqlKind.CEIL)
        && operands.size() == 1
        && Types.isDecimal(FlinkTypeFactory.toLogicalType(call.getType()))) {
      throw unsupported(call, "has a type that Flink's planner does not keep to");
    }
    if ((isComparison(call) || isCast(call)) && operands.stream().anyMatch(Foldings::isCut)) {
      throw unsupported(call, "takes a cast to CHAR or VARCHAR, which Flink leaves out");
    }
    if (isCast(call)
        && !(operands.get(0) instanceof RexLiteral)
        && Types.isTime(FlinkTypeFactory.toLogicalType(call.getType()))
        && Types.isString(FlinkTypeFactory.toLogicalType(operands.get(0).getType()))
        && foldsToConstant(call)) {
      throw unsupported(call, "is a constant that Flink computes while planning");
    }
    if (isRealIdentity(call)) {
      throw unsupported(call, "changes at most the sign of zero, which Flink leaves out");
    }
    if (isRealOrder(call) && negated) {
      throw unsupported(call, "compares floats under a negation, which Flink turns around");
    }
    if (isComparison(call) && isReal(call) && operands.get(0).equals(operands.get(1))) {
      throw unsupported(call, "compares a float with itself, which Flink folds");
    }
    if (call.getKind() == SqlKind.OR && countRealOrders(call) > 1) {
      throw unsupported(call, "joins ranges of floats, which Flink merges");
    }
    boolean turnsAround = negated;
    switch (call.getKind()) {
      case NOT:
      case IS_FALSE:
      case IS_NOT_TRUE:
      case IS_TRUE:
      case IS_NOT_FALSE:
        turnsAround = true;
        break;
      case CASE:
        // A CASE of truths becomes ANDs, ORs and NOTs.
        turnsAround =
            turnsAround || Types.isBoolean(FlinkTypeFactory.toLogicalType(call.getType()));
        break;
      case AND:
      case OR:
        break;
      default:
        turnsAround = false;
    }
    for (RexNode operand : operands) {
      visit(operand, turnsAround);
    }
  }

  private static Unsupported unsupported(RexCall call, String why) {
    return new Unsupported(call.getOperator().getName(), call + " " + why);
  }

  private static boolean isFoldedFloatOrString(RexCall call) {
    LogicalType type = FlinkTypeFactory.toLogicalType(call.getType());
    if (!Types.isReal(type) && !Types.isString(type) && !Types.isBinary(type)) {
      return false;
    }
    boolean isPlainCast =
        call.getKind() == SqlKind.CAST
            && call.getOperands().get(0) instanceof RexLiteral literal
            && (!Types.isReal(type) || isExact(literal, type));
    return !isPlainCast && foldsToConstant(call);
  }

  private static boolean isCast(RexNode rex) {
    return rex instanceof RexCall call
        && (call.getKind() == SqlKind.CAST || call.getOperator().getName().equals("TRY_CAST"));
  }

  /** Whether it is a cast to a string of limited length; Flink takes some of them for lossless. */
  private static boolean isCut(RexNode rex) {
    LogicalType type = FlinkTypeFactory.toLogicalType(rex.getType());
    return isCast(rex)
        && Types.isString(type)
        && LogicalTypeChecks.getLength(type) < VarCharType.MAX_LENGTH
        && !(((RexCall) rex).getOperands().get(0) instanceof RexLiteral);
  }

  /** Whether a literal is the same number as a float or double. */
  private static boolean isExact(RexLiteral literal, LogicalType type) {
    if (literal.isNull()) {
      return true;
    }
    if (!(literal.getValue() instanceof BigDecimal number)) {
      return false;
    }
    double real = Types.isFloat(type) ? number.floatValue() : number.doubleValue();
    return Double.isFinite(real) && new BigDecimal(real).compareTo(number) == 0;
  }

  /** x + 0, x - 0, x * 1, x / 1: Flink leaves x, and with it the sign of its zero. */
  private static boolean isRealIdentity(RexCall call) {
    switch (call.getKind()) {
      case PLUS:
      case MINUS:
      case TIMES:
      case DIVIDE:
        return Types.isReal(FlinkTypeFactory.toLogicalType(call.getType()))
            && call.getOperands().stream().anyMatch(Foldings::isZeroOrOne);
      default:
        return false;
    }
  }

  private static boolean isZeroOrOne(RexNode rex) {
    if (rex instanceof RexCall call && call.getKind() == SqlKind.CAST) {
      return isZeroOrOne(call.getOperands().get(0));
    }
    return rex instanceof RexLiteral literal
        && literal.getValue() instanceof BigDecimal number
        && (number.signum() == 0 || number.compareTo(BigDecimal.ONE) == 0);
  }

  /** Constant, or with a CASE in it that has the same constant everywhere. */
  private static boolean foldsToConstant(RexNode rex) {
    if (!(rex instanceof RexCall call)) {
      return isConstant(rex);
    }
    List<RexNode> operands = call.getOperands();
    if (call.getKind() != SqlKind.CASE) {
      return operands.stream().allMatch(Foldings::foldsToConstant);
    }
    RexNode last = operands.get(operands.size() - 1);
    for (int i = 1; i < operands.size(); i += 2) {
      if (!operands.get(i).equals(last)) {
        return isConstant(call);
      }
    }
    return foldsToConstant(last);
  }

  /** Whether it reads no column. */
  static boolean isConstant(RexNode rex) {
    boolean[] constant = {true};
    rex.accept(
        new RexVisitorImpl<@Nullable Void>(true) {
          @Override
          public @Nullable Void visitInputRef(RexInputRef reference) {
            constant[0] = false;
            return null;
          }
        });
    return constant[0];
  }

  private static int countRealOrders(RexNode rex) {
    if (!(rex instanceof RexCall call)) {
      return 0;
    }
    int count = isRealOrder(call) ? 1 : 0;
    for (RexNode operand : call.getOperands()) {
      count += countRealOrders(operand);
    }
    return count;
  }

  private static boolean isComparison(RexCall call) {
    return SqlKind.COMPARISON.contains(call.getKind());
  }

  private static boolean isRealOrder(RexCall call) {
    switch (call.getKind()) {
      case LESS_THAN:
      case LESS_THAN_OR_EQUAL:
      case GREATER_THAN:
      case GREATER_THAN_OR_EQUAL:
        return isReal(call);
      default:
        return false;
    }
  }

  private static boolean isReal(RexCall call) {
    for (RexNode operand : call.getOperands()) {
      if (Types.isReal(FlinkTypeFactory.toLogicalType(operand.getType()))) {
        return true;
      }
    }
    return false;
  }
}
