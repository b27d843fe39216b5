package io.millrace.jobs.plan;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.expression.Column;
import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.expression.ExpressionCompiler;
import io.millrace.jobs.expression.Predicate;
import io.millrace.jobs.expression.Scope;
import io.millrace.jobs.operators.AggregateCall;
import io.millrace.jobs.operators.Aggregation;
import io.millrace.jobs.operators.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.Litmus;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * {@code SELECT keys, aggregates FROM … [WHERE …] GROUP BY keys}, over rows that are only added.
 *
 * <p>The result is keyed by the items that are group expressions, as they are selected: so that the
 * rows of one key are on the subtask that also writes that key to the table.
 */
final class AggregateShape {
  private static final Set<String> FUNCTIONS = Set.of("COUNT", "SUM", "MIN", "MAX", "AVG");

  private final ExpressionCompiler expressions;
  private final NodeNames nodeNames;
  private final String dataset;
  private final SqlSelect select;
  private final FromScope from;

  AggregateShape(
      ExpressionCompiler expressions,
      NodeNames nodeNames,
      String dataset,
      SqlSelect select,
      FromScope from) {
    this.expressions = expressions;
    this.nodeNames = nodeNames;
    this.dataset = dataset;
    this.select = select;
    this.from = from;
  }

  /** Whether an item of the list calls an aggregate function. */
  static boolean hasAggregate(SqlNodeList items) {
    boolean[] found = new boolean[1];
    items.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlCall call) {
            if (call.getKind() == SqlKind.OVER || call.getKind() == SqlKind.SELECT) {
              return null;
            }
            found[0] |= isAggregate(call);
            return super.visit(call);
          }
        });
    return found[0];
  }

  private static boolean isAggregate(SqlCall call) {
    return FUNCTIONS.contains(function(call));
  }

  /** Names of functions are not case-sensitive; the parser keeps them as they were written. */
  private static String function(SqlCall call) {
    return call.getOperator().getName().toUpperCase(Locale.ROOT);
  }

  Relation compile() throws NotCompiled {
    Scope scope = from.scope();
    SqlNodeList group = select.getGroup() == null ? SqlNodeList.EMPTY : select.getGroup();
    if (group.isEmpty()) {
      throw new NotCompiled("an aggregate without GROUP BY is left to Flink");
    }
    List<SqlNode> items = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (SqlNode item : select.getSelectList()) {
      SqlNode sql = QueryCompiler.unaliased(item);
      if (sql instanceof SqlIdentifier name && name.isStar()) {
        throw new NotCompiled("SELECT * with GROUP BY is left to Flink");
      }
      Optional<String> alias = QueryCompiler.alias(item);
      if (alias.isEmpty() && !(sql instanceof SqlIdentifier)) {
        throw new NotCompiled("an expression without a name (AS …): " + sql);
      }
      items.add(sql);
      names.add(
          alias.orElseGet(
              () -> {
                List<String> parts = ((SqlIdentifier) sql).names;
                return parts.get(parts.size() - 1);
              }));
    }

    PlanNode input = from.relation().node();
    if (select.getWhere() != null) {
      Predicate where = QueryCompiler.compiled(expressions.predicate(select.getWhere(), scope));
      input = new PlanNode.Filter(nodeNames.unique(dataset + ": filter"), input, where);
    }
    RowBuilder row = new RowBuilder(input);

    // The items that are the key, in the order of the items.
    List<Integer> keyItems = new ArrayList<>();
    boolean[] covered = new boolean[group.size()];
    for (int i = 0; i < items.size(); i++) {
      int expression = groupExpression(items.get(i), group, scope);
      if (expression >= 0 && !covered[expression]) {
        covered[expression] = true;
        keyItems.add(i);
        add(row, names.get(i), items.get(i), scope);
      }
    }
    for (int i = 0; i < covered.length; i++) {
      if (!covered[i]) {
        throw new MillraceException(
            ErrorCode.PRIMARY_KEY_MISSING,
            "%s is grouped by %s but does not select it".formatted(dataset, group.get(i)),
            "select every GROUP BY expression, so that the table's rows can be told apart");
      }
    }

    // What is aggregated: after the key in the input, after the key in the result.
    List<AggregateCall> calls = new ArrayList<>();
    List<Column> results = new ArrayList<>();
    for (int i = 0; i < keyItems.size(); i++) {
      results.add(Column.of("$key" + i, row.typeOfFirst(row.size()).getTypeAt(i), i));
    }
    List<SqlNode> rewritten = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      int key = keyItems.indexOf(i);
      rewritten.add(
          key >= 0
              ? new SqlIdentifier("$key" + key, SqlParserPos.ZERO)
              : rewrite(items.get(i), scope, row, keyItems.size(), calls, results));
    }
    PlanNode prepared = row.buildExactly(nodeNames, dataset + ": prepare");
    PlanNode aggregate =
        new PlanNode.Aggregate(
            nodeNames.unique(dataset + ": aggregate"),
            prepared,
            new Aggregation(
                prepared.rowType(),
                ChangelogMode.insertOnly(),
                IntStream.range(0, keyItems.size()).toArray(),
                calls),
            calls.stream().map(AggregateCall::kind).toList(),
            select.toString());

    RowBuilder output = new RowBuilder(aggregate);
    Scope resultScope = new Scope(results);
    List<RelationColumn> columns = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      SqlNode sql = rewritten.get(i);
      int position;
      LogicalType type;
      if (sql instanceof SqlIdentifier name) {
        Column column = resultScope.resolve(name.names, name.getParserPosition());
        position = output.copy(names.get(i), column.position());
        type = column.type();
      } else {
        Expression expression = QueryCompiler.compiled(expressions.compile(sql, resultScope));
        position = output.compute(names.get(i), expression);
        type = expression.type();
      }
      columns.add(RelationColumn.plain(names.get(i), type, position));
    }
    return new Relation(
        output.build(nodeNames, dataset + ": finish"),
        columns,
        Provenance.NONE,
        true,
        keyItems.stream().map(names::get).toList(),
        List.of());
  }

  private int add(RowBuilder row, String name, SqlNode sql, Scope scope) throws NotCompiled {
    if (sql instanceof SqlIdentifier identifier) {
      Optional<RelationColumn> column =
          from.find(identifier.names).filter(found -> !found.isStructure());
      if (column.isPresent()) {
        return row.copy(name, column.get().position());
      }
    }
    return row.compute(name, QueryCompiler.compiled(expressions.compile(sql, scope)));
  }

  /**
   * The index of the group expression that an item shows, so that different groups never show the
   * same: the expression itself, or a cast of it that keeps every value apart.
   */
  private int groupExpression(SqlNode item, SqlNodeList group, Scope scope) throws NotCompiled {
    for (int i = 0; i < group.size(); i++) {
      if (item.equalsDeep(group.get(i), Litmus.IGNORE)) {
        return i;
      }
      if (item.getKind() == SqlKind.CAST
          && ((SqlCall) item).operand(0).equalsDeep(group.get(i), Litmus.IGNORE)) {
        LogicalType before =
            QueryCompiler.compiled(expressions.compile(group.get(i), scope)).type();
        LogicalType after = QueryCompiler.compiled(expressions.compile(item, scope)).type();
        if (keepsApart(before, after)) {
          return i;
        }
      }
    }
    return -1;
  }

  private static boolean keepsApart(LogicalType before, LogicalType after) {
    if (before.getTypeRoot() == LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE
        && after.getTypeRoot() == LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE) {
      return LogicalTypeChecks.getPrecision(after) >= LogicalTypeChecks.getPrecision(before);
    }
    if (before.is(LogicalTypeFamily.INTEGER_NUMERIC)
        && after.is(LogicalTypeFamily.INTEGER_NUMERIC)) {
      return after.getTypeRoot().compareTo(before.getTypeRoot()) >= 0;
    }
    return before.copy(true).equals(after.copy(true));
  }

  /** The item over the result's columns: each aggregate call becomes the column that holds it. */
  private SqlNode rewrite(
      SqlNode item,
      Scope scope,
      RowBuilder row,
      int keys,
      List<AggregateCall> calls,
      List<Column> results)
      throws NotCompiled {
    NotCompiled[] failure = new NotCompiled[1];
    SqlNode result =
        item.accept(
            new SqlShuttle() {
              @Override
              public @Nullable SqlNode visit(SqlCall call) {
                if (!isAggregate(call)) {
                  CallCopyingArgHandler copy = new CallCopyingArgHandler(call, true);
                  call.getOperator().acceptCall(this, call, false, copy);
                  return copy.result();
                }
                try {
                  String name = "$agg" + calls.size();
                  AggregateCall aggregate = aggregate(name, call, scope, row);
                  results.add(Column.of(name, aggregate.type(), keys + calls.size()));
                  calls.add(aggregate);
                  return new SqlIdentifier(name, SqlParserPos.ZERO);
                } catch (NotCompiled e) {
                  failure[0] = e;
                  return call;
                }
              }

              @Override
              public SqlNode visit(SqlIdentifier identifier) {
                failure[0] =
                    new NotCompiled(
                        "column %s is neither a GROUP BY expression nor aggregated"
                            .formatted(identifier));
                return identifier;
              }
            });
    if (failure[0] != null) {
      throw failure[0];
    }
    return result;
  }

  private AggregateCall aggregate(String name, SqlCall call, Scope scope, RowBuilder row)
      throws NotCompiled {
    if (call.getFunctionQuantifier() != null) {
      throw new NotCompiled("aggregates with DISTINCT are left to Flink");
    }
    String function = function(call);
    boolean star =
        call.operandCount() == 0
            || (call.operand(0) instanceof SqlIdentifier argument && argument.isStar());
    if (star) {
      return AggregateCall.countStar(name);
    }
    int position = add(row, "$in" + row.size(), call.operand(0), scope);
    LogicalType type = row.typeOfFirst(row.size()).getTypeAt(position);
    AggregateCall.Kind kind = AggregateCall.Kind.valueOf(function);
    if (!AggregateCall.supports(kind, type)) {
      throw new NotCompiled(function + " of " + type.asSummaryString() + " is left to Flink");
    }
    return AggregateCall.of(name, kind, position, type);
  }
}
