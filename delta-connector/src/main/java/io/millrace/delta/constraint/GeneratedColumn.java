package io.millrace.delta.constraint;

import static java.util.Objects.requireNonNull;

import org.apache.flink.table.types.logical.LogicalType;

/**
 * A column whose value follows from other columns of the row.
 *
 * @param name of the column
 * @param type of the column
 * @param expression in Spark SQL
 */
public record GeneratedColumn(String name, LogicalType type, String expression) {
  public GeneratedColumn {
    requireNonNull(name, "name is null");
    requireNonNull(type, "type is null");
    requireNonNull(expression, "expression is null");
  }
}
