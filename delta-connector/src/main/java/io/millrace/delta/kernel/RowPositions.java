package io.millrace.delta.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.delta.kernel.Scan;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.RowLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Where each current row of a table lies: its file and its position there, which is what a deletion
 * vector names. Reads only the columns asked for, of the latest version.
 */
public final class RowPositions {
  private static final long MICROS_PER_MILLI = 1000;

  private final Engine engine;
  private final Row scanState;
  private final List<Row> scanFiles;

  private RowPositions(Engine engine, Scan scan) {
    this.engine = engine;
    this.scanState = scan.getScanState(engine);
    this.scanFiles = new ArrayList<>();
    try (CloseableIterator<FilteredColumnarBatch> found = scan.getScanFiles(engine)) {
      while (found.hasNext()) {
        try (CloseableIterator<Row> rows = found.next().getRows()) {
          rows.forEachRemaining(scanFiles::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Called for every current row. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * @param path of the file, as the log has it: relative to the table's folder if it lies there
     * @param row the columns asked for; overwritten after the call
     */
    void row(String path, long position, FlatRow row);
  }

  /**
   * Shows every row to the visitor; none if there is no table.
   *
   * @param rowType of the rows to show; columns not asked for are null in them
   * @param columns positions in {@code rowType} of the columns to read, which are of scalar types
   * @throws MillraceException TABLE_CORRUPT, TABLE_UNSUPPORTED, SCHEMA_CHANGED if a column is not
   *     in the table, IO_FAILED
   */
  public static void visit(String path, RowType rowType, int[] columns, Visitor visitor) {
    RowPositions positions;
    try {
      positions =
          new SnapshotLoader(path, Optional.empty())
              .load(
                  OptionalLong.empty(),
                  loaded -> {
                    StructType schema = loaded.snapshot().getSchema();
                    StructType wanted = project(path, schema, rowType, columns);
                    return new RowPositions(
                        loaded.engine(),
                        loaded.snapshot().getScanBuilder().withReadSchema(wanted).build());
                  });
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return;
      }
      throw e;
    }
    try {
      positions.visit(new FlatRow(rowType), columns, visitor);
    } catch (IOException e) {
      throw KernelFailures.translate(
          "reading the keys of table " + path, path, new UncheckedIOException(e));
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading the keys of table " + path, path, e);
    }
  }

  private static StructType project(String path, StructType schema, RowType type, int[] columns) {
    StructType wanted = new StructType();
    for (int column : columns) {
      String name = type.getFieldNames().get(column);
      int index = schema.indexOf(name);
      if (index < 0) {
        throw new MillraceException(
            ErrorCode.SCHEMA_CHANGED,
            "table %s has no column %s, which is in its primary key".formatted(path, name),
            "write to another table, or add the column");
      }
      wanted = wanted.add(schema.at(index));
    }
    return wanted;
  }

  private void visit(FlatRow row, int[] columns, Visitor visitor) throws IOException {
    StructType physical = ScanStateRow.getPhysicalDataReadSchema(scanState);
    for (Row scanFile : scanFiles) {
      FileStatus file = InternalScanFileUtils.getAddFileStatus(scanFile);
      AddFile added = new AddFile(scanFile.getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL));
      String path = LogPaths.decode(added.getPath());
      // Without a predicate the reader returns every row, in order, so that counting gives the
      // position; rows of the deletion vector are there and not selected.
      long position = 0;
      CloseableIterator<ColumnarBatch> data =
          engine
              .getParquetHandler()
              .readParquetFiles(Utils.singletonCloseableIterator(file), physical, Optional.empty())
              .map(result -> result.getData());
      try (CloseableIterator<FilteredColumnarBatch> batches =
          Scan.transformPhysicalData(engine, scanState, scanFile, data)) {
        while (batches.hasNext()) {
          FilteredColumnarBatch batch = batches.next();
          visit(batch, row, columns, path, position, visitor);
          position += batch.getData().getSize();
        }
      }
    }
  }

  private static void visit(
      FilteredColumnarBatch batch,
      FlatRow row,
      int[] columns,
      String path,
      long first,
      Visitor visitor) {
    ColumnarBatch data = batch.getData();
    Optional<ColumnVector> selection = batch.getSelectionVector();
    for (int i = 0; i < data.getSize(); i++) {
      if (selection.isPresent()
          && (selection.get().isNullAt(i) || !selection.get().getBoolean(i))) {
        continue;
      }
      for (int k = 0; k < columns.length; k++) {
        set(row, columns[k], data.getColumnVector(k), i);
      }
      visitor.row(path, first + i, row);
    }
  }

  private static void set(FlatRow row, int field, ColumnVector vector, int i) {
    if (vector.isNullAt(i)) {
      row.setNull(field);
      return;
    }
    LogicalType type = row.layout().type(field);
    switch (type.getTypeRoot()) {
      case BOOLEAN -> row.setBoolean(field, vector.getBoolean(i));
      case TINYINT -> row.setLong(field, vector.getByte(i));
      case SMALLINT -> row.setLong(field, vector.getShort(i));
      case INTEGER, DATE -> row.setLong(field, vector.getInt(i));
      case BIGINT -> row.setLong(field, vector.getLong(i));
      case FLOAT -> row.setFloat(field, vector.getFloat(i));
      case DOUBLE -> row.setDouble(field, vector.getDouble(i));
      case CHAR, VARCHAR -> setBytes(row, field, vector.getString(i).getBytes(UTF_8));
      case BINARY, VARBINARY -> setBytes(row, field, vector.getBinary(i));
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        long micros = vector.getLong(i);
        row.setTimestamp(
            field,
            Math.floorDiv(micros, MICROS_PER_MILLI),
            (int) Math.floorMod(micros, MICROS_PER_MILLI) * 1000);
      }
      case DECIMAL -> setDecimal(row, field, (DecimalType) type, vector.getDecimal(i));
      default -> throw new IllegalArgumentException("column of type " + type + " is not scalar");
    }
  }

  private static void setBytes(FlatRow row, int field, byte[] bytes) {
    row.setBytes(field, bytes, 0, bytes.length);
  }

  private static void setDecimal(FlatRow row, int field, DecimalType type, BigDecimal value) {
    if (RowLayout.isCompact(type)) {
      row.setLong(field, value.setScale(type.getScale()).unscaledValue().longValueExact());
    } else {
      row.setObject(field, DecimalData.fromBigDecimal(value, type.getPrecision(), type.getScale()));
    }
  }
}
