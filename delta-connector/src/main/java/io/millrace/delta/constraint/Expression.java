package io.millrace.delta.constraint;

import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/** A part of a condition, bound to the columns of a row type. Not thread-safe. */
interface Expression {
  ValueType type();

  /**
   * The value for a row, null for NULL.
   *
   * @throws ArithmeticException where Spark in its ANSI mode fails: an overflow, a division by zero
   */
  @Nullable Object evaluate(RowData row);

  /** A value, or one that only depends on the row. */
  static Expression of(ValueType type, Evaluation evaluation) {
    return new Expression() {
      @Override
      public ValueType type() {
        return type;
      }

      @Override
      public @Nullable Object evaluate(RowData row) {
        return evaluation.evaluate(row);
      }
    };
  }

  @FunctionalInterface
  interface Evaluation {
    @Nullable Object evaluate(RowData row);
  }
}
