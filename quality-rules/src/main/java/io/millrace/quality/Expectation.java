package io.millrace.quality;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * What every row of a dataset should satisfy. Only TRUE satisfies: NULL does not, nor does an
 * expression that fails for the row.
 *
 * @param name unique within its dataset
 * @param expression SQL, as the project's author wrote it
 * @param action what becomes of a row that does not satisfy it
 */
public record Expectation(String name, String expression, ViolationAction action)
    implements Serializable {
  public Expectation {
    requireNonNull(expression, "expression is null");
    requireNonNull(action, "action is null");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an expectation needs a name");
    }
  }

  /** Name and expression, as reasons and error messages show them: {@code x (amount > 0)}. */
  @Override
  public String toString() {
    return name + " (" + expression + ")";
  }
}
