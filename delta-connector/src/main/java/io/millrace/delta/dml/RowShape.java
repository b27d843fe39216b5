package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import org.apache.flink.table.data.RowData;

/**
 * Where in a statement's rows is what: first the columns of the table that are written, in the
 * order of its row type, then these.
 *
 * @param file column with the path of the row's data file
 * @param position column with the row's position in that file
 * @param kind column with the code of what becomes of the row; -1 if all rows share their fate
 * @param fixed that fate
 * @param id column with the row's id, NULL for a new row; -1 if rows are to have new ids, or none
 */
public record RowShape(int file, int position, int kind, ChangeKind fixed, int id)
    implements Serializable {
  public RowShape {
    requireNonNull(fixed, "fixed is null");
  }

  /**
   * Rows that share their fate.
   *
   * @param withIds true if the id is behind the place
   */
  public static RowShape of(int columns, ChangeKind fixed, boolean withIds) {
    return new RowShape(columns, columns + 1, -1, fixed, withIds ? columns + 2 : -1);
  }

  /**
   * Rows that say what becomes of them.
   *
   * @param id column with the row's id; -1 if there is none
   */
  static RowShape mixed(int columns, int id) {
    return new RowShape(columns, columns + 1, columns + 2, ChangeKind.NONE, id);
  }

  ChangeKind kind(RowData row) {
    return kind < 0 ? fixed : ChangeKind.of(row.getInt(kind));
  }
}
