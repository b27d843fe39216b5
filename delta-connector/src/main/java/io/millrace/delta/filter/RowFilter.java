package io.millrace.delta.filter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on rows, as far as minima and maxima can tell of it. It never says of rows that they
 * match, only of files and row groups that none of theirs does; a comparison with NULL is not true.
 *
 * <p>Values are {@code Long} (integers, days, microseconds since 1970), {@code Double}, {@code
 * BigDecimal}, {@code Boolean} or {@link Utf8}, the same for all columns of a type.
 */
public sealed interface RowFilter extends Serializable {
  /** Matches everything. */
  RowFilter TRUE = new And(List.of());

  /** False only if no row within the bounds can match. */
  boolean mayMatch(Bounds.Source bounds);

  /** Every column that is asked about. */
  List<ColumnRef> columns();

  /** All of some conditions; true if there are none. */
  record And(List<RowFilter> parts) implements RowFilter {
    public And {
      parts = new ArrayList<>(parts);
    }

    @Override
    public boolean mayMatch(Bounds.Source bounds) {
      for (RowFilter part : parts) {
        if (!part.mayMatch(bounds)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public List<ColumnRef> columns() {
      return parts.stream().flatMap(part -> part.columns().stream()).toList();
    }
  }

  /** One of some conditions, however many: they are a list, not a tree that runs out of stack. */
  record Or(List<RowFilter> parts) implements RowFilter {
    public Or {
      parts = new ArrayList<>(parts);
    }

    @Override
    public boolean mayMatch(Bounds.Source bounds) {
      for (RowFilter part : parts) {
        if (part.mayMatch(bounds)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public List<ColumnRef> columns() {
      return parts.stream().flatMap(part -> part.columns().stream()).toList();
    }
  }

  /** How a column is compared with a value. */
  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  /** A column compared with a value. */
  record Compare(ColumnRef column, Comparison comparison, Comparable<?> value)
      implements RowFilter {
    public Compare {
      requireNonNull(column, "column is null");
      requireNonNull(comparison, "comparison is null");
      requireNonNull(value, "value is null");
    }

    @Override
    public boolean mayMatch(Bounds.Source source) {
      Bounds bounds = source.of(column);
      if (bounds.nulls() == Bounds.Nulls.ALL) {
        return false;
      }
      Comparable<?> min = bounds.min();
      Comparable<?> max = bounds.max();
      return switch (comparison) {
        case EQUAL ->
            (min == null || compare(min, value) <= 0) && (max == null || compare(max, value) >= 0);
        case NOT_EQUAL ->
            min == null
                || max == null
                || compare(min, value) != 0
                || compare(max, value) != 0
                || value instanceof Double;
        case LESS -> min == null || compare(min, value) < 0;
        case LESS_OR_EQUAL -> min == null || compare(min, value) <= 0;
        case GREATER -> max == null || compare(max, value) > 0;
        case GREATER_OR_EQUAL -> max == null || compare(max, value) >= 0;
      };
    }

    @Override
    public List<ColumnRef> columns() {
      return List.of(column);
    }
  }

  /**
   * A column that has one of some values.
   *
   * @param values in ascending order
   */
  record In(ColumnRef column, List<Comparable<?>> values) implements RowFilter {
    public In {
      requireNonNull(column, "column is null");
      List<Comparable<?>> sorted = new ArrayList<>(values);
      sorted.sort(RowFilter::compare);
      values = sorted;
    }

    @Override
    public boolean mayMatch(Bounds.Source source) {
      Bounds bounds = source.of(column);
      if (bounds.nulls() == Bounds.Nulls.ALL) {
        return false;
      }
      Comparable<?> first = firstFrom(bounds.min());
      Comparable<?> max = bounds.max();
      return first != null && (max == null || compare(first, max) <= 0);
    }

    /** The least value that is not less than {@code min}. */
    private @Nullable Comparable<?> firstFrom(@Nullable Comparable<?> min) {
      int from = 0;
      int to = values.size();
      while (min != null && from < to) {
        int middle = (from + to) >>> 1;
        if (compare(values.get(middle), min) < 0) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from < values.size() ? values.get(from) : null;
    }

    @Override
    public List<ColumnRef> columns() {
      return List.of(column);
    }
  }

  /**
   * Whether a column is NULL.
   *
   * @param wanted true for {@code IS NULL}, false for {@code IS NOT NULL}
   */
  record IsNull(ColumnRef column, boolean wanted) implements RowFilter {
    @Override
    public boolean mayMatch(Bounds.Source source) {
      return source.of(column).nulls() != (wanted ? Bounds.Nulls.NONE : Bounds.Nulls.ALL);
    }

    @Override
    public List<ColumnRef> columns() {
      return List.of(column);
    }
  }

  /** Orders two values of one column's type. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compare(Comparable<?> a, Comparable<?> b) {
    return ((Comparable) a).compareTo(b);
  }
}
