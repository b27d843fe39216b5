package io.millrace.jobs.expression;

import io.millrace.jobs.expression.Node.Form;
import java.util.List;
import java.util.Map;
import org.apache.calcite.avatica.util.TimeUnitRange;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.planner.calcite.FlinkTypeFactory;
import org.apache.flink.table.planner.plan.utils.RexLiteralUtil;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/**
 * Turns a typed expression into evaluators: our own where there is one, Flink's generated code for
 * every part that has none.
 */
final class NodeBuilder {
  private static final Map<TimeUnitRange, Long> MILLIS =
      Map.of(
          TimeUnitRange.SECOND, 1_000L,
          TimeUnitRange.MINUTE, 60_000L,
          TimeUnitRange.HOUR, 3_600_000L,
          TimeUnitRange.DAY, 86_400_000L);

  private static final GenericRowData NO_ROW = new GenericRowData(0);

  private final Scope scope;
  private final FlinkCode code;
  private int generatedParts;

  NodeBuilder(Scope scope, FlinkCode code) {
    this.scope = scope;
    this.code = code;
  }

  Node build(RexNode rex) throws Unsupported {
    Node node = own(rex);
    if (node == null) {
      generatedParts++;
      node = code.generate(rex, type(rex));
    }
    return rex instanceof RexCall && Foldings.isConstant(rex) ? fold(node) : node;
  }

  /** What a constant expression comes to; one that fails shall fail when a row needs it. */
  private static Node fold(Node node) {
    if (node.form == Form.OBJECT) {
      return node;
    }
    try {
      return Constant.of(node, NO_ROW);
    } catch (RuntimeException e) {
      return node;
    }
  }

  /** How many parts have been left to Flink's generated code. */
  int generatedParts() {
    return generatedParts;
  }

  private @Nullable Node own(RexNode rex) throws Unsupported {
    if (rex instanceof RexInputRef reference) {
      Column column = scope.columns().get(reference.getIndex());
      return new ColumnNode(column.type(), column.position());
    }
    if (rex instanceof RexLiteral literal) {
      return constant(literal);
    }
    return rex instanceof RexCall call ? call(call) : null;
  }

  private static LogicalType type(RexNode rex) {
    return FlinkTypeFactory.toLogicalType(rex.getType());
  }

  private static @Nullable Constant constant(RexLiteral literal) {
    LogicalType type = type(literal);
    if (literal.isNull()) {
      return new Constant(type, null);
    }
    if (Types.form(type) == Form.OBJECT && !Types.isDecimal(type)) {
      return null;
    }
    Tuple2<Object, LogicalType> value = RexLiteralUtil.toFlinkInternalValue(literal);
    return new Constant(type, value.f0);
  }

