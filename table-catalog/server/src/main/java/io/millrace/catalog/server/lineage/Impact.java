package io.millrace.catalog.server.lineage;

import java.util.List;
import java.util.Optional;

/**
 * What a change of a table, a column or a function would touch, as a viewer sees it.
 *
 * @param affected what is made from it or names it, the nearest first
 * @param running jobs that read it, or something made from it, now
 * @param owners of what is affected, for asking them; sorted
 * @param restricted how many of the affected the viewer may not see
 * @param truncated whether there is more than an answer may have
 */
public record Impact(
    List<Affected> affected,
    List<Reader> running,
    List<String> owners,
    int restricted,
    boolean truncated) {
  public Impact {
    affected = List.copyOf(affected);
    running = List.copyOf(running);
    owners = List.copyOf(owners);
  }

  /**
   * One that is touched.
   *
   * @param distance steps from what is changed
   * @param detail name of the constraint or policy; empty of the others
   */
  public record Affected(LineageNode node, Reason reason, int distance, Optional<String> detail) {}

  /** Why something is touched. */
  public enum Reason {
    /** A job makes it from what is changed, by its values. */
    VALUES,
    /** A job makes it from what is changed, which decides about its rows or values. */
    DECIDES,
    /** It is a view that reads what is changed. */
    VIEW,
    /** A constraint of the table names the column. */
    CONSTRAINT,
    /** A row filter takes the column, or is the function. */
    ROW_FILTER,
    /** A column mask is on the column, takes it, or is the function. */
    COLUMN_MASK,
    /** The files of the table are divided by the column. */
    PARTITION
  }

  /**
   * A job that reads.
   *
   * @param job empty for who may not see all that it joins
   * @param columns that it reads; none if that is not known
   */
  public record Reader(LineageNode source, Optional<LineageJobView> job, List<String> columns) {
    public Reader {
      columns = List.copyOf(columns);
    }
  }
}
