package io.millrace.jobs.plan;

import io.millrace.jobs.operators.Provenance;
import java.util.List;

/**
 * What a query or a dataset gives: a stream of rows, and how its columns are called.
 *
 * @param node the operator that the rows come from
 * @param columns what can be named; the row may hold more
 * @param provenance where the row says which Kafka record it was
 * @param updates true if a later row replaces an earlier one of the same key
 * @param key names of the key's columns, if {@code updates}
 * @param watermark {@code column} and expression of event time, or empty
 */
record Relation(
    PlanNode node,
    List<RelationColumn> columns,
    Provenance provenance,
    boolean updates,
    List<String> key,
    List<String> watermark) {
  Relation {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    watermark = List.copyOf(watermark);
  }

  static Relation appending(PlanNode node, List<RelationColumn> columns, Provenance provenance) {
    return new Relation(node, columns, provenance, false, List.of(), List.of());
  }

  Relation withColumns(List<RelationColumn> other) {
    return new Relation(node, other, provenance, updates, key, List.of());
  }

  boolean isStatic() {
    return node.isStatic();
  }
}
