package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

/**
 * {@code CONSTRAINT name EXPECT (condition) [ON VIOLATION …]}: what every row should satisfy. Only
 * TRUE satisfies; NULL does not.
 *
 * @param name unique within its dataset
 * @param condition a Flink SQL expression over the dataset's columns
 * @param action what becomes of a row that does not satisfy it
 * @param position of the name
 */
public record ExpectationClause(
    String name, SqlFragment condition, Action action, Position position) {

  /** What becomes of a row that violates the expectation. */
  public enum Action {
    /** Nothing said: the row is kept and counted. */
    WARN,
    /** {@code ON VIOLATION DROP ROW}: the row goes no further. */
    DROP,
    /** {@code ON VIOLATION FAIL UPDATE}: the dataset stops at its last good checkpoint. */
    FAIL
  }

  public ExpectationClause {
    requireNonNull(name, "name is null");
    requireNonNull(condition, "condition is null");
    requireNonNull(action, "action is null");
    requireNonNull(position, "position is null");
  }

  /** The condition as Flink SQL, variables put in. */
  public String expressionText() {
    return condition.flinkSql();
  }
}
