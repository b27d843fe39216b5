package io.millrace.delta.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One version of a table, as its log tells.
 *
 * @param version of the table
 * @param timestampMillis when it was made, milliseconds since 1970
 * @param operation such as {@code STREAMING UPDATE}; {@code UNKNOWN} if the entry does not say
 * @param operationParameters details of the operation
 * @param operationMetrics numbers of the operation
 * @param engineInfo who made it
 * @param userMetadata what the user attached
 * @param millrace what our commits add: epoch, checkpointId, sequence, offsets, watermark; without
 *     the prefix {@code millrace.}
 */
public record CommitEntry(
    long version,
    long timestampMillis,
    String operation,
    Map<String, String> operationParameters,
    Map<String, String> operationMetrics,
    Optional<String> engineInfo,
    Optional<String> userMetadata,
    Map<String, String> millrace) {
  public CommitEntry {
    operationParameters = new TreeMap<>(operationParameters);
    operationMetrics = new TreeMap<>(operationMetrics);
    millrace = new TreeMap<>(millrace);
  }
}
