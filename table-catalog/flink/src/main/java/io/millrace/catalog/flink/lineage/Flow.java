package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.Transformation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What a node of the plan hands to the one above.
 *
 * @param fields origins of each field's values, by position
 * @param rows what decides which rows there are, how often and in which order; all INDIRECT
 */
record Flow(List<Set<ColumnOrigin>> fields, Set<ColumnOrigin> rows) {
  Flow {
    fields = List.copyOf(fields);
  }

  Set<ColumnOrigin> field(int position) {
    return fields.get(position);
  }

  int width() {
    return fields.size();
  }

  /** Origins of all values. */
  Set<ColumnOrigin> values() {
    return Origins.union(fields);
  }

  Flow withFields(List<Set<ColumnOrigin>> others) {
    return new Flow(others, rows);
  }

  Flow mapFields(UnaryOperator<Set<ColumnOrigin>> change) {
    return new Flow(fields.stream().map(change).toList(), rows);
  }

  /** The same rows, of which more decides. */
  Flow decidedBy(Collection<ColumnOrigin> origins, Transformation how) {
    Set<ColumnOrigin> more = new LinkedHashSet<>(rows);
    more.addAll(Origins.deciding(origins, how));
    return new Flow(fields, more);
  }

  /** Fields of this and then of the other, in rows that both decide about. */
  Flow beside(Flow other) {
    List<Set<ColumnOrigin>> both = new ArrayList<>(fields);
    both.addAll(other.fields);
    return new Flow(both, Origins.union(List.of(rows, other.rows)));
  }

  /** So many fields, each of which may hold all of these, in rows that all of them decide about. */
  static Flow anything(int width, Collection<ColumnOrigin> origins) {
    return new Flow(
        Collections.nCopies(width, Origins.derived(origins)),
        Origins.deciding(origins, Transformation.FILTER));
  }
}
