package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.LiveFile;
import java.io.Serializable;

/**
 * What a statement has read of the table that it changes.
 *
 * @param version whose rows it read
 * @param filter files for which it is false were not read; columns are called as in the files
 * @param rowByRow true if what becomes of a row depends on no other row of the table. The statement
 *     then takes no notice of rows that others remove from files that it leaves alone
 */
public record ReadSet(long version, RowFilter filter, boolean rowByRow) implements Serializable {
  public ReadSet {
    requireNonNull(filter, "filter is null");
  }

  /** True if the statement would read a file, or has read it. */
  boolean mayHave(LiveFile file) {
    return filter.mayMatch(new FileBounds(file.partitionValues(), file.stats()));
  }
}
