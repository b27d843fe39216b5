package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.DeletedRows;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.log.StorageFailure;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.delta.source.FileRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * The keys of a table's current rows, and where each row lies: its file and its position there,
 * which is what a deletion vector names. Reads the columns of the key only.
 */
final class TableKeys {
  private TableKeys() {}

  /** Called for every file, before its rows. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Called once, before the files, where all of a table is shown.
     *
     * @param rows about how many there are, as the log tells
     */
    default void expect(long rows) {}

    /**
     * @param path of the file, as the log has it: relative to the table's folder if it lies there
     * @return who is shown the rows of the file
     */
    RowVisitor file(String path);
  }

  /** Called for every current row of a file. */
  @FunctionalInterface
  interface RowVisitor {
    /**
     * @param row the columns of the key, all others null; overwritten after the call
     */
    void row(long position, FlatRow row);
  }

  /**
   * Shows every row of the latest version to the visitor; none if there is no table.
   *
   * @throws MillraceException TABLE_CORRUPT, TABLE_UNSUPPORTED, FILE_NOT_FOUND, SCHEMA_CHANGED if a
   *     column of the key is not in the table, IO_FAILED
   */
  static void visit(DeltaTableSpec spec, Visitor visitor) {
    TableSnapshot table;
    try {
      table = TableSnapshot.latest(spec.path());
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND) {
        return;
      }
      throw e;
    }
    List<LiveFile> files = new ArrayList<>();
    table.forEachFile(files::add);
    visitor.expect(rows(files));
    visitFiles(spec, table, files, visitor);
  }

  /**
   * Shows the rows of some files.
   *
   * @param table whose columns they are read with
   * @throws MillraceException as {@link #visit}
   */
  static void visitFiles(
      DeltaTableSpec spec, TableSnapshot table, List<LiveFile> files, Visitor visitor) {
    FileRows rows = new FileRows(spec.path(), fields(spec, table));
    int[] key = spec.primaryKeyPositions();
    FlatRow row = new FlatRow(spec.rowType());
    for (LiveFile file : files) {
      RoaringBitmap deleted =
          file.deletionVector()
              .map(vector -> DeletedRows.read(spec.path(), file.path(), vector))
              .orElseGet(RoaringBitmap::new);
      RowVisitor each = visitor.file(file.path());
      try {
        rows.visitWithout(
            file,
            deleted,
            (position, stored) -> {
              for (int i = 0; i < key.length; i++) {
                FlatRows.setField(row, key[i], stored, i);
              }
              each.row(position, row);
            });
      } catch (IOException e) {
        throw StorageFailure.of("reading the keys of a table", spec.path(), e);
      }
    }
  }

  /** No more than the files have bytes, so that a wrong number in the log costs no memory. */
  private static long rows(List<LiveFile> files) {
    long rows = 0;
    for (LiveFile file : files) {
      long records = file.records().orElse(0) - file.deletedRecords();
      rows += Math.max(0, Math.min(records, file.sizeBytes()));
    }
    return rows;
  }

  private static List<TableField> fields(DeltaTableSpec spec, TableSnapshot table) {
    List<TableField> fields = new ArrayList<>();
    for (String column : spec.primaryKey()) {
      fields.add(
          table.fields().stream()
              .filter(field -> field.name().equals(column))
              .findFirst()
              .orElseThrow(
                  () ->
                      new MillraceException(
                          ErrorCode.SCHEMA_CHANGED,
                          "table %s has no column %s, which is in its primary key"
                              .formatted(spec.path(), column),
                          "write to another table, or add the column")));
    }
    return fields;
  }
}
