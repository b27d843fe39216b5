package io.millrace.delta.source;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TrackingColumns;
import io.millrace.delta.vector.ColumnBatch;
import io.millrace.delta.vector.OutputColumn;
import io.millrace.delta.vector.ReadField;
import io.millrace.delta.vector.RowGroupFilter;
import io.millrace.delta.vector.VectorizedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.types.logical.RowType;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows of single data files at positions that the caller knows, current files or not, with
 * their partition columns. Columns have the types that the table has, whatever a file was written
 * with. Row groups without a wanted row are not read. Owned by one thread.
 */
public final class FileRows {
  private final String tablePath;
  private final List<TableField> fields;
  private final Optional<TrackingColumns> tracking;
  private final RowType rowType;

  /** Called for every row. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param position of the row in its file
     * @param row overwritten after the call
     */
    void row(long position, RowData row) throws IOException;
  }

  /**
   * @param fields columns of the rows to show, top-level columns of the table
   */
  public FileRows(String tablePath, List<TableField> fields) {
    this(tablePath, fields, Optional.empty());
  }

  /**
   * As the other one.
   *
   * @param tracking to be shown behind the other columns, for rows that move to another file
   */
  public FileRows(String tablePath, List<TableField> fields, Optional<TrackingColumns> tracking) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.fields = List.copyOf(fields);
    this.tracking = requireNonNull(tracking, "tracking is null");
    List<RowType.RowField> columns = new ArrayList<>();
    fields.forEach(field -> columns.add(new RowType.RowField(field.name(), field.type())));
    tracking.ifPresent(more -> columns.addAll(more.fields()));
    this.rowType = new RowType(false, columns);
  }

  /** Columns of the rows, called as people call them. */
  public RowType rowType() {
    return rowType;
  }

  /**
   * Shows the rows at some positions, in their order.
   *
   * @throws MillraceException FILE_NOT_FOUND or TABLE_CORRUPT naming the file; what the visitor
   *     throws
   */
  public void visitOnly(LiveFile file, RoaringBitmap positions, Visitor visitor)
      throws IOException {
    RowGroupFilter groups =
        group ->
            positions.intersects(
                group.getRowIndexOffset(), group.getRowIndexOffset() + group.getRowCount());
    visit(file, groups, RowSelection.of(new RoaringBitmap(), positions), visitor);
  }

  /**
   * Shows all rows but those at some positions, in their order.
   *
   * @throws MillraceException as {@link #visitOnly}
   */
  public void visitWithout(LiveFile file, RoaringBitmap positions, Visitor visitor)
      throws IOException {
    visit(file, RowGroupFilter.ALL, RowSelection.of(positions, null), visitor);
  }

  private void visit(LiveFile file, RowGroupFilter groups, RowSelection selection, Visitor visitor)
      throws IOException {
    try (VectorizedReader reader = open(file, groups)) {
      ColumnBatch batch = reader.newBatch();
      ColumnarRowData row = new ColumnarRowData(batch.vectors());
      int[] selected = new int[VectorizedReader.BATCH_ROWS];
      while (next(reader, batch, file)) {
        int count = selection.select(batch.firstPosition(), batch.rows(), selected);
        boolean all = count < 0;
        for (int i = 0; i < (all ? batch.rows() : count); i++) {
          int index = all ? i : selected[i];
          row.setRowId(index);
          visitor.row(batch.firstPosition() + index, row);
        }
      }
    }
  }

  private VectorizedReader open(LiveFile file, RowGroupFilter groups) {
    List<OutputColumn> columns = new ArrayList<>(fields.size());
    for (TableField field : fields) {
      columns.add(column(field, file));
    }
    tracking.ifPresent(more -> columns.addAll(more.in(tablePath, file)));
    try {
      return VectorizedReader.open(
          SplitRows.path(tablePath, file.path()), columns, 0, Long.MAX_VALUE, groups);
    } catch (IOException | RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private static OutputColumn column(TableField field, LiveFile file) {
    if (file.partitionValues().containsKey(field.physicalName())) {
      return new OutputColumn.Constant(
          field.name(),
          field.type(),
          PartitionValues.internal(
              field.name(),
              file.partitionValues().get(field.physicalName()),
              field.type(),
              file.path()));
    }
    return new OutputColumn.FileColumn(field.name(), List.of(readField(field)));
  }

  private static ReadField readField(TableField field) {
    return new ReadField(
        field.physicalName(),
        field.id(),
        field.type(),
        field.children().stream().map(FileRows::readField).toList());
  }

  private boolean next(VectorizedReader reader, ColumnBatch batch, LiveFile file) {
    try {
      return reader.read(batch);
    } catch (IOException | RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private MillraceException unreadable(LiveFile file, Exception failure) {
    if (failure instanceof MillraceException known) {
      return known;
    }
    OptionalLong added = new LogTail(tablePath).versionThatAdded(file.path());
    String which =
        "data file %s of table %s%s"
            .formatted(
                file.path(),
                tablePath,
                added.isPresent() ? " (added by version %d)".formatted(added.getAsLong()) : "");
    if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
      return new MillraceException(
          ErrorCode.FILE_NOT_FOUND,
          which + " is not there: it was deleted, perhaps by VACUUM",
          "restore the file, or the table to a version that does not need it",
          failure);
    }
    return new MillraceException(
        ErrorCode.TABLE_CORRUPT,
        which + " cannot be read: " + failure,
        "restore the file from a backup, or the table to a version without it",
        failure);
  }
}
