package io.millrace.catalog.lineage;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.List;

/**
 * A column that a statement writes, and all that has a part in it.
 *
 * @param direct what its values are made of, sorted; empty for constants and counts
 * @param indirect what decides about its values, or about the rows that have them, sorted
 */
public record SinkColumn(String name, List<ColumnOrigin> direct, List<ColumnOrigin> indirect) {
  public SinkColumn {
    requireNonNull(name, "name is null");
    direct = direct.stream().sorted().distinct().toList();
    indirect = indirect.stream().sorted().distinct().toList();
    for (ColumnOrigin origin : direct) {
      if (!origin.transformation().isDirect()) {
        throw new IllegalArgumentException("column %s: %s is not direct".formatted(name, origin));
      }
    }
    for (ColumnOrigin origin : indirect) {
      if (origin.transformation().isDirect()) {
        throw new IllegalArgumentException("column %s: %s is not indirect".formatted(name, origin));
      }
    }
  }

  /** A column with origins of both kinds. */
  public static SinkColumn of(String name, Collection<ColumnOrigin> origins) {
    return new SinkColumn(
        name,
        origins.stream().filter(origin -> origin.transformation().isDirect()).toList(),
        origins.stream().filter(origin -> !origin.transformation().isDirect()).toList());
  }
}
