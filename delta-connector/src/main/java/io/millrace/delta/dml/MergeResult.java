package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a MERGE did.
 *
 * @param version that it made; empty if it changed nothing
 * @param metrics numbers of the operation, as the table's history has them
 * @param rounds how often it was planned: more than once if others changed the table meanwhile
 */
public record MergeResult(OptionalLong version, Map<String, Long> metrics, int rounds) {
  public MergeResult {
    requireNonNull(version, "version is null");
    metrics = new TreeMap<>(metrics);
  }

  long metric(String name) {
    return metrics.getOrDefault(name, 0L);
  }

  public long inserted() {
    return metric("numTargetRowsInserted");
  }

  public long updated() {
    return metric("numTargetRowsUpdated");
  }

  public long deleted() {
    return metric("numTargetRowsDeleted");
  }
}
