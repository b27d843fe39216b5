package io.millrace.jobs.expression;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.flink.table.types.logical.RowType;

/**
 * The columns that an expression may name. Names are case-sensitive, as in Flink.
 *
 * @param columns in any order, at any position of the row
 */
public record Scope(List<Column> columns) {

  public Scope {
    columns = List.copyOf(columns);
  }

  /** The fields of a row, by their names and in their order. */
  public static Scope of(RowType row) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < row.getFieldCount(); i++) {
      columns.add(Column.of(row.getFieldNames().get(i), row.getTypeAt(i), i));
    }
    return new Scope(columns);
  }

  /**
   * The column that a possibly qualified name means: {@code a}, {@code t.a}, {@code o.order_id}.
   *
   * @throws MillraceException {@code COLUMN_NOT_FOUND} with line, column, the nearest name and all
   *     columns, if there is none or more than one
   */
  public Column resolve(List<String> names, SqlParserPos position) {
    List<Column> found = columns.stream().filter(column -> column.isNamed(names)).toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    String name = String.join(".", names);
    String where = " at line " + position.getLineNum() + ", column " + position.getColumnNum();
    if (found.isEmpty()) {
      throw new MillraceException(
          ErrorCode.COLUMN_NOT_FOUND,
          "there is no column " + name + where,
          suggestion(name) + "columns are " + list(columns));
    }
    throw new MillraceException(
        ErrorCode.COLUMN_NOT_FOUND,
        "the column " + name + where + " is ambiguous",
        "write one of " + list(found));
  }

  /** Whether a name means a column. */
  public boolean contains(List<String> names) {
    return columns.stream().anyMatch(column -> column.isNamed(names));
  }

  private static String list(List<Column> columns) {
    return columns.stream().map(Column::qualifiedName).collect(Collectors.joining(", "));
  }

  private String suggestion(String name) {
    return columns.stream()
        .map(column -> String.join(".", column.path()))
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .filter(candidate -> distance(name, candidate) <= Math.max(2, name.length() / 3))
        .map(candidate -> "did you mean " + candidate + "? ")
        .orElse("");
  }

  /** Edits between two names, a change of case being none (Wagner and Fischer, 1974). */
  private static int distance(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] current = new int[right.length() + 1];
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        boolean same =
            Character.toLowerCase(left.charAt(i - 1)) == Character.toLowerCase(right.charAt(j - 1));
        current[j] =
            Math.min(previous[j - 1] + (same ? 0 : 1), Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[right.length()];
  }
}
