package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.internal.TableConfig;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.vector.ColumnBatch;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.RowGroupFilter;
import io.millrace.delta.vector.VectorizedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of single data files as they are stored, current files or not: without partition
 * columns, which no file holds, and without rows that are deleted. Columns have the types that the
 * table has now, whatever a file was written with. Owned by one thread.
 *
 * <p>Whole rows of a table that tracks its rows have two more columns, which are the table's to
 * keep when a row goes to another file: its id, and the version that it was last changed by.
 */
public final class StoredRows {
  private final String tablePath;
  private final List<OutputColumn> columns;
  private final RowType rowType;
  private final ColumnNames names;
  private final DeletionVectorStore vectors;
  private final Optional<TrackingColumns> tracking;

  /** Called for every row. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param row overwritten after the call
     */
    void row(RowData row) throws IOException;
  }

  /** Called for every row, and told where it lies. */
  @FunctionalInterface
  public interface PositionVisitor {
    /**
     * @param row overwritten after the call
     */
    void row(long position, RowData row) throws IOException;
  }

  private StoredRows(
      Snapshot snapshot, List<TableField> wanted, Optional<TrackingColumns> tracking) {
    this.tablePath = requireNonNull(snapshot, "snapshot is null").getPath();
    this.names = WriteRules.of(snapshot).names();
    this.vectors = new DeletionVectorStore(tablePath);
    this.tracking = tracking;
    this.columns = new ArrayList<>();
    List<RowType.RowField> fields = new ArrayList<>();
    for (TableField field : wanted) {
      columns.add(new OutputColumn.FileColumn(field.name(), List.of(field.toReadField())));
      fields.add(new RowType.RowField(field.name(), field.type()));
    }
    tracking.ifPresent(more -> fields.addAll(more.fields()));
    this.rowType = new RowType(false, fields);
  }

  /** Whole rows, for writing them again. */
  static StoredRows of(TableState state) {
    List<TableField> wanted =
        fields(state.snapshot()).stream()
            .filter(field -> !state.partitionColumns().contains(field.name()))
            .toList();
    return new StoredRows(state.snapshot(), wanted, state.trackingColumns());
  }

  /**
   * Some columns.
   *
   * @param columns in the order wanted, none of them a partition column
   */
  static StoredRows of(Snapshot snapshot, List<String> columns) {
    List<TableField> all = fields(snapshot);
    List<TableField> wanted =
        columns.stream()
            .map(
                column ->
                    all.stream()
                        .filter(field -> field.name().equals(column))
                        .findFirst()
                        .orElseThrow())
            .toList();
    return new StoredRows(snapshot, wanted, Optional.empty());
  }

  private static List<TableField> fields(Snapshot snapshot) {
    return TableField.of(
        snapshot.getSchema(), TableConfig.COLUMN_MAPPING_MODE.fromMetadata(snapshot.getMetadata()));
  }

  /** Columns of the rows, called as people call them. */
  public RowType rowType() {
    return rowType;
  }

  /** What the columns are called in files. */
  public ColumnNames names() {
    return names;
  }

  /** How many of the last columns are the table's own, and no column that people know. */
  public int trackingColumns() {
    return tracking.map(more -> more.fields().size()).orElse(0);
  }

  /**
   * The deleted rows of a file.
   *
   * @throws MillraceException TABLE_CORRUPT if the vector cannot be read
   */
  public RoaringBitmap deleted(LiveFile file) {
    return vectors.load(file);
  }

  /**
   * Shows the rows of a file in their order.
   *
   * @param deleted positions to leave out
   * @return rows in the file, those left out too
   * @throws MillraceException TABLE_CORRUPT naming the file, or what the visitor throws
   */
  public long visit(LiveFile file, RoaringBitmap deleted, Visitor visitor) throws IOException {
    return visitPositions(file, deleted, (position, row) -> visitor.row(row));
  }

  /** As {@link #visit}, with positions. */
  public long visitPositions(LiveFile file, RoaringBitmap deleted, PositionVisitor visitor)
      throws IOException {
    boolean whole = deleted.isEmpty();
    long position = 0;
    try (VectorizedReader reader = open(file)) {
      ColumnBatch batch = reader.newBatch();
      ColumnarRowData row = new ColumnarRowData(batch.vectors());
      while (read(file, reader, batch)) {
        for (int i = 0; i < batch.rows(); i++) {
          if (whole || !deleted.contains((int) (position + i))) {
            row.setRowId(i);
            visitor.row(position + i, row);
          }
        }
        position += batch.rows();
      }
    }
    long records = file.records().orElse(position);
    if (records != position) {
      throw damaged(
          file, new IOException("it has %d rows, its statistics %d".formatted(position, records)));
    }
    return position;
  }

  private VectorizedReader open(LiveFile file) {
    Path path = LiveFile.locate(tablePath, file.path());
    List<OutputColumn> wanted = new ArrayList<>(columns);
    tracking.ifPresent(more -> wanted.addAll(more.in(tablePath, file)));
    try {
      return VectorizedReader.open(path, wanted, 0, Long.MAX_VALUE, RowGroupFilter.ALL);
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private boolean read(LiveFile file, VectorizedReader reader, ColumnBatch batch) {
    try {
      return reader.read(batch);
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private MillraceException damaged(LiveFile file, Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return new MillraceException(
        ErrorCode.TABLE_CORRUPT,
        "file %s of table %s cannot be read: %s: %s"
            .formatted(file.path(), tablePath, root.getClass().getSimpleName(), root.getMessage()),
        "restore the file from a backup, or the table to a version without it",
        cause);
  }
}
