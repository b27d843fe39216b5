package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.ObjectName;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexLocalRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexPatternFieldRef;
import org.apache.calcite.rex.RexRangeRef;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexTableInputRef;
import org.apache.calcite.rex.RexVisitor;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.flink.table.catalog.ContextResolvedFunction;
import org.apache.flink.table.functions.BuiltInFunctionDefinition;
import org.apache.flink.table.planner.functions.bridging.BridgingSqlAggFunction;
import org.apache.flink.table.planner.functions.bridging.BridgingSqlFunction;
import org.apache.flink.table.planner.functions.sql.FlinkSqlOperatorTable;
import org.apache.flink.table.planner.functions.utils.AggSqlFunction;
import org.apache.flink.table.planner.functions.utils.ScalarSqlFunction;
import org.apache.flink.table.planner.functions.utils.TableSqlFunction;

/**
 * Origins of the value of an expression over one row. An expression of a kind that is not listed
 * here may hold everything that is within its reach.
 */
final class ExpressionWalk implements RexVisitor<Set<ColumnOrigin>> {
  private final List<Set<ColumnOrigin>> row;
  private final Correlations correlations;
  private final RelationWalk relations;
  private final Gathered gathered;

  /**
   * An expression walk.
   *
   * @param row origins of the fields that input references count
   * @param correlations rows of outer queries, and this one under the variables that its node sets
   */
  ExpressionWalk(
      List<Set<ColumnOrigin>> row,
      Correlations correlations,
      RelationWalk relations,
      Gathered gathered) {
    this.row = row;
    this.correlations = correlations;
    this.relations = relations;
    this.gathered = gathered;
  }

  Set<ColumnOrigin> origins(RexNode expression) {
    return expression.accept(this);
  }

