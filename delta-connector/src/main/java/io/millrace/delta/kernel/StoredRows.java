package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.rowtracking.RowTracking;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.parquet.ColumnNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of single data files as they are stored, current files or not: without partition
 * columns, which no file holds, and without rows that are deleted. Columns have the types that the
 * table has now, whatever a file was written with. Owned by one thread.
 */
public final class StoredRows {
  private final String tablePath;
  private final Engine engine;
  private final StructType schema;
  private final RowType rowType;
  private final ColumnNames names;
  private final DeletionVectorStore vectors;

  /** Called for every row. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param row overwritten after the call
     */
    void row(RowData row) throws IOException;
  }

  private StoredRows(Snapshot snapshot, Engine engine, StructType wanted) {
    this.tablePath = snapshot.getPath();
    this.engine = requireNonNull(engine, "engine is null");
    this.schema =
        ColumnMapping.convertToPhysicalSchema(
            wanted,
            snapshot.getSchema(),
            TableConfig.COLUMN_MAPPING_MODE.fromMetadata(snapshot.getMetadata()));
    this.rowType = DeltaTypes.toFlink(wanted);
    this.names = WriteRules.of(snapshot).names();
    this.vectors = new DeletionVectorStore(engine, tablePath);
  }

  /** Whole rows, for writing them again. */
  static StoredRows of(TableState state, Engine engine) {
    requireRewritable(state);
    return new StoredRows(state.snapshot(), engine, dataSchema(state));
  }

  /**
   * Some columns.
   *
   * @param columns in the order wanted, none of them a partition column
   */
  static StoredRows of(Snapshot snapshot, Engine engine, List<String> columns) {
    StructType schema = snapshot.getSchema();
    StructType wanted = new StructType();
    for (String column : columns) {
      wanted = wanted.add(schema.get(column));
    }
    return new StoredRows(snapshot, engine, wanted);
  }

  private static void requireRewritable(TableState state) {
    Metadata metadata = state.metadata();
    if (TableFeatures.isRowTrackingSupported(state.protocol())
        && RowTracking.isEnabled(state.protocol(), metadata)) {
      throw unsupported(state, "tracks rows (delta.enableRowTracking)");
    }
  }

  private static MillraceException unsupported(TableState state, String what) {
    return new MillraceException(
        ErrorCode.TABLE_UNSUPPORTED,
        "table %s %s, so that its files cannot be rewritten here"
            .formatted(state.snapshot().getPath(), what),
        "rewrite it with another engine");
  }

  private static StructType dataSchema(TableState state) {
    List<StructField> fields = new ArrayList<>();
    for (StructField field : state.snapshot().getSchema().fields()) {
      if (!state.partitionColumns().contains(field.getName())) {
        fields.add(field);
      }
    }
    return new StructType(fields);
  }

  /** Columns of the rows, called as people call them. */
  public RowType rowType() {
    return rowType;
  }

  /** What the columns are called in files. */
  public ColumnNames names() {
    return names;
  }

  /**
   * The deleted rows of a file.
   *
   * @throws MillraceException TABLE_CORRUPT if the vector cannot be read
   */
  public RoaringBitmap deleted(LiveFile file) {
    return vectors.load(file);
  }

  /** Called for every row, and told where it lies. */
  @FunctionalInterface
  public interface PositionVisitor {
    /**
     * @param row overwritten after the call
     */
    void row(long position, RowData row) throws IOException;
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
    Path path = file.path().contains(":/") ? new Path(file.path()) : inTable(file.path());
    FileStatus status = FileStatus.of(path.toString(), file.sizeBytes(), file.modifiedMillis());
    VectorRow row = new VectorRow(schema.length());
    boolean whole = deleted.isEmpty();
    long position = 0;
    try (CloseableIterator<FileReadResult> batches = open(file, status)) {
      while (hasNext(file, batches)) {
        ColumnarBatch batch = next(file, batches);
        row.show(batch);
        for (int i = 0; i < batch.getSize(); i++) {
          if (whole || !deleted.contains((int) (position + i))) {
            row.moveTo(i);
            visitor.row(position + i, row);
          }
        }
        position += batch.getSize();
      }
    }
    long records = file.records().orElse(position);
    if (records != position) {
      throw damaged(
          file, new IOException("it has %d rows, its statistics %d".formatted(position, records)));
    }
    return position;
  }

  private Path inTable(String path) {
    return new Path(new Path(tablePath), path);
  }

  private CloseableIterator<FileReadResult> open(LiveFile file, FileStatus status) {
    try {
      return engine
          .getParquetHandler()
          .readParquetFiles(Utils.singletonCloseableIterator(status), schema, Optional.empty());
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private boolean hasNext(LiveFile file, CloseableIterator<FileReadResult> batches) {
    try {
      return batches.hasNext();
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private ColumnarBatch next(LiveFile file, CloseableIterator<FileReadResult> batches) {
    try {
      return batches.next().getData();
    } catch (RuntimeException e) {
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
