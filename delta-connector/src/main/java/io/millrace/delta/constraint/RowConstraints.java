package io.millrace.delta.constraint;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * The constraints of a table, for rows of one type. A row meets a constraint if it is TRUE: NULL is
 * not enough (Delta protocol, "CHECK Constraints" and "Column Invariants"). What Spark's ANSI mode
 * fails with, such as an overflow, is not TRUE either. Owned by one thread.
 */
public final class RowConstraints {
  private final String table;
  private final List<Bound> bound;

  private record Bound(TableConstraint constraint, Expression condition) {}

  private RowConstraints(String table, List<Bound> bound) {
    this.table = table;
    this.bound = List.copyOf(bound);
  }

  /**
   * @param table name of the table, for messages
   * @param rowType of the rows that come
   * @param leftOut columns of the table that they do not have
   * @throws MillraceException TABLE_UNSUPPORTED naming the first constraint that cannot be
   *     evaluated here, and what of it
   */
  public static RowConstraints of(
      String table, RowType rowType, Set<String> leftOut, List<TableConstraint> constraints) {
    return of(table, rowType, leftOut, constraints, null);
  }

  /**
   * @param zone in which moments have a date and a time of day; null if that is not known
   */
  static RowConstraints of(
      String table,
      RowType rowType,
      Set<String> leftOut,
      List<TableConstraint> constraints,
      @Nullable ZoneId zone) {
    Columns columns = new Columns(rowType, leftOut, zone);
    List<Bound> bound = new ArrayList<>(constraints.size());
    for (TableConstraint constraint : constraints) {
      try {
        bound.add(new Bound(constraint, ConstraintParser.parse(constraint.expression(), columns)));
      } catch (Unsupported e) {
        throw new MillraceException(
            ErrorCode.TABLE_UNSUPPORTED,
            "constraint %s of table %s (%s) cannot be evaluated here because of %s"
                .formatted(constraint.name(), table, constraint.expression(), e.getMessage()),
            "drop the constraint, or say it with comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN,"
                + " LIKE and arithmetic",
            e);
      }
    }
    return new RowConstraints(table, bound);
  }

  public boolean isEmpty() {
    return bound.isEmpty();
  }

  /**
   * @throws MillraceException CHECK_VIOLATED naming the constraint, and no value of the row
   */
  public void require(RowData row) {
    for (Bound each : bound) {
      boolean met;
      try {
        met = Boolean.TRUE.equals(each.condition.evaluate(row));
      } catch (ArithmeticException e) {
        met = false;
      }
      if (!met) {
        throw new MillraceException(
            ErrorCode.CHECK_VIOLATED,
            "a row does not meet constraint %s of table %s: %s"
                .formatted(each.constraint.name(), table, each.constraint.expression()),
            "correct the rows, drop or quarantine them with an expectation of the same condition,"
                + " or drop the constraint");
      }
    }
  }
}
