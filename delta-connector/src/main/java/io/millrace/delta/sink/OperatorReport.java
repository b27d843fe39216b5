package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one subtask of an operator saw since the checkpoint before.
 *
 * @param operator name of the operator, the same for all its subtasks
 * @param checkpointId the Flink checkpoint that closes this report
 * @param counts rows by what became of them since the report before, such as {@code in}, {@code
 *     out}, {@code malformed}, {@code dropped.valid_amount}
 * @param offsets next Kafka offset to read by {@code topic-partition}, of partitions read by this
 *     subtask; empty for operators that read no source
 * @param maxTimestampMillis latest event or record time seen by this subtask, milliseconds since
 *     1970; {@link Long#MIN_VALUE} if none
 */
public record OperatorReport(
    String operator,
    long checkpointId,
    Map<String, Long> counts,
    Map<String, Long> offsets,
    long maxTimestampMillis)
    implements CheckpointPart {
  public OperatorReport {
    requireNonNull(operator, "operator is null");
    counts = new TreeMap<>(counts);
    offsets = new TreeMap<>(offsets);
  }
}
