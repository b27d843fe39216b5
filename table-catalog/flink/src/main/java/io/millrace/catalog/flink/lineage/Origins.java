package io.millrace.catalog.flink.lineage;

import io.millrace.catalog.lineage.ColumnOrigin;
import io.millrace.catalog.lineage.Transformation;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What becomes of origins on their way up the plan. None of these ever drops a column. */
final class Origins {
  private Origins() {}

  /** Of a value that is computed from others: none of them is there unchanged. */
  static Set<ColumnOrigin> derived(Collection<ColumnOrigin> origins) {
    return mapped(
        origins,
        origin ->
            origin.transformation() == Transformation.IDENTITY
                ? new ColumnOrigin(origin.source(), Transformation.TRANSFORMATION)
                : origin);
  }

  /** Of a value that is computed from several rows. */
  static Set<ColumnOrigin> aggregated(Collection<ColumnOrigin> origins) {
    return mapped(
        origins,
        origin ->
            origin.transformation().isDirect()
                ? new ColumnOrigin(origin.source(), Transformation.AGGREGATION)
                : origin);
  }

  /** Of what only decides: what decides about that decides with it. */
  static Set<ColumnOrigin> deciding(Collection<ColumnOrigin> origins, Transformation how) {
    return mapped(
        origins,
        origin ->
            origin.transformation().isDirect() ? new ColumnOrigin(origin.source(), how) : origin);
  }

  /** Of a field of the value: a part of a column that is there unchanged is known by its name. */
  static Set<ColumnOrigin> inner(Collection<ColumnOrigin> origins, String field) {
    return mapped(
        origins,
        origin ->
            origin.transformation() == Transformation.IDENTITY
                ? new ColumnOrigin(origin.source().inner(field), Transformation.IDENTITY)
                : origin);
  }

  static Set<ColumnOrigin> union(Iterable<? extends Collection<ColumnOrigin>> parts) {
    Set<ColumnOrigin> all = new LinkedHashSet<>();
    parts.forEach(all::addAll);
    return all;
  }

  private static Set<ColumnOrigin> mapped(
      Collection<ColumnOrigin> origins, UnaryOperator<ColumnOrigin> change) {
    Set<ColumnOrigin> changed = new LinkedHashSet<>(origins.size() * 2);
    for (ColumnOrigin origin : origins) {
      changed.add(change.apply(origin));
    }
    return changed;
  }
}
