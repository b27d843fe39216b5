package io.millrace.delta.dml;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FilterValues;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/** A DELETE of whole files: nothing of them is read, and no job is needed. */
public final class PartitionDelete {
  private static final String DELETE = "DELETE";
  private static final int ROUNDS_MAX = 10;

  private PartitionDelete() {}

  /**
   * Removes the files that a condition holds for; planned again, a bounded number of times, when
   * others change them meanwhile.
   *
   * @param condition on partition columns, by their names in the table: it says of a file exactly
   *     whether its rows are to be removed
   * @param predicate the condition, for the table's history; empty for all rows
   * @return how many rows were removed, if the files' statistics tell
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_UNSUPPORTED, COMMIT_CONFLICT
   */
  public static OptionalLong run(String path, RowFilter condition, List<String> predicate) {
    long started = System.currentTimeMillis();
    try (MaintainedTable table = MaintainedTable.open(path)) {
      for (int round = 1; ; round++) {
        try {
          return attempt(table, condition, predicate, started);
        } catch (MillraceException e) {
          if (e.code() != ErrorCode.COMMIT_CONFLICT || round == ROUNDS_MAX) {
            throw e;
          }
        }
      }
    }
  }

  private static OptionalLong attempt(
      MaintainedTable table, RowFilter condition, List<String> predicate, long started) {
    TableState state = table.latest();
    state.requireModifiable(DELETE, true, false);
    RowFilter inFiles = renamed(condition, state);
    ReadSet read = new ReadSet(state.version(), inFiles, true);
    List<LiveFile> removed =
        state.files().values().stream()
            .filter(
                file -> {
                  requireComparable(table.path(), inFiles, file);
                  return read.mayHave(file);
                })
            .toList();
    if (removed.isEmpty()) {
      return OptionalLong.of(0);
    }
    StatementMetrics metrics = new StatementMetrics();
    long rows = 0;
    boolean known = true;
    for (LiveFile file : removed) {
      metrics.removed(file.sizeBytes());
      if (file.deletionVector().isPresent()) {
        metrics.vectorRemoved();
      }
      known &= file.records().isPresent();
      rows += file.records().orElse(0) - file.deletedRecords();
    }
    metrics.rows(Map.of(ChangeKind.DELETE, rows));
    new StatementCommit(
            table,
            DELETE,
            Map.of("predicate", StatementCommit.json(predicate)),
            read,
            UUID.randomUUID().toString())
        .commit(
            removed,
            List.of(),
            List.of(),
            () -> metrics.named(DELETE, 0, System.currentTimeMillis() - started));
    return known ? OptionalLong.of(rows) : OptionalLong.empty();
  }

  /** Of a value that cannot be read it is not known whether it meets the condition. */
  private static void requireComparable(String path, RowFilter condition, LiveFile file) {
    for (ColumnRef column : condition.columns()) {
      String text = file.partitionValues().get(column.path().get(0));
      if (text != null && !text.isEmpty() && FilterValues.ofText(text, column.type()) == null) {
        throw new MillraceException(
            ErrorCode.TABLE_CORRUPT,
            "file %s of table %s is in partition %s = '%s', which is no %s"
                .formatted(
                    file.path(), path, column.path().get(0), text, column.type().asSummaryString()),
            "correct the table, or delete by other columns");
      }
    }
  }

  private static RowFilter renamed(RowFilter filter, TableState state) {
    if (filter instanceof RowFilter.And and) {
      return new RowFilter.And(and.parts().stream().map(part -> renamed(part, state)).toList());
    } else if (filter instanceof RowFilter.Or or) {
      return new RowFilter.Or(or.parts().stream().map(part -> renamed(part, state)).toList());
    } else if (filter instanceof RowFilter.Compare compare) {
      return new RowFilter.Compare(
          renamed(compare.column(), state), compare.comparison(), compare.value());
    } else if (filter instanceof RowFilter.In in) {
      return new RowFilter.In(renamed(in.column(), state), in.values());
    }
    RowFilter.IsNull isNull = (RowFilter.IsNull) filter;
    return new RowFilter.IsNull(renamed(isNull.column(), state), isNull.wanted());
  }

  private static ColumnRef renamed(ColumnRef column, TableState state) {
    return new ColumnRef(List.of(state.inFiles(column.path().get(0))), column.type());
  }
}
