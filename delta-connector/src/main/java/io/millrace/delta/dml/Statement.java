package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TrackingColumns;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A statement that changes rows of one table, as the operators of its job need it.
 *
 * @param operation what the table's history calls it
 * @param table whose rows are changed; its row type is that of the rows that are written
 * @param parameters of the operation, as JSON
 * @param read what of the table the rows come from
 * @param shape of the rows that come
 * @param vectors true if rows that leave are listed in deletion vectors; if not, their files are
 *     rewritten
 * @param listsChanges true if every row that changes is listed in the table's change data feed
 * @param writesRows true if some of them may be written
 * @param oneMatch true if two rows for one place are refused, false if they are counted once
 * @param keyColumns of the table, to name such a place by
 * @param tracking where rows keep their ids when they move to another file; null if the table does
 *     not track its rows
 * @param transactionId random; by it the statement knows its own commit again
 * @param startedMillis when it was planned, milliseconds since 1970
 */
public record Statement(
    String operation,
    DeltaTableSpec table,
    Map<String, String> parameters,
    ReadSet read,
    RowShape shape,
    boolean vectors,
    boolean listsChanges,
    boolean writesRows,
    boolean oneMatch,
    List<String> keyColumns,
    @Nullable TrackingColumns tracking,
    String transactionId,
    long startedMillis)
    implements Serializable {
  public Statement {
    requireNonNull(operation, "operation is null");
    requireNonNull(table, "table is null");
    parameters = new TreeMap<>(parameters);
    requireNonNull(read, "read is null");
    requireNonNull(shape, "shape is null");
    keyColumns = new ArrayList<>(keyColumns);
    requireNonNull(transactionId, "transactionId is null");
  }

  /** The parameter that says which rows were meant. */
  public static Map<String, String> predicate(List<String> conditions) {
    return Map.of("predicate", StatementCommit.json(conditions));
  }
}
