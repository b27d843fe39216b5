package io.millrace.jobs.expression;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** An expression made of {@link Node}s. */
final class NodeExpression implements Expression {
  private final Node root;
  private final boolean isOwn;

  NodeExpression(Node root, boolean isOwn) {
    this.root = root;
    this.isOwn = isOwn;
  }

  /** Whether no part of it is Flink's generated code. */
  boolean isOwn() {
    return isOwn;
  }

  @Override
  public LogicalType type() {
    return root.type;
  }

  @Override
  public void evaluate(RowData row, FlatRow target, int position) {
    if (root instanceof ColumnNode column) {
      FlatRows.setField(target, position, row, column.field);
    } else if (root.eval(row)) {
      root.store(target, position);
    } else {
      target.setNull(position);
    }
  }
}
