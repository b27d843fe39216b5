package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.kernel.DeletionVector;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.api.connector.source.SourceSplit;
import org.jspecify.annotations.Nullable;

/**
 * Part of a data file, and which of its rows count as what.
 *
 * @param number order in which splits were planned; unique in a job
 * @param path of the file, relative to the table's folder or absolute
 * @param from row groups that begin at this byte or later belong to the split
 * @param to row groups that begin before this byte do
 * @param partitionValues by physical column name, as the log has them
 * @param deleted rows that do not count
 * @param only if there, only these rows count
 * @param rows what the rows are
 * @param version that made the change, or that is read as a whole
 * @param timestampMillis of that version
 * @param position in the file of the first row that is still to be read
 * @param fileBytes length of the file as the log has it; 0 if the log does not say
 * @param firstRowId id of the file's first row, in tables that track their rows
 * @param rowVersion version of the file's rows, in tables that track their rows
 */
record DeltaSplit(
    long number,
    String path,
    long from,
    long to,
    Map<String, @Nullable String> partitionValues,
    Optional<DeletionVector> deleted,
    Optional<DeletionVector> only,
    Rows rows,
    long version,
    long timestampMillis,
    long position,
    long fileBytes,
    OptionalLong firstRowId,
    OptionalLong rowVersion)
    implements SourceSplit {

  /** What the rows of a file are. Codes are part of the state's format. */
  enum Rows {
    INSERTED(0),
    DELETED(1),
    /** The file says it, row by row. */
    CHANGES(2),
    /** The file says it; only what was there before, deleted and updated rows. */
    CHANGES_BEFORE(3),
    /** The file says it; only what is there after, inserted and updated rows. */
    CHANGES_AFTER(4);

    private final int code;

    Rows(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    boolean inFile() {
      return this != INSERTED && this != DELETED;
    }
  }

  DeltaSplit {
    requireNonNull(path, "path is null");
    requireNonNull(partitionValues, "partitionValues is null");
    requireNonNull(deleted, "deleted is null");
    requireNonNull(only, "only is null");
    requireNonNull(rows, "rows is null");
  }

  @Override
  public String splitId() {
    return Long.toString(number);
  }

  DeltaSplit withNumber(long other) {
    return new DeltaSplit(
        other,
        path,
        from,
        to,
        partitionValues,
        deleted,
        only,
        rows,
        version,
        timestampMillis,
        position,
        fileBytes,
        firstRowId,
        rowVersion);
  }

  DeltaSplit withPosition(long other) {
    return new DeltaSplit(
        number,
        path,
        from,
        to,
        partitionValues,
        deleted,
        only,
        rows,
        version,
        timestampMillis,
        other,
        fileBytes,
        firstRowId,
        rowVersion);
  }
}
