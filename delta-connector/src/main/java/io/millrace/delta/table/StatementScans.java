package io.millrace.delta.table;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.dml.ReadSet;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.expressions.ResolvedExpression;

/**
 * What an UPDATE or DELETE reads of Delta tables: made while the planner prepares its sources, who
 * write into it what they read in the end, and handed by the planner to the sink. Every table is
 * read as of one version, however often it is named. Used by the planner's thread.
 */
final class StatementScans implements RowLevelModificationScanContext {
  private final Map<String, TableSnapshot> snapshots = new HashMap<>();
  private final Map<String, List<RowFilter>> filters = new HashMap<>();
  private final List<String> predicate = new ArrayList<>();

  /** The version of a table that the statement reads. */
  TableSnapshot snapshot(String path) {
    return snapshots.computeIfAbsent(path, TableSnapshot::latest);
  }

  /**
   * @param filter with columns called as in the files
   */
  void scanned(String path, RowFilter filter) {
    filters.computeIfAbsent(path, unknown -> new ArrayList<>()).add(filter);
  }

  /** The conditions of the statement, as far as the planner shows them. */
  void conditions(List<ResolvedExpression> conditions) {
    predicate.clear();
    conditions.forEach(condition -> predicate.add(text(condition)));
  }

  static String text(ResolvedExpression condition) {
    try {
      return condition.asSerializableString();
    } catch (RuntimeException noSql) {
      return condition.asSummaryString();
    }
  }

  List<String> predicate() {
    return predicate;
  }

  /**
   * What was read of the table that the statement changes.
   *
   * @throws MillraceException SQL_UNSUPPORTED if it was read in another way than its rows
   */
  ReadSet read(String path) {
    List<RowFilter> scans = filters.getOrDefault(path, List.of());
    if (scans.isEmpty()) {
      throw new MillraceException(
          ErrorCode.SQL_UNSUPPORTED,
          "table %s is to be changed and is not read as it is now".formatted(path),
          "leave out the options 'mode', 'version' and 'timestamp'");
    }
    return new ReadSet(
        snapshot(path).version(),
        scans.size() == 1 ? scans.get(0) : new RowFilter.Or(scans),
        scans.size() == 1);
  }
}
