package io.millrace.delta.filter;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the values of a column in a file, a row group or a partition.
 *
 * @param min no value is less; null if nothing is known
 * @param max no value is greater; null if nothing is known
 * @param nulls whether some of them are NULL
 */
public record Bounds(@Nullable Comparable<?> min, @Nullable Comparable<?> max, Nulls nulls) {
  /** How many values are NULL. */
  public enum Nulls {
    NONE,
    SOME,
    ALL,
    UNKNOWN
  }

  public static final Bounds UNKNOWN = new Bounds(null, null, Nulls.UNKNOWN);

  /** Where all values are NULL. */
  public static final Bounds NULL = new Bounds(null, null, Nulls.ALL);

  /** Where all values are the same. */
  public static Bounds exactly(Comparable<?> value) {
    return new Bounds(value, value, Nulls.NONE);
  }

  /** Bounds of a column in something. */
  @FunctionalInterface
  public interface Source {
    /** {@link #UNKNOWN} if nothing is known. */
    Bounds of(ColumnRef column);
  }
}
