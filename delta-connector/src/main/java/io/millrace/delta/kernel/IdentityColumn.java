package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

/**
 * A column that numbers the rows of a table, with gaps and in no order ({@code GENERATED … AS
 * IDENTITY}).
 *
 * @param name of the column
 * @param start first number
 * @param step from one number to the next; negative to count down, never 0
 * @param allowsValues true if rows may bring a number of their own
 */
public record IdentityColumn(String name, long start, long step, boolean allowsValues) {
  public IdentityColumn {
    requireNonNull(name, "name is null");
    if (step == 0) {
      throw new IllegalArgumentException("identity column " + name + " has step 0");
    }
  }

  /**
   * The first number behind a mark.
   *
   * @throws ArithmeticException if there is none
   */
  long after(long mark) {
    long steps = Math.floorDiv(Math.subtractExact(mark, start), step) + 1;
    return Math.addExact(start, Math.multiplyExact(Math.max(0, steps), step));
  }
}