  private @Nullable Node call(RexCall call) throws Unsupported {
    LogicalType type = type(call);
    switch (call.getKind()) {
      case IS_NULL:
        return new Logic.IsNull(type, operand(call, 0), true);
      case IS_NOT_NULL:
        return new Logic.IsNull(type, operand(call, 0), false);
      case IS_TRUE:
        return new Logic.IsTruth(type, operand(call, 0), true, false);
      case IS_NOT_TRUE:
        return new Logic.IsTruth(type, operand(call, 0), true, true);
      case IS_FALSE:
        return new Logic.IsTruth(type, operand(call, 0), false, false);
      case IS_NOT_FALSE:
        return new Logic.IsTruth(type, operand(call, 0), false, true);
      case NOT:
        return new Logic.Not(type, operand(call, 0));
      case AND:
        return new Logic.And(type, operands(call));
      case OR:
        return new Logic.Or(type, operands(call));
      case EQUALS:
        return comparison(call, type, Comparison.Operator.EQUAL);
      case NOT_EQUALS:
        return comparison(call, type, Comparison.Operator.NOT_EQUAL);
      case LESS_THAN:
        return comparison(call, type, Comparison.Operator.LESS);
      case LESS_THAN_OR_EQUAL:
        return comparison(call, type, Comparison.Operator.LESS_OR_EQUAL);
      case GREATER_THAN:
        return comparison(call, type, Comparison.Operator.GREATER);
      case GREATER_THAN_OR_EQUAL:
        return comparison(call, type, Comparison.Operator.GREATER_OR_EQUAL);
      case IS_DISTINCT_FROM:
      case IS_NOT_DISTINCT_FROM:
        Comparison equality = comparison(call, type, Comparison.Operator.EQUAL);
        return equality == null
            ? null
            : new Logic.IsDistinct(type, equality, call.getKind() == SqlKind.IS_NOT_DISTINCT_FROM);
      case PLUS:
        return sum(call, type, 1);
      case MINUS:
        return sum(call, type, -1);
      case TIMES:
        return arithmetic(call, type, Arithmetic.Operator.MULTIPLY);
      case DIVIDE:
        return arithmetic(call, type, Arithmetic.Operator.DIVIDE);
      case MOD:
        return arithmetic(call, type, Arithmetic.Operator.REMAINDER);
      case MINUS_PREFIX:
        return sameRoot(type, type(call.getOperands().get(0)))
            ? new Arithmetic.Negative(type, operand(call, 0))
            : null;
      case CASE:
        return cases(call, type);
      case CAST:
        return cast(type, call.getOperands().get(0), false);
      case FLOOR:
        return round(call, type, false);
      case CEIL:
        return round(call, type, true);
      case EXTRACT:
        return extract(call, type);
      case LIKE:
        return like(call, type);
      case TRIM:
        return trim(call, type);
      default:
        return function(call, type);
    }
  }

  private @Nullable Node function(RexCall call, LogicalType type) throws Unsupported {
    boolean onString =
        !call.getOperands().isEmpty() && Types.isString(type(call.getOperands().get(0)));
    switch (call.getOperator().getName()) {
      case "TRY_CAST":
        return cast(type, call.getOperands().get(0), true);
      case "COALESCE":
        return coalesce(call, type);
      case "IF":
        return cases(call, type);
      case "ABS":
        return sameRoot(type, type(call.getOperands().get(0))) && Types.form(type) == Form.NUMBER
            ? new Arithmetic.Absolute(type, operand(call, 0))
            : null;
      case "UPPER":
        return onString ? new Strings.ChangeCase(type, operand(call, 0), true) : null;
      case "LOWER":
        return onString ? new Strings.ChangeCase(type, operand(call, 0), false) : null;
      case "CHAR_LENGTH":
      case "CHARACTER_LENGTH":
        return onString ? new Strings.CharLength(type, operand(call, 0)) : null;
      case "SUBSTRING":
      case "SUBSTR":
        return substring(call, type);
      case "||":
      case "CONCAT":
        return concat(call, type);
      default:
        return null;
    }
  }

  private Node operand(RexCall call, int index) throws Unsupported {
    return build(call.getOperands().get(index));
  }

  private Node[] operands(RexCall call) throws Unsupported {
    Node[] nodes = new Node[call.getOperands().size()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = operand(call, i);
    }
    return nodes;
  }

  private static boolean sameRoot(LogicalType left, LogicalType right) {
    return left.getTypeRoot() == right.getTypeRoot();
  }

  private @Nullable Comparison comparison(
      RexCall call, LogicalType type, Comparison.Operator operator) throws Unsupported {
    RexNode left = call.getOperands().get(0);
    RexNode right = call.getOperands().get(1);
    if (Comparison.isOwn(type(left), type(right))) {
      return Comparison.of(type, operator, build(left), build(right));
    }
    if (Types.isTime(type(left)) && right instanceof RexLiteral) {
      Constant time = time(right, type(left));
      return time == null ? null : Comparison.of(type, operator, build(left), time);
    }
    if (Types.isTime(type(right)) && left instanceof RexLiteral) {
      Constant time = time(left, type(right));
      return time == null ? null : Comparison.of(type, operator, time, build(right));
    }
    return null;
  }

