package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.List;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeCasts;

/** Whether conditions are conditions, and values fit their columns, as an INSERT would have it. */
final class MergeTypes {
  private final StreamTableEnvironment tables;
  private final String path;
  private final RowType target;

  MergeTypes(StreamTableEnvironment tables, String path, RowType target) {
    this.tables = requireNonNull(tables, "tables is null");
    this.path = requireNonNull(path, "path is null");
    this.target = requireNonNull(target, "target is null");
  }

  /** A query, checked by the planner. */
  static Table query(StreamTableEnvironment tables, String path, String sql) {
    try {
      return tables.sqlQuery(sql);
    } catch (ValidationException | TableException e) {
      Throwable root = e;
      while (root.getCause() != null && root.getCause() != root) {
        root = root.getCause();
      }
      throw new MillraceException(
          ErrorCode.SQL_SYNTAX,
          "MERGE INTO %s is not understood: %s".formatted(path, root.getMessage()),
          "correct its source, conditions and values",
          e);
    } catch (RuntimeException e) {
      // Flink's parser has exceptions of its own, which are not on every class path.
      throw new MillraceException(
          ErrorCode.SQL_SYNTAX,
          "MERGE INTO %s is not understood: %s".formatted(path, e.getMessage()),
          "correct its source, conditions and values",
          e);
    }
  }

  void check(MergeSql sql, String targetView, String sourceView) {
    requireCondition(types(sql.probe(targetView, sourceView)).get(0), "ON");
    for (MergeClause clause : sql.clauses()) {
      List<LogicalType> types = types(sql.probe(clause, targetView, sourceView));
      requireCondition(
          types.get(0), "the condition of a clause WHEN " + clause.when().name().replace('_', ' '));
      int next = 1;
      for (String column : MergeSql.values(clause).keySet()) {
        requireFits(column, types.get(next++));
      }
    }
  }

  private List<LogicalType> types(String sql) {
    return query(tables, path, sql).getResolvedSchema().getColumnDataTypes().stream()
        .map(DataType::getLogicalType)
        .toList();
  }

  private void requireCondition(LogicalType type, String what) {
    if (!type.is(LogicalTypeRoot.BOOLEAN) && !type.is(LogicalTypeRoot.NULL)) {
      throw new MillraceException(
          ErrorCode.TYPE_MISMATCH,
          "MERGE INTO %s: %s is %s, and no condition".formatted(path, what, type.asSummaryString()),
          "write a condition");
    }
  }

  private void requireFits(String column, LogicalType value) {
    LogicalType wanted = target.getTypeAt(target.getFieldIndex(column)).copy(true);
    if (!LogicalTypeCasts.supportsImplicitCast(value, wanted)) {
      throw new MillraceException(
          ErrorCode.TYPE_MISMATCH,
          "MERGE INTO %s: column %s is %s, and is to get a value of type %s"
              .formatted(path, column, wanted.asSummaryString(), value.asSummaryString()),
          "cast the value");
    }
  }
}
