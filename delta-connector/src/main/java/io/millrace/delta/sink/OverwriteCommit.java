package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.constraint.TableConstraint;
import io.millrace.delta.kernel.CommitTurn;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.LoggedCommit.LoggedFile;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.log.CommitStores;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Replaces what a table, or some of its partitions, held at one version by new files, as one
 * version.
 *
 * <p>What others do meanwhile is judged as delta-spark's {@code ConflictChecker} does: rows that
 * are appended blindly count as appended afterwards and stay; files that are packed are followed;
 * whoever removes or updates rows that are to be replaced, or adds some there after looking at the
 * table, stands in the way. Not thread-safe.
 */
final class OverwriteCommit implements AutoCloseable {
  private static final int ATTEMPTS_MAX = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DeltaTableSpec spec;
  private final Overwrite overwrite;
  private final TableLog table;
  private final Set<String> replaced = new HashSet<>();
  private long judged;

  /**
   * Opens the table, creating it if it is not there.
   *
   * @throws MillraceException TABLE_UNSUPPORTED, also if it is append-only; SCHEMA_CHANGED
   */
  OverwriteCommit(DeltaTableSpec spec, Overwrite overwrite) {
    this.spec = requireNonNull(spec, "spec is null");
    this.overwrite = requireNonNull(overwrite, "overwrite is null");
    this.table =
        TableLog.open(
            TableDefinition.of(spec), CommitStores.forTable(spec.path()), Clock.systemUTC());
    if (table.isAppendOnly()) {
      table.close();
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s at %s is to be overwritten and is append-only"
              .formatted(spec.name(), spec.path()),
          "set the table property delta.appendOnly to false, or append to it");
    }
  }

  /**
   * Makes the version.
   *
   * @param transaction stable name of the statement, by which it knows its own commit again
   * @param checked the constraints that the rows were asked for; empty for those that the table has
   *     now
   * @return the version
   * @throws MillraceException COMMIT_CONFLICT naming the version that stands in the way;
   *     SCHEMA_CHANGED, DISK_FULL, IO_FAILED
   */
  long commit(String transaction, List<DataFile> added, Optional<String> checked) {
    String constraints = checked.orElseGet(() -> TableCommitter.text(table.constraints()));
    OverwriteScope scope = new OverwriteScope(spec, table.writeRules().names(), overwrite, added);
    if (overwrite.readVersion() >= 0) {
      TableSnapshot.at(spec.path(), overwrite.readVersion())
          .forEachFile(
              file -> {
                if (scope.contains(file)) {
                  replaced.add(file.path());
                }
              });
    }
    judged = Math.max(0, overwrite.readVersion());
    List<LiveFile> files = new ArrayList<>(added.size());
    for (DataFile file : added) {
      files.add(
          LiveFile.of(
              file.path(),
              file.sizeBytes(),
              file.modifiedMillis(),
              file.stats(),
              file.partitionValues()));
    }
    try (CommitTurn turn = CommitTurn.at(spec.path())) {
      for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        turn.before(attempt);
        if (attempt > 1) {
          table.reload();
        }
        OptionalLong made = table.transaction(transaction);
        if (made.isPresent()) {
          return table.version();
        }
        requireChecked(constraints);
        judge(scope);
        List<LiveFile> removed = new ArrayList<>();
        replaced.forEach(path -> table.file(path).ifPresent(removed::add));
        if (removed.isEmpty() && files.isEmpty()) {
          return table.version();
        }
        if (table.commit(change(transaction, removed, files, added))) {
          return table.version();
        }
      }
    }
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "table %s could not be overwritten: others were faster %d times in a row"
            .formatted(spec.name(), ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private void requireChecked(String constraints) {
    Optional<TableConstraint> missing = TableCommitter.unchecked(table.constraints(), constraints);
    if (missing.isPresent()) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "table %s got constraint %s (%s) after the rows of a statement were written"
              .formatted(spec.name(), missing.get().name(), missing.get().expression()),
          "run the statement again");
    }
  }

  /** Looks at what others committed. */
  private void judge(OverwriteScope scope) {
    LogTail log = new LogTail(spec.path());
    while (judged < table.version()) {
      long version = judged + 1;
      LoggedCommit commit =
          log.read(version).orElseThrow(() -> new IllegalStateException("no version " + version));
      judge(commit, scope);
      judged = version;
    }
  }

  private void judge(LoggedCommit commit, OverwriteScope scope) {
    List<String> moved = new ArrayList<>();
    boolean movesOthers = false;
    for (LoggedFile removed : commit.removed()) {
      if (!scope.contains(removed.file())) {
        continue;
      }
      if (removed.dataChange()) {
        if (replaced.contains(removed.file().path())) {
          throw conflict(commit, "removed or updated rows that are to be replaced");
        }
      } else if (replaced.contains(removed.file().path())) {
        moved.add(removed.file().path());
      } else {
        movesOthers = true;
      }
    }
    if (!moved.isEmpty() && movesOthers) {
      throw conflict(commit, "packed rows that are to be replaced together with later ones");
    }
    for (LoggedFile added : commit.added()) {
      if (!scope.contains(added.file())) {
        continue;
      }
      if (added.dataChange()) {
        if (!commit.blindAppend()) {
          throw conflict(commit, "added rows where rows are to be replaced");
        }
      } else if (!moved.isEmpty()) {
        replaced.add(added.file().path());
      }
    }
    moved.forEach(replaced::remove);
    commit.added().stream()
        .filter(added -> !added.dataChange() && moved.contains(added.file().path()))
        .forEach(added -> replaced.add(added.file().path()));
  }

  private MillraceException conflict(LoggedCommit commit, String what) {
    return new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "table %s could not be overwritten: version %d (%s) %s, after version %d that the statement began with"
            .formatted(
                spec.name(), commit.version(), commit.operation(), what, overwrite.readVersion()),
        "run the statement again");
  }

  private TableChange change(
      String transaction, List<LiveFile> removed, List<LiveFile> files, List<DataFile> added) {
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("mode", "Overwrite");
    parameters.put("partitionBy", json(spec.partitionColumns()));
    if (!overwrite.partition().isEmpty()) {
      parameters.put(
          "predicate",
          json(
              overwrite.partition().entrySet().stream()
                  .map(value -> "(%s = '%s')".formatted(value.getKey(), value.getValue()))
                  .toList()));
    }
    if (overwrite.dynamic()) {
      parameters.put("isDynamicPartitionOverwrite", "true");
    }
    return new TableChange(
        removed,
        files,
        Map.of(transaction, 1L),
        "WRITE",
        parameters,
        Map.of(
            "numFiles", Long.toString(files.size()),
            "numOutputRows", Long.toString(added.stream().mapToLong(DataFile::records).sum()),
            "numOutputBytes", Long.toString(added.stream().mapToLong(DataFile::sizeBytes).sum()),
            "numRemovedFiles", Long.toString(removed.size()),
            "numRemovedBytes",
                Long.toString(removed.stream().mapToLong(LiveFile::sizeBytes).sum())),
        Map.of());
  }

  private static String json(List<String> texts) {
    try {
      return JSON.writeValueAsString(texts);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts have a JSON form", e);
    }
  }

  @Override
  public void close() {
    table.close();
  }
}
