package io.millrace.jobs.plan;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.expression.Expression;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** A field of the input as it is. */
record CopiedColumn(int source, LogicalType type) implements Expression {
  @Override
  public void evaluate(RowData row, FlatRow target, int position) {
    if (row instanceof FlatRow flat) {
      target.copyField(flat, source, position);
    } else {
      FlatRows.setField(target, position, row, source);
    }
  }
}
