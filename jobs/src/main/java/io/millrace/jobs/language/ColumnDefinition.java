package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * A column that a dataset declares.
 *
 * @param type with its nullability: {@code NOT NULL} where the column says so
 * @param comment null if there is none
 * @param position of the name
 */
public record ColumnDefinition(
    String name, LogicalType type, @Nullable String comment, Position position) {

  public ColumnDefinition {
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    requireNonNull(position, "position is null");
  }
}
