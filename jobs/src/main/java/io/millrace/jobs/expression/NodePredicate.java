package io.millrace.jobs.expression;

import org.apache.flink.table.data.RowData;

/** A predicate made of {@link Node}s. */
final class NodePredicate implements Predicate {
  private final Node root;

  NodePredicate(Node root) {
    this.root = root;
  }

  @Override
  public boolean isTrue(RowData row) {
    return root.eval(row) && root.number != 0;
  }
}
