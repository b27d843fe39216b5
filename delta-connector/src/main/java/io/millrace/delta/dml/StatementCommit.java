package io.millrace.delta.dml;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.dml.ReadConflicts.Conflict;
import io.millrace.delta.kernel.CommitTurn;
import io.millrace.delta.kernel.IsolationLevel;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes the version of a statement, if nothing was committed meanwhile that stands against it. */
final class StatementCommit {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ATTEMPTS_MAX = 200;

  private final MaintainedTable table;
  private final String operation;
  private final Map<String, String> parameters;
  private final ReadSet read;
  private final String transactionId;

  StatementCommit(
      MaintainedTable table,
      String operation,
      Map<String, String> parameters,
      ReadSet read,
      String transactionId) {
    this.table = requireNonNull(table, "table is null");
    this.operation = requireNonNull(operation, "operation is null");
    this.parameters = Map.copyOf(parameters);
    this.read = requireNonNull(read, "read is null");
    this.transactionId = requireNonNull(transactionId, "transactionId is null");
  }

  /** A text, or a list of texts in a text, as delta-spark has predicates. */
  static String json(Object value) {
    try {
      return JSON.writeValueAsString(
          value instanceof String ? value : JSON.writeValueAsString(value));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * The version that an earlier attempt of the same statement has made, after a failure of which it
   * was not told.
   */
  Optional<Long> made(TableState now) {
    return conflicts(now).ownCommit(read.version(), now.version());
  }

  private ReadConflicts conflicts(TableState now) {
    return new ReadConflicts(
        new LogTail(table.path()),
        read,
        IsolationLevel.of(now) == IsolationLevel.WRITE_SERIALIZABLE,
        transactionId);
  }

  /**
   * Commits.
   *
   * @param removed files as the version that was read has them
   * @param added files, also ones with other deletion vectors than before
   * @param changes files that list the changed rows
   * @param metrics asked for each attempt
   * @return the version
   * @throws MillraceException COMMIT_CONFLICT naming version and operation of the other writer
   */
  long commit(
      List<LiveFile> removed,
      List<LiveFile> added,
      List<ChangeFile> changes,
      Supplier<Map<String, String>> metrics) {
    Set<String> touched = removed.stream().map(LiveFile::path).collect(Collectors.toSet());
    long checked = read.version();
    try (CommitTurn turn = CommitTurn.at(table.path())) {
      for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        turn.before(attempt);
        TableState now = table.latest();
        Optional<Conflict> conflict = conflicts(now).find(touched, checked, now.version());
        if (conflict.isPresent()) {
          throw refused(conflict.get());
        }
        checked = now.version();
        MaintenanceCommit commit =
            new MaintenanceCommit(
                operation,
                parameters,
                metrics.get(),
                removed,
                added,
                changes,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                    new MaintenanceCommit.Statement(
                        read.version(), IsolationLevel.of(now).toString(), transactionId)));
        if (table.commit(now, commit)) {
          return now.version() + 1;
        }
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "%s could not be committed to table %s: others were faster %d times in a row"
            .formatted(operation, table.path(), ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private MillraceException refused(Conflict conflict) {
    return new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "%s of table %s has read version %d; since then version %d (%s) %s"
            .formatted(
                operation,
                table.path(),
                read.version(),
                conflict.version(),
                conflict.operation(),
                conflict.what()),
        "run the statement again");
  }
}
