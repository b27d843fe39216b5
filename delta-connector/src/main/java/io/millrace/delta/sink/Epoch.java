package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/**
 * One Flink checkpoint of a pipeline, as its committer knows it.
 *
 * @param run identity of the run of the committer
 * @param checkpointId the Flink checkpoint
 * @param offsets next Kafka offset to read by {@code topic-partition}, for all partitions ever read
 * @param counts rows by operator and fate, {@code operator → fate → rows}, since the first start
 * @param maxTimestampMillis latest event or record time seen so far; {@link Long#MIN_VALUE} if none
 */
public record Epoch(
    String run,
    long checkpointId,
    Map<String, Long> offsets,
    Map<String, Map<String, Long>> counts,
    long maxTimestampMillis) {
  public Epoch {
    requireNonNull(run, "run is null");
    offsets = new TreeMap<>(offsets);
    counts = new TreeMap<>(counts);
  }
}