  Set<ColumnOrigin> origins(Collection<? extends RexNode> expressions) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    for (RexNode expression : expressions) {
      all.addAll(expression.accept(this));
    }
    return all;
  }

  @Override
  public Set<ColumnOrigin> visitInputRef(RexInputRef reference) {
    // The planner leaves an argument of VECTOR_SEARCH that is a field of the outer row as a bare
    // number, and the function's own row has no fields.
    return reference.getIndex() < row.size()
        ? row.get(reference.getIndex())
        : unknown("expression " + reference);
  }

  @Override
  public Set<ColumnOrigin> visitPatternFieldRef(RexPatternFieldRef reference) {
    return visitInputRef(reference);
  }

  @Override
  public Set<ColumnOrigin> visitLiteral(RexLiteral literal) {
    return Set.of();
  }

  @Override
  public Set<ColumnOrigin> visitDynamicParam(RexDynamicParam parameter) {
    return Set.of();
  }

  @Override
  public Set<ColumnOrigin> visitCall(RexCall call) {
    if (call.getClass() != RexCall.class) {
      return unknown("expression " + call.getClass().getSimpleName());
    }
    function(call.getOperator());
    List<RexNode> operands = call.getOperands();
    if (call.getKind() == SqlKind.CASE) {
      return choice(operands, position -> position % 2 == 0 && position < operands.size() - 1);
    }
    if (FlinkSqlOperatorTable.IF.equals(call.getOperator())) {
      return choice(operands, position -> position == 0);
    }
    Set<ColumnOrigin> all = origins(operands);
    return call.getOperator() instanceof SqlAggFunction
        ? Origins.aggregated(all)
        : Origins.derived(all);
  }

  private Set<ColumnOrigin> choice(List<RexNode> operands, Function<Integer, Boolean> isCondition) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    for (int i = 0; i < operands.size(); i++) {
      Set<ColumnOrigin> origins = operands.get(i).accept(this);
      all.addAll(
          isCondition.apply(i)
              ? Origins.deciding(origins, Transformation.CONDITIONAL)
              : Origins.derived(origins));
    }
    return all;
  }

  @Override
  public Set<ColumnOrigin> visitOver(RexOver over) {
    function(over.getOperator());
    RexWindow window = over.getWindow();
    Set<ColumnOrigin> all = new LinkedHashSet<>(Origins.aggregated(origins(over.getOperands())));
    List<RexNode> deciding = new ArrayList<>(window.partitionKeys);
    for (RexFieldCollation key : window.orderKeys) {
      deciding.add(key.left);
    }
    for (RexNode offset :
        new RexNode[] {window.getLowerBound().getOffset(), window.getUpperBound().getOffset()}) {
      if (offset != null) {
        deciding.add(offset);
      }
    }
    all.addAll(Origins.deciding(origins(deciding), Transformation.WINDOW));
    return all;
  }

  @Override
  public Set<ColumnOrigin> visitFieldAccess(RexFieldAccess access) {
    RexNode whole = access.getReferenceExpr();
    if (whole instanceof RexCorrelVariable variable) {
      // The under-reporting of column origins in Calcite's metadata: a lateral function's argument
      // is a field of the outer row, and nowhere an input reference.
      Optional<List<Set<ColumnOrigin>>> outer = correlations.row(variable.id);
      int position = access.getField().getIndex();
      return outer.isPresent() && position < outer.get().size()
          ? outer.get().get(position)
          : unknown("correlation variable " + variable.id);
    }
    return Origins.inner(whole.accept(this), access.getField().getName());
  }

  @Override
  public Set<ColumnOrigin> visitCorrelVariable(RexCorrelVariable variable) {
    return correlations
        .row(variable.id)
        .map(outer -> Origins.derived(Origins.union(outer)))
        .orElseGet(() -> unknown("correlation variable " + variable.id));
  }

  @Override
  public Set<ColumnOrigin> visitSubQuery(RexSubQuery query) {
    Flow flow = relations.flow(query.rel, correlations);
    Set<ColumnOrigin> all = new LinkedHashSet<>(flow.rows());
    switch (query.getKind()) {
      case SCALAR_QUERY -> all.addAll(flow.field(0));
      case EXISTS -> {
        // That there are rows is all that counts.
      }
      case ARRAY_QUERY_CONSTRUCTOR, MULTISET_QUERY_CONSTRUCTOR, MAP_QUERY_CONSTRUCTOR ->
          all.addAll(Origins.aggregated(flow.values()));
      default -> {
        all.addAll(Origins.derived(origins(query.getOperands())));
        all.addAll(Origins.derived(flow.values()));
      }
    }
    return all;
  }

  @Override
  public Set<ColumnOrigin> visitLocalRef(RexLocalRef reference) {
    return unknown("expression " + reference);
  }

  @Override
  public Set<ColumnOrigin> visitRangeRef(RexRangeRef reference) {
    return unknown("expression " + reference);
  }

  @Override
  public Set<ColumnOrigin> visitTableInputRef(RexTableInputRef reference) {
    return unknown("expression " + reference);
  }

  private Set<ColumnOrigin> unknown(String what) {
    gathered.gap(what + ": every column of the statement's tables may be in it");
    return Origins.derived(relations.everything());
  }

  /** Notes a function that somebody registered. */
  void function(SqlOperator operator) {
    if (operator instanceof BridgingSqlFunction scalar) {
      function(scalar.getResolvedFunction(), operator);
    } else if (operator instanceof BridgingSqlAggFunction aggregate) {
      function(aggregate.getResolvedFunction(), operator);
    } else if (operator instanceof ScalarSqlFunction
        || operator instanceof TableSqlFunction
        || operator instanceof AggSqlFunction) {
      gathered.function(ObjectName.of(operator.getName()));
    }
  }

  private void function(ContextResolvedFunction function, SqlOperator operator) {
    if (!(function.getDefinition() instanceof BuiltInFunctionDefinition)) {
      gathered.function(
          function
              .getIdentifier()
              .map(identifier -> new ObjectName(identifier.toList()))
              .orElseGet(() -> ObjectName.of(operator.getName())));
    }
  }
}
