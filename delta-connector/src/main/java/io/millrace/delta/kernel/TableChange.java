package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.ChangeFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one commit changes, planned against one version of a table.
 *
 * @param removed files as that version has them
 * @param added files as the next version shall have them; a file in both lists gets another
 *     deletion vector
 * @param changes files that list the changed rows; if there are any, readers of changes take them
 *     and not the files before
 * @param transactions transaction identifiers by application id
 * @param operation what {@code DESCRIBE HISTORY} calls it
 * @param operationParameters details of the operation
 * @param operationMetrics numbers of the operation
 * @param info further keys of {@code commitInfo}
 */
public record TableChange(
    List<LiveFile> removed,
    List<LiveFile> added,
    List<ChangeFile> changes,
    Map<String, Long> transactions,
    String operation,
    Map<String, String> operationParameters,
    Map<String, String> operationMetrics,
    Map<String, String> info) {
  public TableChange {
    removed = List.copyOf(removed);
    added = List.copyOf(added);
    changes = List.copyOf(changes);
    transactions = new TreeMap<>(transactions);
    requireNonNull(operation, "operation is null");
    operationParameters = new TreeMap<>(operationParameters);
    operationMetrics = new TreeMap<>(operationMetrics);
    info = new TreeMap<>(info);
  }

  /** A change that lists no changed rows. */
  public TableChange(
      List<LiveFile> removed,
      List<LiveFile> added,
      Map<String, Long> transactions,
      String operation,
      Map<String, String> operationParameters,
      Map<String, String> operationMetrics,
      Map<String, String> info) {
    this(
        removed,
        added,
        List.of(),
        transactions,
        operation,
        operationParameters,
        operationMetrics,
        info);
  }

  /** True if other writers' changes cannot matter to it. */
  boolean isBlindAppend() {
    return removed.isEmpty();
  }
}
