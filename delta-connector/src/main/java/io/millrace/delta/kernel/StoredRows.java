package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.rowtracking.RowTracking;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.vector.ColumnBatch;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.ReadField;
import io.millrace.delta.vector.RowGroupFilter;
import io.millrace.delta.vector.VectorizedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.data.utils.ProjectedRowData;
import org.apache.flink.table.types.logical.BigIntType;
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
  private static final String ROW_ID = "delta.rowTracking.materializedRowIdColumnName";
  private static final String ROW_VERSION =
      "delta.rowTracking.materializedRowCommitVersionColumnName";

  private final String tablePath;
  private final List<OutputColumn> columns;
  private final RowType rowType;
  private final ColumnNames names;
  private final DeletionVectorStore vectors;
  private final boolean tracked;

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

  private StoredRows(Snapshot snapshot, List<TableField> wanted, List<String> trackingColumns) {
    this.tablePath = requireNonNull(snapshot, "snapshot is null").getPath();
    this.names = WriteRules.of(snapshot).names();
    this.vectors = new DeletionVectorStore(tablePath);
    this.tracked = !trackingColumns.isEmpty();
    this.columns = new ArrayList<>();
    List<RowType.RowField> fields = new ArrayList<>();
    for (TableField field : wanted) {
      columns.add(new OutputColumn.FileColumn(field.name(), List.of(field.toReadField())));
      fields.add(new RowType.RowField(field.name(), field.type()));
    }
    for (String column : trackingColumns) {
      BigIntType type = new BigIntType(true);
      columns.add(
          new OutputColumn.FileColumn(column, List.of(new ReadField(column, -1, type, List.of()))));
      fields.add(new RowType.RowField(column, type));
    }
    this.rowType = new RowType(false, fields);
  }

  /** Whole rows, for writing them again. */
  static StoredRows of(TableState state) {
    List<TableField> wanted =
        fields(state.snapshot()).stream()
            .filter(field -> !state.partitionColumns().contains(field.name()))
            .toList();
    return new StoredRows(state.snapshot(), wanted, trackingColumns(state));
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
    return new StoredRows(snapshot, wanted, List.of());
  }

  private static List<TableField> fields(Snapshot snapshot) {
    return TableField.of(
        snapshot.getSchema(), TableConfig.COLUMN_MAPPING_MODE.fromMetadata(snapshot.getMetadata()));
  }

  private static List<String> trackingColumns(TableState state) {
    Metadata metadata = state.metadata();
    if (!TableFeatures.isRowTrackingSupported(state.protocol())
        || !RowTracking.isEnabled(state.protocol(), metadata)) {
      return List.of();
    }
    Map<String, String> properties = metadata.getConfiguration();
    String id = properties.get(ROW_ID);
    String version = properties.get(ROW_VERSION);
    if (id == null || version == null) {
      throw new MillraceException(
          ErrorCode.TABLE_CORRUPT,
          "table %s tracks rows and does not say in which columns: %s and %s are not both set"
              .formatted(state.snapshot().getPath(), ROW_ID, ROW_VERSION),
          "turn row tracking off and on again with the engine that the table was made with");
    }
    return List.of(id, version);
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
    return tracked ? 2 : 0;
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
      Tracking tracking = tracked ? new Tracking(file, row) : null;
      RowData shown = tracking == null ? row : tracking.row;
      while (read(file, reader, batch)) {
        for (int i = 0; i < batch.rows(); i++) {
          if (whole || !deleted.contains((int) (position + i))) {
            row.setRowId(i);
            if (tracking != null) {
              tracking.moveTo(position + i);
            }
            visitor.row(position + i, shown);
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

  /**
   * A row whose last two columns say what they mean: where a file does not hold them, ids follow
   * from the file's first, and all rows are of the file's version.
   */
  private final class Tracking {
    private final RowData stored;
    private final long firstId;
    private final long version;
    private final int idColumn = rowType.getFieldCount() - 2;
    private final GenericRowData own = new GenericRowData(2);
    private final RowData row;

    Tracking(LiveFile file, ColumnarRowData stored) {
      this.stored = stored;
      this.firstId = known(file, file.baseRowId());
      this.version = known(file, file.rowCommitVersion());
      int[] shown = IntStream.range(0, idColumn + 2).toArray();
      // After what is stored come our own two.
      shown[idColumn] = idColumn + 2;
      shown[idColumn + 1] = idColumn + 3;
      this.row = ProjectedRowData.from(shown).replaceRow(new JoinedRowData(stored, own));
    }

    private long known(LiveFile file, java.util.OptionalLong value) {
      return value.orElseThrow(
          () -> damaged(file, new IOException("the table tracks rows and it has no row ids")));
    }

    void moveTo(long position) {
      own.setField(0, stored.isNullAt(idColumn) ? firstId + position : stored.getLong(idColumn));
      own.setField(1, stored.isNullAt(idColumn + 1) ? version : stored.getLong(idColumn + 1));
    }
  }

  private VectorizedReader open(LiveFile file) {
    Path path = LiveFile.locate(tablePath, file.path());
    try {
      return VectorizedReader.open(path, columns, 0, Long.MAX_VALUE, RowGroupFilter.ALL);
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
