package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.lineage.StatementLineage;
import java.util.List;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.operations.Operation;
import org.apache.flink.table.planner.delegation.PlannerBase;

/**
 * Column lineage of statements, before they run: a walk over the plan that Flink's planner makes of
 * one, before it is optimized.
 *
 * <p>Nothing that has a part in a result is missing from the answer; what the walk does not know
 * counts as all columns within its reach, and the answer says so in its gaps. Statements are
 * planned in the environment that the walk is of, with its catalogs, its session and its mode,
 * stream or batch. Not thread-safe, as the environment is not.
 */
public final class LineageWalk {
  private final TableEnvironmentImpl environment;
  private final PlannerBase planner;

  private LineageWalk(TableEnvironmentImpl environment, PlannerBase planner) {
    this.environment = environment;
    this.planner = planner;
  }

  /**
   * A walk in an environment.
   *
   * @throws MillraceException CONFIG_INVALID if its planner is not Flink's own, on the class path
   *     of this class (flink-table-planner rather than flink-table-planner-loader)
   */
  public static LineageWalk in(TableEnvironment environment) {
    if (environment instanceof TableEnvironmentImpl implementation
        && implementation.getPlanner() instanceof PlannerBase planner) {
      return new LineageWalk(implementation, planner);
    }
    throw new MillraceException(
        ErrorCode.CONFIG_INVALID,
        "column lineage needs Flink's planner, which environment %s hides"
            .formatted(environment.getClass().getName()),
        "put flink-table-planner_2.12 into lib/ in the place of flink-table-planner-loader");
  }

  /**
   * Of one statement. It is parsed and planned, which asks the catalogs, and not executed.
   *
   * @throws org.apache.flink.table.api.SqlParserException if it cannot be parsed
   * @throws org.apache.flink.table.api.ValidationException if it names what is not there
   */
  public StatementLineage ofStatement(String sql) {
    List<Operation> operations = environment.getParser().parse(sql);
    Statement statement = new Statement(environment, planner);
    operations.forEach(statement::add);
    statement.addViewsOf(sql);
    return statement.lineage();
  }

  /**
   * Of what the planner or the Table API has made of a statement. The text of an UPDATE, a DELETE
   * and of some queries of the Table API is gone by then: their views are not named, which is a
   * gap.
   */
  public StatementLineage ofOperation(Operation operation) {
    Statement statement = new Statement(environment, planner);
    statement.add(operation);
    statement.addViewsOfQueries();
    return statement.lineage();
  }
}
