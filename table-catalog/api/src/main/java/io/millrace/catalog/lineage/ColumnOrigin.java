package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/** A column of a source, and how it has a part in a column of a sink. */
public record ColumnOrigin(ColumnPath source, Transformation transformation)
    implements Comparable<ColumnOrigin> {
  private static final Comparator<ColumnOrigin> ORDER =
      Comparator.comparing(ColumnOrigin::source).thenComparing(ColumnOrigin::transformation);

  public ColumnOrigin {
    requireNonNull(source, "source is null");
    requireNonNull(transformation, "transformation is null");
  }

  @Override
  public int compareTo(ColumnOrigin other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return source + " " + transformation;
  }
}
