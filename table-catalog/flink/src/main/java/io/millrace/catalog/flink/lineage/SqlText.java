package io.millrace.catalog.flink.lineage;

import java.util.Optional;
import org.apache.calcite.sql.SqlNode;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.expressions.DefaultSqlFactory;
import org.apache.flink.table.operations.QueryOperation;
import org.apache.flink.table.planner.delegation.PlannerBase;
import org.apache.flink.table.planner.parse.CalciteParser;

/** Statements as text, and as the tree that Flink's parser makes of them. */
final class SqlText {
  private final PlannerBase planner;

  SqlText(PlannerBase planner) {
    this.planner = planner;
  }

  /** Parses what the planner has parsed before, or has written. */
  SqlNode parsed(String sql) {
    CalciteParser parser = planner.createFlinkPlanner().parser();
    return parser.parseSqlList(sql);
  }

  /** The text of a query; empty of one that the program built of what SQL has no words for. */
  static Optional<String> of(QueryOperation query) {
    try {
      return Optional.of(query.asSerializableString(DefaultSqlFactory.INSTANCE));
    } catch (TableException | ValidationException e) {
      return Optional.empty();
    }
  }
}