  /** The instant or day that a string literal names when it is compared with one; or null. */
  private @Nullable Constant time(RexNode literal, LogicalType type) throws Unsupported {
    if (!Types.isString(type(literal)) || text(literal) == null) {
      return null;
    }
    Node parsed = fold(Casts.of(type, build(literal), false));
    return parsed instanceof Constant constant && !constant.isNull() ? constant : null;
  }

  private @Nullable Node arithmetic(RexCall call, LogicalType type, Arithmetic.Operator operator)
      throws Unsupported {
    return Arithmetic.isOwn(
            type, operator, type(call.getOperands().get(0)), type(call.getOperands().get(1)))
        ? orNull(Arithmetic.of(type, operator, operand(call, 0), operand(call, 1)))
        : null;
  }

  /** Flink does not look at the other operand of a NULL. */
  private static Node orNull(Arithmetic node) {
    return node.left instanceof Constant left && left.isNull()
            || node.right instanceof Constant right && right.isNull()
        ? new Constant(node.type, null)
        : node;
  }

  /** Addition or, with sign -1, subtraction: of numbers, or of an interval to a time. */
  private @Nullable Node sum(RexCall call, LogicalType type, int sign) throws Unsupported {
    if (call.getOperands().size() != 2) {
      return null;
    }
    LogicalType left = type(call.getOperands().get(0));
    LogicalType right = type(call.getOperands().get(1));
    boolean onTimestamp = Types.form(left) == Form.TIMESTAMP && sameRoot(left, type);
    if (onTimestamp && right.is(LogicalTypeRoot.INTERVAL_DAY_TIME)) {
      return new Temporal.PlusMillis(type, operand(call, 0), operand(call, 1), sign);
    }
    boolean onDate = left.is(LogicalTypeRoot.DATE) && sameRoot(left, type);
    if ((onTimestamp || onDate) && right.is(LogicalTypeRoot.INTERVAL_YEAR_MONTH)) {
      return new Temporal.PlusMonths(type, operand(call, 0), operand(call, 1), sign);
    }
    return arithmetic(
        call, type, sign > 0 ? Arithmetic.Operator.ADD : Arithmetic.Operator.SUBTRACT);
  }

  /** A cast, or the operand itself where it is a NULL or needs none; null if there is none. */
  private @Nullable Node cast(LogicalType to, RexNode operand, boolean tries) throws Unsupported {
    if (operand instanceof RexLiteral literal && literal.isNull()) {
      return new Constant(to, null);
    }
    return Casts.has(type(operand), to) ? Casts.of(to, build(operand), tries) : null;
  }

  private @Nullable Node cases(RexCall call, LogicalType type) throws Unsupported {
    List<RexNode> operands = call.getOperands();
    Node[] nodes = new Node[operands.size()];
    int last = nodes.length - 1;
    for (int i = 0; i <= last; i++) {
      boolean isCondition = i < last && i % 2 == 0;
      Node node = isCondition ? build(operands.get(i)) : cast(type, operands.get(i), true);
      if (node == null) {
        return null;
      }
      nodes[i] = node;
    }
    return new Conditional.Case(type, nodes);
  }

  private @Nullable Node coalesce(RexCall call, LogicalType type) throws Unsupported {
    for (RexNode operand : call.getOperands()) {
      if (!Casts.isIdentity(type(operand), type)) {
        return null;
      }
    }
    return new Conditional.Coalesce(type, operands(call));
  }

  private @Nullable Node round(RexCall call, LogicalType type, boolean up) throws Unsupported {
    if (call.getOperands().size() != 2 || !Types.isTimestamp(type(call.getOperands().get(0)))) {
      return null;
    }
    TimeUnitRange unit = symbol(call.getOperands().get(1), TimeUnitRange.class);
    if (unit == null) {
      return null;
    }
    Long millis = MILLIS.get(unit);
    if (millis != null) {
      return new Temporal.RoundToMillis(type, operand(call, 0), millis, up);
    }
    switch (unit) {
      case WEEK:
      case MONTH:
      case QUARTER:
      case YEAR:
        return new Temporal.RoundToCalendar(type, operand(call, 0), unit, up);
      default:
        return null;
    }
  }

