package io.millrace.delta.constraint;

import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/** A value that is the same for all rows. */
record Literal(ValueType type, @Nullable Object value) implements Expression {
  static final Literal NULL = new Literal(ValueType.NULL, null);

  @Override
  public @Nullable Object evaluate(RowData row) {
    return value;
  }
}
