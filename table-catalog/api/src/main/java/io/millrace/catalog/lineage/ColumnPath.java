package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A column, or a field within one.
 *
 * @param field names of nested fields from the outermost in; empty for the whole column
 */
public record ColumnPath(ObjectName table, String column, List<String> field)
    implements Comparable<ColumnPath> {
  public ColumnPath {
    requireNonNull(table, "table is null");
    requireNonNull(column, "column is null");
    field = List.copyOf(field);
  }

  public static ColumnPath of(ObjectName table, String column) {
    return new ColumnPath(table, column, List.of());
  }

  /** The field of this name within what this is. */
  public ColumnPath inner(String name) {
    return new ColumnPath(table, column, Stream.concat(field.stream(), Stream.of(name)).toList());
  }

  @Override
  public int compareTo(ColumnPath other) {
    return toString().compareTo(other.toString());
  }

  /** As SQL has it: {@code main.sales.orders.address.city}. */
  @Override
  public String toString() {
    return Stream.concat(Stream.of(column), field.stream())
        .map(ObjectName::quoted)
        .collect(Collectors.joining(".", table + ".", ""));
  }
}