  private @Nullable Node extract(RexCall call, LogicalType type) throws Unsupported {
    LogicalType from = type(call.getOperands().get(1));
    boolean onTimestamp = Types.isTimestamp(from);
    TimeUnitRange unit = symbol(call.getOperands().get(0), TimeUnitRange.class);
    if (unit == null || !(onTimestamp || from.is(LogicalTypeRoot.DATE))) {
      return null;
    }
    switch (unit) {
      case YEAR:
      case QUARTER:
      case MONTH:
      case WEEK:
      case DAY:
      case DOW:
      case DOY:
        return new Temporal.CalendarField(type, operand(call, 1), unit);
      case HOUR:
        return onTimestamp ? clock(call, type, 86_400_000L, 3_600_000L) : null;
      case MINUTE:
        return onTimestamp ? clock(call, type, 3_600_000L, 60_000L) : null;
      case SECOND:
        return onTimestamp ? clock(call, type, 60_000L, 1_000L) : null;
      default:
        return null;
    }
  }

  private Node clock(RexCall call, LogicalType type, long cycle, long unit) throws Unsupported {
    return new Temporal.ClockField(type, operand(call, 1), cycle, unit);
  }

  private static <E extends Enum<E>> @Nullable E symbol(RexNode rex, Class<E> kind) {
    return rex instanceof RexLiteral literal && kind.isInstance(literal.getValue())
        ? kind.cast(literal.getValue())
        : null;
  }

  private @Nullable Node like(RexCall call, LogicalType type) throws Unsupported {
    if (call.getOperands().size() != 2 || !Types.isString(type(call.getOperands().get(0)))) {
      return null;
    }
    String pattern = text(call.getOperands().get(1));
    if (pattern == null || pattern.contains("_")) {
      return null;
    }
    boolean openStart = pattern.startsWith("%");
    boolean openEnd = pattern.length() > 1 && pattern.endsWith("%");
    String part =
        pattern.substring(openStart ? 1 : 0, openEnd ? pattern.length() - 1 : pattern.length());
    return part.isEmpty() || part.contains("%")
        ? null
        : new Strings.Like(type, operand(call, 0), part, openStart, openEnd);
  }

  private @Nullable Node trim(RexCall call, LogicalType type) throws Unsupported {
    SqlTrimFunction.Flag flag = symbol(call.getOperands().get(0), SqlTrimFunction.Flag.class);
    if (flag == null || !" ".equals(text(call.getOperands().get(1)))) {
      return null;
    }
    return new Strings.Trim(
        type,
        operand(call, 2),
        flag != SqlTrimFunction.Flag.TRAILING,
        flag != SqlTrimFunction.Flag.LEADING);
  }

  private @Nullable Node substring(RexCall call, LogicalType type) throws Unsupported {
    List<RexNode> operands = call.getOperands();
    boolean fits = Types.isString(type(operands.get(0)));
    for (RexNode number : operands.subList(1, operands.size())) {
      fits &= type(number).is(LogicalTypeRoot.INTEGER);
    }
    return fits
        ? new Strings.Substring(
            type, operand(call, 0), operand(call, 1), operands.size() > 2 ? operand(call, 2) : null)
        : null;
  }

  private @Nullable Node concat(RexCall call, LogicalType type) throws Unsupported {
    for (RexNode operand : call.getOperands()) {
      if (!Types.isString(type(operand))) {
        return null;
      }
    }
    return new Strings.Concat(type, operands(call));
  }

  private static @Nullable String text(RexNode rex) {
    return rex instanceof RexLiteral literal && !literal.isNull() && Types.isString(type(rex))
        ? literal.getValueAs(String.class)
        : null;
  }
}
