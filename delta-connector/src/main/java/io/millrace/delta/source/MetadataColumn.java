package io.millrace.delta.source;

import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.VarCharType;

/** Columns that are not a table's own but tell where its rows come from. */
public enum MetadataColumn {
  /** {@code insert}, {@code delete}, {@code update_preimage} or {@code update_postimage}. */
  CHANGE_TYPE("_change_type", new VarCharType(false, VarCharType.MAX_LENGTH)),
  /** The version that made the change, or the version that was read as a whole. */
  COMMIT_VERSION("_commit_version", new BigIntType(false)),
  /** When that version was committed. */
  COMMIT_TIMESTAMP("_commit_timestamp", new LocalZonedTimestampType(false, 3)),
  /** The data file that the row is in, as the log has it. */
  FILE_PATH("_file_path", new VarCharType(false, VarCharType.MAX_LENGTH)),
  /** Where in that file it is, counted from 0, deleted rows too. */
  ROW_POSITION("_row_position", new BigIntType(false)),
  /** What the row is known by for as long as it is in the table; NULL in files of changes. */
  ROW_ID("_row_id", new BigIntType(true)),
  /** The version that inserted the row, or updated it last; NULL in files of changes. */
  ROW_COMMIT_VERSION("_row_commit_version", new BigIntType(true));

  private final String key;
  private final LogicalType type;

  MetadataColumn(String key, LogicalType type) {
    this.key = key;
    this.type = type;
  }

  /** What SQL calls it. */
  public String key() {
    return key;
  }

  public LogicalType type() {
    return type;
  }

  /** True if only tables that track their rows know it. */
  boolean isTracked() {
    return this == ROW_ID || this == ROW_COMMIT_VERSION;
  }
}
