package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.ChangeFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.changes.ChangeFileWriter;
import io.millrace.delta.changes.ChangeType;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.Partition;
import io.millrace.delta.source.FileRows;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.table.types.logical.RowType;

/**
 * The change data of a commit that replaces rows, told from the rows that it takes away and those
 * that it brings, as they are stored: a key that has both is an update, one that has one of them a
 * delete or an insert. So whatever happened to a key since the version before is one change, and
 * none if nothing is left of it.
 *
 * <p>A commit that only brings rows, or only takes some away, lists none: its added and removed
 * files tell the same. Not thread-safe.
 */
final class UpsertChanges {
  private static final int REPLACES = 0;
  private static final Written NOTHING = new Written(List.of(), List.of(), List.of(), List.of());

  private final DeltaTableSpec spec;
  private final TableLog table;

  /** What was written for an attempt that another writer was faster than. */
  private Written last = NOTHING;

  private record Written(
      List<TableField> fields,
      List<ChangedRows> gone,
      List<ChangedRows> come,
      List<ChangeFile> files) {
    boolean isOf(List<TableField> otherFields, CommitPlan plan) {
      return fields.equals(otherFields) && same(gone, plan.gone()) && same(come, plan.come());
    }

    private static boolean same(List<ChangedRows> one, List<ChangedRows> other) {
      return one.size() == other.size()
          && IntStream.range(0, one.size()).allMatch(i -> one.get(i).sameRows(other.get(i)));
    }
  }

  UpsertChanges(DeltaTableSpec spec, TableLog table) {
    this.spec = requireNonNull(spec, "spec is null");
    this.table = requireNonNull(table, "table is null");
  }

  /**
   * The files that list what a plan changes; none if the table keeps no change data.
   *
   * @throws io.millrace.catalog.MillraceException FILE_NOT_FOUND or TABLE_CORRUPT naming a data
   *     file; DISK_FULL, IO_FAILED
   */
  List<ChangeFile> of(CommitPlan plan) {
    if (plan.gone().isEmpty() || plan.come().isEmpty()) {
      discard();
      return List.of();
    }
    List<TableField> fields = table.fields();
    if (!last.isOf(fields, plan)) {
      discard();
      last = new Written(fields, plan.gone(), plan.come(), write(fields, plan));
    }
    return last.files();
  }

  /** The files of the last plan are part of the table, or may be. */
  void keep() {
    last = NOTHING;
  }

  /** Deletes files that no version names. */
  void discard() {
    ChangeFileWriter.discard(spec.path(), last.files());
    last = NOTHING;
  }

  private List<ChangeFile> write(List<TableField> fields, CommitPlan plan) {
    FileRows rows = new FileRows(spec.path(), fields);
    ColumnNames names = table.writeRules().names();
    DeltaTableSpec written =
        new DeltaTableSpec(
                spec.name(), spec.path(), spec.sinkId(), rows.rowType(), List.of(), Map.of())
            .partitionedBy(spec.partitionColumns());
    try (ChangeFileWriter writer =
        new ChangeFileWriter(written, names, 0, ParquetOptions.DEFAULT)) {
      RowKeys keys = new RowKeys(rows.rowType(), positions(rows.rowType(), spec.primaryKey()));
      KeyTable brought = broughtKeys(fields, plan.come());
      for (ChangedRows gone : plan.gone()) {
        Partition partition = partition(gone.file(), names);
        rows.visitOnly(
            gone.file(),
            gone.rows(),
            (position, row) -> {
              int slot = keys.find(brought, keys.hash(row), row);
              if (slot >= 0) {
                brought.setValue(slot, REPLACES, 1);
              }
              writer.write(
                  slot >= 0 ? ChangeType.UPDATE_PREIMAGE : ChangeType.DELETE, row, partition);
            });
      }
      for (ChangedRows come : plan.come()) {
        Partition partition = partition(come.file(), names);
        rows.visitWithout(
            come.file(),
            come.rows(),
            (position, row) -> {
              int slot = keys.find(brought, keys.hash(row), row);
              boolean replaces = slot >= 0 && brought.value(slot, REPLACES) == 1;
              writer.write(
                  replaces ? ChangeType.UPDATE_POSTIMAGE : ChangeType.INSERT, row, partition);
            });
      }
      return writer.finish();
    } catch (IOException e) {
      throw StorageFailure.of("writing change data of table " + spec.name(), spec.path(), e);
    }
  }

  /** The keys of all rows that come, so that rows that go need not be kept to be told apart. */
  private KeyTable broughtKeys(List<TableField> fields, List<ChangedRows> come) throws IOException {
    List<TableField> keyFields =
        spec.primaryKey().stream()
            .map(
                column ->
                    fields.stream().filter(f -> f.name().equals(column)).findFirst().orElseThrow())
            .toList();
    FileRows rows = new FileRows(spec.path(), keyFields);
    RowKeys keys = new RowKeys(rows.rowType(), IntStream.range(0, keyFields.size()).toArray());
    KeyTable brought = keys.newTable(1);
    for (ChangedRows file : come) {
      rows.visitWithout(
          file.file(), file.rows(), (position, row) -> keys.insert(brought, keys.hash(row), row));
    }
    return brought;
  }

  private Partition partition(LiveFile file, ColumnNames names) {
    return Partition.of(
        spec.partitionColumns().stream().map(names::inFiles).toList(), file.partitionValues());
  }

  private static int[] positions(RowType type, List<String> columns) {
    return columns.stream().mapToInt(type::getFieldIndex).toArray();
  }
}
