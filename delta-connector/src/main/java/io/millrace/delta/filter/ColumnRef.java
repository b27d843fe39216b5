package io.millrace.delta.filter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * A column, or a field in a column of rows.
 *
 * @param path names from the top, as statistics have them
 * @param type of its values
 */
public record ColumnRef(List<String> path, LogicalType type) implements Serializable {
  public ColumnRef {
    path = new ArrayList<>(path);
    requireNonNull(type, "type is null");
    if (path.isEmpty()) {
      throw new IllegalArgumentException("path is empty");
    }
  }
}
