package io.millrace.delta.parquet;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.HashMap;
import java.util.Map;

/**
 * What nulls mean in one file of one table: an error where the column is NOT NULL, and a count for
 * arrays and maps, of which Parquet counts only the leaves. Owned by one thread.
 */
final class NullChecks {
  private final String table;
  private final ColumnNames names;
  private final Map<String, long[]> counts = new HashMap<>();

  NullChecks(String table, ColumnNames names) {
    this.table = table;
    this.names = names;
  }

  /**
   * The error for a null in a column that cannot hold one; says no value of the row.
   *
   * @param path of the column in the file
   */
  MillraceException violated(String path) {
    return new MillraceException(
        ErrorCode.NOT_NULL_VIOLATED,
        "column %s of table %s is NOT NULL and a row has no value for it"
            .formatted(names.outOfFiles(path), table),
        "declare the column nullable, or add an expectation that drops or quarantines such rows");
  }

  /** Where nulls of a column are counted; element 0 is the count. */
  long[] counter(String path) {
    return counts.computeIfAbsent(path, ignored -> new long[1]);
  }

  Map<String, long[]> counts() {
    return counts;
  }
}
