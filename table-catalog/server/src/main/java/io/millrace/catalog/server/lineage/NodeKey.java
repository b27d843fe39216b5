package io.millrace.catalog.server.lineage;

import io.millrace.catalog.server.state.CatalogState;
import java.util.UUID;

/**
 * A place in the graph.
 *
 * @param dataset id
 * @param column folded, so that its case does not matter; empty for the whole dataset
 */
record NodeKey(UUID dataset, String column) {

  static NodeKey of(UUID dataset, String column) {
    return new NodeKey(dataset, CatalogState.folded(column));
  }

  boolean isColumn() {
    return !column.isEmpty();
  }

  /** Whether a column of an edge is this one, as far as is known. */
  boolean touches(String other) {
    return column.isEmpty() || other.isEmpty() || column.equals(CatalogState.folded(other));
  }
}
