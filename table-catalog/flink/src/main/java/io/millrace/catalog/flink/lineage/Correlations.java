package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.core.CorrelationId;

/** Rows of outer queries that an inner one may refer to, by Calcite's correlation variables. */
final class Correlations {
  static final Correlations NONE = new Correlations(Map.of());

  private final Map<CorrelationId, List<Set<ColumnOrigin>>> rows;

  private Correlations(Map<CorrelationId, List<Set<ColumnOrigin>>> rows) {
    this.rows = rows;
  }

  Correlations with(Collection<CorrelationId> ids, List<Set<ColumnOrigin>> row) {
    if (ids.isEmpty()) {
      return this;
    }
    Map<CorrelationId, List<Set<ColumnOrigin>>> more = new HashMap<>(rows);
    ids.forEach(id -> more.put(id, row));
    return new Correlations(more);
  }

  Optional<List<Set<ColumnOrigin>>> row(CorrelationId id) {
    return Optional.ofNullable(rows.get(id));
  }

  /** Origins of all that an inner query might refer to. */
  Set<ColumnOrigin> values() {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    rows.values().forEach(row -> all.addAll(Origins.union(row)));
    return all;
  }
}
