package io.millrace.delta.constraint;

import static java.util.Objects.requireNonNull;

/**
 * A condition that every row of a table meets, as the table has it.
 *
 * @param name of the constraint; of an invariant, its column
 * @param expression in Spark SQL
 */
public record TableConstraint(String name, String expression) {
  public TableConstraint {
    requireNonNull(name, "name is null");
    requireNonNull(expression, "expression is null");
  }
}
