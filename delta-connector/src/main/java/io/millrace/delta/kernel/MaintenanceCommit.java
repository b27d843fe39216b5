package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.ChangeFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a maintenance operation does to a table in one version.
 *
 * @param operation what {@code DESCRIBE HISTORY} calls it
 * @param parameters details of the operation; values as JSON texts, as delta-spark has them
 * @param metrics numbers of the operation
 * @param removed files as the version before has them
 * @param added files as this version shall have them
 * @param changes files that list the changed rows; if there are any, readers of changes take them
 *     and not the files before
 * @param dataChange false if the rows stay as they are, and only their files change
 * @param likeThen a state whose schema, properties, features and domains the table shall take back
 * @param alteration of schema or properties
 * @param statement if the commit is that of an UPDATE, DELETE or MERGE
 */
public record MaintenanceCommit(
    String operation,
    Map<String, String> parameters,
    Map<String, String> metrics,
    List<LiveFile> removed,
    List<LiveFile> added,
    List<ChangeFile> changes,
    boolean dataChange,
    Optional<TableState> likeThen,
    Optional<TableAlteration> alteration,
    Optional<Statement> statement) {
  public MaintenanceCommit {
    requireNonNull(operation, "operation is null");
    parameters = new TreeMap<>(parameters);
    metrics = new TreeMap<>(metrics);
    removed = List.copyOf(removed);
    added = List.copyOf(added);
    changes = List.copyOf(changes);
    requireNonNull(likeThen, "likeThen is null");
    requireNonNull(alteration, "alteration is null");
    requireNonNull(statement, "statement is null");
  }

  /**
   * What a statement that changes rows tells of itself.
   *
   * @param readVersion the version whose rows it read
   * @param isolationLevel that was checked
   * @param transactionId by which it knows its own commit again
   */
  public record Statement(long readVersion, String isolationLevel, String transactionId) {
    public Statement {
      requireNonNull(isolationLevel, "isolationLevel is null");
      requireNonNull(transactionId, "transactionId is null");
    }
  }

  /** A commit that changes no schema and no properties but those it takes back. */
  public MaintenanceCommit(
      String operation,
      Map<String, String> parameters,
      Map<String, String> metrics,
      List<LiveFile> removed,
      List<LiveFile> added,
      List<ChangeFile> changes,
      boolean dataChange,
      Optional<TableState> likeThen) {
    this(
        operation,
        parameters,
        metrics,
        removed,
        added,
        changes,
        dataChange,
        likeThen,
        Optional.empty(),
        Optional.empty());
  }

  /** A commit that changes what the table is, and none of its rows. */
  public static MaintenanceCommit alteration(TableAlteration change) {
    return new MaintenanceCommit(
        change.operation(),
        change.parameters(),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        false,
        Optional.empty(),
        Optional.of(change),
        Optional.empty());
  }

  /** A commit that lists no changed rows. */
  public MaintenanceCommit(
      String operation,
      Map<String, String> parameters,
      Map<String, String> metrics,
      List<LiveFile> removed,
      List<LiveFile> added,
      boolean dataChange,
      Optional<TableState> likeThen) {
    this(operation, parameters, metrics, removed, added, List.of(), dataChange, likeThen);
  }

  /** A commit that only leaves a note in the table's history. */
  public static MaintenanceCommit note(
      String operation, Map<String, String> parameters, Map<String, String> metrics) {
    return new MaintenanceCommit(
        operation, parameters, metrics, List.of(), List.of(), false, Optional.empty());
  }

  boolean changesNothing() {
    return removed.isEmpty() && added.isEmpty() && likeThen.isEmpty() && alteration.isEmpty();
  }
}
