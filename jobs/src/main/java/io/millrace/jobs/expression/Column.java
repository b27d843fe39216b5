package io.millrace.jobs.expression;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * A column that an expression may name.
 *
 * @param table alias of the table it comes from, which may be written before its name
 * @param path its name; for a field of a struct that was flattened, the struct's name and the
 *     field's, all of which must be written
 * @param type type, nullability included
 * @param position index of its field in the rows
 */
public record Column(Optional<String> table, List<String> path, LogicalType type, int position) {

  public Column {
    requireNonNull(table, "table is null");
    path = List.copyOf(path);
    requireNonNull(type, "type is null");
    if (path.isEmpty()) {
      throw new IllegalArgumentException("a column needs a name");
    }
    if (position < 0) {
      throw new IllegalArgumentException("position " + position + " of " + path + " is negative");
    }
  }

  /** A column of the only table. */
  public static Column of(String name, LogicalType type, int position) {
    return new Column(Optional.empty(), List.of(name), type, position);
  }

  /** A column that {@code name} and {@code table.name} mean. */
  public static Column of(String table, String name, LogicalType type, int position) {
    return new Column(Optional.of(table), List.of(name), type, position);
  }

  /** A field of a struct, reached by {@code struct.field}. */
  public static Column field(String struct, String field, LogicalType type, int position) {
    return new Column(Optional.empty(), List.of(struct, field), type, position);
  }

  /** As it is written with everything that distinguishes it: {@code t.o.order_id}. */
  public String qualifiedName() {
    List<String> names = new ArrayList<>();
    table.ifPresent(names::add);
    names.addAll(path);
    return String.join(".", names);
  }

  /** Whether {@code names} means this column. */
  boolean isNamed(List<String> names) {
    return names.equals(path)
        || (table.isPresent()
            && names.size() == path.size() + 1
            && names.get(0).equals(table.get())
            && names.subList(1, names.size()).equals(path));
  }
}
