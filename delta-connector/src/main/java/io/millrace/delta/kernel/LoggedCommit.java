package io.millrace.delta.kernel;

import java.util.List;
import java.util.Optional;

/**
 * What one entry of a table's log changes.
 *
 * @param version that it made
 * @param timestampMillis when, milliseconds since 1970
 * @param operation what its writer calls it
 * @param added files, some with another deletion vector than before
 * @param removed files, as the version before had them
 * @param changes files that list the changed rows; if there are any, only they count as changes
 * @param fields the table's columns, if the entry sets them anew
 * @param partitionColumns of the table, if the entry sets them anew
 * @param protocolChanged true if the entry sets the table's protocol
 * @param blindAppend true if its writer says that it only appended, and did not look at the table
 * @param transactionId that its writer gave it
 */
public record LoggedCommit(
    long version,
    long timestampMillis,
    String operation,
    List<LoggedFile> added,
    List<LoggedFile> removed,
    List<LiveFile> changes,
    Optional<List<TableField>> fields,
    List<String> partitionColumns,
    boolean protocolChanged,
    boolean blindAppend,
    Optional<String> transactionId) {
  public LoggedCommit {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    changes = List.copyOf(changes);
    partitionColumns = List.copyOf(partitionColumns);
  }

  /**
   * A file that an entry adds or removes.
   *
   * @param dataChange false if the table's rows are the same without it, as when files are merged
   */
  public record LoggedFile(LiveFile file, boolean dataChange) {}
}
