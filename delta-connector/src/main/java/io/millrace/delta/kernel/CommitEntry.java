package io.millrace.delta.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One version of a table, as its log tells.
 *
 * @param version of the table
 * @param timestampMillis when it was made, milliseconds since 1970
 * @param operation such as {@code STREAMING UPDATE}; {@code UNKNOWN} if the entry does not say
 * @param operationParameters details of the operation
 * @param operationMetrics numbers of the operation
 * @param readVersion the version that its writer had read
 * @param isolationLevel what its writer promised about concurrent changes
 * @param blindAppend true if it only added rows, without a look at the others
 * @param engineInfo which program made it
 * @param userName who made it
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
    OptionalLong readVersion,
    Optional<String> isolationLevel,
    Optional<Boolean> blindAppend,
    Optional<String> engineInfo,
    Optional<String> userName,
    Optional<String> userMetadata,
    Map<String, String> millrace) {
  public CommitEntry {
    operationParameters = new TreeMap<>(operationParameters);
    operationMetrics = new TreeMap<>(operationMetrics);
    millrace = new TreeMap<>(millrace);
  }
}
