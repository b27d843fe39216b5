package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A relation that a query reads.
 *
 * @param name what it is called in {@link Query#flinkSql()}: the name of a dataset, or the
 *     generated name of a source function, the same for the same function
 * @param streaming true where the query says {@code STREAM}
 * @param source the function; null where another dataset is read
 * @param position of the reference, {@code STREAM} included
 */
public record RelationReference(
    String name, boolean streaming, @Nullable SourceFunction source, Position position) {

  public RelationReference {
    requireNonNull(name, "name is null");
    requireNonNull(position, "position is null");
  }

  /** True for another dataset, false for a source function. */
  public boolean isDataset() {
    return source == null;
  }
}
