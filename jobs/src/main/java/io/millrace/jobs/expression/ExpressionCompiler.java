package io.millrace.jobs.expression;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/**
 * Compiles SQL expressions into evaluators that give exactly Flink's results and types.
 *
 * <p>Flink's validator types the expression ({@link FlinkTyping}); each operator of the result then
 * needs an evaluator whose equality to Flink's generated code is tested, see {@code
 * TestExpressionEquivalence}. Anything else is {@link Compiled.Unsupported}, never a guess. Calls
 * may come from any thread, one at a time; the first one loads Flink's planner (about a second).
 */
public final class ExpressionCompiler {
  private record Built(Node root, boolean isOwn) {}

  private final ZoneId zone;
  private @Nullable FlinkTyping typing;

  /** A compiler for the process's time zone, which is Flink's default for a session. */
  public ExpressionCompiler() {
    this(ZoneId.systemDefault());
  }

  /**
   * A compiler for a session's time zone.
   *
   * @param zone {@code table.local-time-zone}: how TIMESTAMP_LTZ is shown and taken apart
   */
  public ExpressionCompiler(ZoneId zone) {
    this.zone = requireNonNull(zone, "zone is null");
  }

  /**
   * Compiles a scalar expression.
   *
   * @param node from {@link SqlText}; stays as it is
   * @throws MillraceException {@code COLUMN_NOT_FOUND} if it names a column that the scope lacks
   */
  public synchronized Compiled<Expression> compile(SqlNode node, Scope scope) {
    try {
      Built built = build(node, scope);
      return new Compiled.Ok<>(new NodeExpression(built.root, built.isOwn));
    } catch (Unsupported e) {
      return new Compiled.Unsupported<>(e.reason(), place(node, e.operator()));
    }
  }

  /**
   * Compiles a condition.
   *
   * @throws MillraceException {@code COLUMN_NOT_FOUND}, or {@code TYPE_MISMATCH} if the expression
   *     is not BOOLEAN
   */
  public synchronized Compiled<Predicate> predicate(SqlNode node, Scope scope) {
    try {
      Node root = build(node, scope).root;
      if (!Types.isBoolean(root.type)) {
        SqlParserPos position = node.getParserPosition();
        throw new MillraceException(
            ErrorCode.TYPE_MISMATCH,
            "the condition at line "
                + position.getLineNum()
                + ", column "
                + position.getColumnNum()
                + " is "
                + root.type.asSummaryString()
                + ", not BOOLEAN",
            "compare it with something, or write IS NOT NULL");
      }
      return new Compiled.Ok<>(new NodePredicate(root));
    } catch (Unsupported e) {
      return new Compiled.Unsupported<>(e.reason(), place(node, e.operator()));
    }
  }

  private Built build(SqlNode node, Scope scope) throws Unsupported {
    if (typing == null) {
      typing = new FlinkTyping(zone);
    }
    List<String> names = new ArrayList<>();
    List<LogicalType> types = new ArrayList<>();
    for (Column column : scope.columns()) {
      names.add(names.size() + " " + column.qualifiedName());
      types.add(column.type());
    }
    refuseQueries(node);
    SqlNode resolved = node.accept(new ColumnResolver(typing, scope, names));
    RexNode rex;
    try {
      rex = typing.rex(resolved, names, types);
    } catch (CalciteContextException e) {
      String cause = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      throw new Unsupported("", "Flink does not accept it here: " + cause);
    } catch (RuntimeException | AssertionError e) {
      throw new Unsupported("", "Flink does not accept it here: " + e.getMessage());
    }
    FlinkCode.requirePure(rex);
    Foldings.refuse(rex);
    NodeBuilder builder = new NodeBuilder(scope, new FlinkCode(typing.config(), scope));
    Node root = builder.build(rex);
    return new Built(root, builder.generatedParts() == 0);
  }

  private static void refuseQueries(SqlNode node) throws Unsupported {
    SqlKind[] found = new SqlKind[1];
    node.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlCall call) {
            if (call instanceof SqlSelect || call.getKind() == SqlKind.OVER) {
              found[0] = call.getKind();
            }
            return super.visit(call);
          }
        });
    if (found[0] != null) {
      throw new Unsupported(found[0].name(), found[0] + " is not a scalar expression");
    }
  }

  /** Where the operator stands, or the whole expression. */
  private static SqlParserPos place(SqlNode node, String operator) {
    SqlParserPos[] found = {node.getParserPosition()};
    if (!operator.isEmpty()) {
      node.accept(
          new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
              if (call.getOperator().getName().equalsIgnoreCase(operator)) {
                found[0] = call.getParserPosition();
              }
              return super.visit(call);
            }
          });
    }
    return found[0];
  }

  /** Copies a tree, each name of a column replaced by the one name that the typing knows it by. */
  private static final class ColumnResolver extends SqlShuttle {
    private final FlinkTyping typing;
    private final Scope scope;
    private final List<String> names;

    private ColumnResolver(FlinkTyping typing, Scope scope, List<String> names) {
      this.typing = typing;
      this.scope = scope;
      this.names = names;
    }

    @Override
    public @Nullable SqlNode visit(SqlCall call) {
      CallCopyingArgHandler copy = new CallCopyingArgHandler(call, true);
      call.getOperator().acceptCall(this, call, false, copy);
      return copy.result();
    }

    @Override
    public SqlNode visit(SqlIdentifier identifier) {
      if (!scope.contains(identifier.names) && typing.isFunction(identifier)) {
        return identifier;
      }
      // The longest name that is a column; what follows are fields of its struct.
      List<String> written = identifier.names;
      int used = written.size();
      while (used > 1 && !scope.contains(written.subList(0, used))) {
        used--;
      }
      SqlParserPos position = identifier.getParserPosition();
      boolean isStruct = scope.contains(written.subList(0, used)) && used < written.size();
      Column column = scope.resolve(isStruct ? written.subList(0, used) : written, position);
      List<String> path = new ArrayList<>();
      path.add(names.get(scope.columns().indexOf(column)));
      if (isStruct) {
        if (!column.type().is(LogicalTypeRoot.ROW)) {
          scope.resolve(written, position);
        }
        path.addAll(written.subList(used, written.size()));
      }
      // Quoted, or a column named like a function would become its call.
      return new SqlIdentifier(
          path, null, position, Collections.nCopies(path.size(), position.withQuoting(true)));
    }
  }
}
