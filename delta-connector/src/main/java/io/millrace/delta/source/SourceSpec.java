package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.filter.RowFilter;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.RowType;

/**
 * Everything that a job needs to know of a source.
 *
 * @param path folder of the table
 * @param mode what is read
 * @param columns of the rows, in order
 * @param rowType of the rows
 * @param schemaVersion the version whose columns were looked at
 * @param filter files and row groups that it excludes are not read; rows are not looked at
 * @param limit most rows that any reader needs to emit; {@link Long#MAX_VALUE} for all
 * @param splitBytes size of file from which on it is read in parts
 * @param pollInterval how often a caught-up source looks for a new version
 */
record SourceSpec(
    String path,
    ReadMode mode,
    List<SourceColumn> columns,
    RowType rowType,
    long schemaVersion,
    RowFilter filter,
    long limit,
    long splitBytes,
    Duration pollInterval)
    implements Serializable {
  SourceSpec {
    requireNonNull(path, "path is null");
    requireNonNull(mode, "mode is null");
    columns = new ArrayList<>(columns);
    requireNonNull(rowType, "rowType is null");
    requireNonNull(filter, "filter is null");
    requireNonNull(pollInterval, "pollInterval is null");
  }

  /** True if the order in which rows are emitted matters, which takes one reader. */
  boolean ordered() {
    return mode instanceof ReadMode.Changes changes
        && changes.form() == ReadMode.ChangeForm.CHANGELOG;
  }
}
