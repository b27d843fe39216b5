package io.millrace.delta.sink;

import io.millrace.delta.ChangeFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.changes.ChangeType;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.source.FileRows;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.RowType;

/**
 * Reads rows that a commit takes away or brings, and lists them in files of its own. Several may
 * work at a time, each on its own thread, as long as those that go are done before those that come.
 */
final class ChangeLister implements AutoCloseable {
  /** Value in the table of keys that come: 1 if a row of the key goes. */
  static final int REPLACES = 0;

  private final FileRows rows;
  private final RowKeys keys;
  private final KeyTable brought;
  private final List<String> partitionColumns;
  private final ChangeFileWriter writer;

  /**
   * @param fields columns of the table
   * @param names what the table calls them in its files
   * @param brought the keys of all rows that come
   * @param number of this one, for the names of files
   */
  ChangeLister(
      DeltaTableSpec spec,
      List<TableField> fields,
      ColumnNames names,
      KeyTable brought,
      int number) {
    this.rows = new FileRows(spec.path(), fields);
    this.brought = brought;
    RowType type = rows.rowType();
    this.keys =
        new RowKeys(type, spec.primaryKey().stream().mapToInt(type::getFieldIndex).toArray());
    this.partitionColumns = spec.partitionColumns().stream().map(names::inFiles).toList();
    DeltaTableSpec whole =
        new DeltaTableSpec(spec.name(), spec.path(), spec.sinkId(), type, List.of(), Map.of())
            .partitionedBy(spec.partitionColumns());
    this.writer = new ChangeFileWriter(whole, names, number, ParquetOptions.DEFAULT);
  }

  /** Lists the rows of a file that go, and marks the keys that come for them. */
  void listGone(ChangedRows gone) throws IOException {
    Partition partition = partition(gone.file());
    rows.visitOnly(
        gone.file(),
        gone.rows(),
        (position, row) -> {
          int slot = keys.find(brought, keys.hash(row), row);
          if (slot >= 0) {
            // A key has one row at most that goes, so that nobody else sets this.
            brought.setValue(slot, REPLACES, 1);
          }
          writer.write(slot >= 0 ? ChangeType.UPDATE_PREIMAGE : ChangeType.DELETE, row, partition);
        });
  }

  /** Lists the rows of a file that come. */
  void listCome(ChangedRows come) throws IOException {
    Partition partition = partition(come.file());
    rows.visitWithout(
        come.file(),
        come.rows(),
        (position, row) -> {
          int slot = keys.find(brought, keys.hash(row), row);
          boolean replaces = slot >= 0 && brought.value(slot, REPLACES) == 1;
          writer.write(replaces ? ChangeType.UPDATE_POSTIMAGE : ChangeType.INSERT, row, partition);
        });
  }

  private Partition partition(LiveFile file) {
    return Partition.of(partitionColumns, file.partitionValues());
  }

  /** Finishes the files and hands them over. */
  List<ChangeFile> finish() throws IOException {
    return writer.finish();
  }

  /** Deletes files that were not handed over. */
  @Override
  public void close() throws IOException {
    writer.close();
  }
}
