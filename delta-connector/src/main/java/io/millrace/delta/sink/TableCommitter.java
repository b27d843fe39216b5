package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.constraint.TableConstraint;
import io.millrace.delta.kernel.CommitTurn;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits each checkpoint's changes to one table, once and in order.
 *
 * <p>What makes it once:
 *
 * <ul>
 *   <li>A committable is known by the epoch and the Flink checkpoint that it was <em>written</em>
 *       under, which it carries itself, never by the job that happens to be committing it. Every
 *       commit leaves {@code txn(sinkId/epoch, checkpointId)} in the table, looked up before each
 *       attempt.
 *   <li>Every commit also leaves {@code txn(sinkId, sequence)}. A sequence that the table already
 *       holds, from a committable that it does not, is another run of the same sink: this one is
 *       fenced off.
 *   <li>A log entry is put where none is, or not at all. Whoever loses reads what there is now,
 *       looks up both identifiers again, and plans again from there; no action is sent twice.
 * </ul>
 *
 * <p>Not thread-safe. Files named by a committable must be durable before it comes here.
 */
public final class TableCommitter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TableCommitter.class);

  /** How often others may be faster in a row; each round is a few milliseconds. */
  private static final int ATTEMPTS_MAX = 200;

  private static final String INFO_PREFIX = "millrace.";

  /** Key of {@link TableCommittable#info()}: which conditions its rows were asked for. */
  static final String CHECKED = "constraints";

  private final DeltaTableSpec spec;
  private final TableLog table;
  private final String checkedConstraints;
  private final MovedRows moved;
  private final UpsertChanges changes;

  private TableCommitter(DeltaTableSpec spec, TableLog table) {
    this.spec = requireNonNull(spec, "spec is null");
    this.table = requireNonNull(table, "table is null");
    this.moved = new MovedRows(spec, table);
    this.changes = new UpsertChanges(spec, table);
    this.checkedConstraints = text(table.constraints());
  }

  /** One line each, in an order that does not change. */
  static String text(List<TableConstraint> constraints) {
    return constraints.stream().map(TableCommitter::text).collect(Collectors.joining("\n"));
  }

  private static String text(TableConstraint constraint) {
    return (constraint.name() + ": " + constraint.expression()).replaceAll("\\s+", " ");
  }

  /**
   * What {@link #CHECKED} says in committables of rows that are written from now on: the conditions
   * that the table had when it was opened. Empty if it had none.
   */
  String checkedConstraints() {
    return checkedConstraints;
  }

  /**
   * Opens the table, creating it if it is not there.
   *
   * @throws MillraceException TYPE_UNSUPPORTED, PROPERTY_INVALID; of a table that is there:
   *     SCHEMA_CHANGED, TABLE_UNSUPPORTED, TABLE_CORRUPT
   */
  public static TableCommitter open(DeltaTableSpec spec) {
    return open(spec, CommitStores.forTable(spec.path()));
  }

  static TableCommitter open(DeltaTableSpec spec, CommitStore store) {
    return new TableCommitter(
        spec, TableLog.open(TableDefinition.of(spec), store, Clock.systemUTC()));
  }

  /**
   * Makes the committable's changes part of the table, unless they are.
   *
   * @throws MillraceException SINK_FENCED if another run of this sink has taken over;
   *     COMMIT_CONFLICT if another writer removed a file of which rows are superseded, with its
   *     rows; SCHEMA_CHANGED, TABLE_UNSUPPORTED, TABLE_CORRUPT; DISK_FULL, IO_FAILED: it may be
   *     committed again later
   */
  public CommitOutcome commit(TableCommittable committable) {
    if (!committable.table().equals(spec.name())) {
      throw new IllegalArgumentException(
          "committable of table %s at the committer of table %s"
              .formatted(committable.table(), spec.name()));
    }
    if (committable.added().isEmpty() && committable.superseded().isEmpty()) {
      throw new IllegalArgumentException(
          "checkpoint %d changes nothing in table %s"
              .formatted(committable.checkpointId(), spec.name()));
    }
    try (CommitTurn turn = CommitTurn.at(spec.path())) {
      for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        turn.before(attempt);
        if (attempt > 1) {
          table.reload();
        }
        if (isCommitted(committable)) {
          return new CommitOutcome.AlreadyCommitted(table.version());
        }
        requireNotFenced(committable);
        requireChecked(committable);
        if (namesUnknownFiles(committable) && table.reload()) {
          // Others committed meanwhile; only the latest version can say that a file is gone.
          continue;
        }
        CommitPlan plan = CommitPlan.of(followed(committable), table);
        List<ChangeFile> listed = changes.of(plan);
        if (commit(change(committable, plan, listed))) {
          plan.replaced().forEach(this::forget);
          return new CommitOutcome.Committed(table.version());
        }
        table.deletionVectors().discard(plan.written());
        LOG.info(
            "Another writer was faster, planning again: table={}, version={}, checkpoint={}, "
                + "attempt={}",
            spec.name(),
            table.version() + 1,
            committable.checkpointId(),
            attempt);
      }
    }
    changes.discard();
    throw new MillraceException(
        ErrorCode.COMMIT_CONFLICT,
        "checkpoint %d could not be committed to table %s: others were faster %d times in a row"
            .formatted(committable.checkpointId(), spec.name(), ATTEMPTS_MAX),
        "let the other writers of the table commit less often");
  }

  private boolean commit(TableChange change) {
    boolean lost = false;
    try {
      lost = !table.commit(change);
      return !lost;
    } finally {
      if (!lost) {
        // Committed, or unknown whether: the files must stay.
        changes.keep();
      }
    }
  }

  private boolean namesUnknownFiles(TableCommittable committable) {
    Set<String> added =
        committable.added().stream().map(DataFile::path).collect(Collectors.toSet());
    return committable.superseded().stream()
        .map(SupersededRows::path)
        .anyMatch(path -> !added.contains(path) && table.file(path).isEmpty());
  }

  /** The same changes, with rows that others moved to other files where they are now. */
  private TableCommittable followed(TableCommittable committable) {
    if (!namesUnknownFiles(committable)) {
      return committable;
    }
    Set<String> added =
        committable.added().stream().map(DataFile::path).collect(Collectors.toSet());
    return new TableCommittable(
        committable.table(),
        committable.epoch(),
        committable.checkpointId(),
        committable.sequence(),
        committable.added(),
        moved.follow(committable.superseded(), added),
        committable.info());
  }

  private void forget(DeletionVector vector) {
    table.deletionVectors().forget(vector);
  }

  private String epochId(String epoch) {
    return spec.sinkId() + "/" + epoch;
  }

  private boolean isCommitted(TableCommittable committable) {
    OptionalLong last = table.transaction(epochId(committable.epoch()));
    return last.isPresent() && last.getAsLong() >= committable.checkpointId();
  }

  private void requireNotFenced(TableCommittable committable) {
    long last = lastSequence();
    if (last >= committable.sequence()) {
      throw new MillraceException(
          ErrorCode.SINK_FENCED,
          ("table %s already holds commit %d of sink %s, made by another run of it; "
                  + "commit %d of run %s is refused")
              .formatted(
                  spec.name(), last, spec.sinkId(), committable.sequence(), committable.epoch()),
          "stop this run: only one run of a pipeline may write its tables at a time; "
              + "then restart from the newest checkpoint");
    }
    if (last < committable.sequence() - 1) {
      LOG.warn(
          "Commits of this sink are missing from the table, as after restoring or recreating it: "
              + "table={}, sink={}, lastSequence={}, sequence={}",
          spec.name(),
          spec.sinkId(),
          last,
          committable.sequence());
    }
  }

  /** Rows that are written already were not asked for conditions that came after them. */
  private void requireChecked(TableCommittable committable) {
    List<TableConstraint> constraints = table.constraints();
    if (constraints.isEmpty() || committable.added().isEmpty()) {
      return;
    }
    Optional<TableConstraint> missing =
        unchecked(constraints, committable.info().getOrDefault(CHECKED, ""));
    if (missing.isPresent()) {
      throw new MillraceException(
          ErrorCode.SCHEMA_CHANGED,
          "table %s got constraint %s (%s) after rows of checkpoint %d were written"
              .formatted(
                  spec.name(),
                  missing.get().name(),
                  missing.get().expression(),
                  committable.checkpointId()),
          "drop the constraint, restart the job from its last checkpoint, stop it with a"
              + " savepoint, add the constraint, which checks all rows, and start it again");
    }
  }

  /**
   * A constraint that rows were not asked for.
   *
   * @param checked those that they were asked for, as {@link #CHECKED} has them
   */
  static Optional<TableConstraint> unchecked(List<TableConstraint> constraints, String checked) {
    Set<String> lines = new HashSet<>(Arrays.asList(checked.split("\n")));
    return constraints.stream().filter(constraint -> !lines.contains(text(constraint))).findFirst();
  }

  private TableChange change(
      TableCommittable committable, CommitPlan plan, List<ChangeFile> listed) {
    Map<String, String> info = new TreeMap<>();
    committable
        .info()
        .forEach(
            (key, value) -> info.put(key.startsWith(INFO_PREFIX) ? key : INFO_PREFIX + key, value));
    info.put(INFO_PREFIX + "epoch", committable.epoch());
    info.put(INFO_PREFIX + "checkpointId", Long.toString(committable.checkpointId()));
    info.put(INFO_PREFIX + "sequence", Long.toString(committable.sequence()));
    Map<String, Long> transactions = new HashMap<>();
    transactions.put(spec.sinkId(), committable.sequence());
    transactions.put(epochId(committable.epoch()), committable.checkpointId());
    return new TableChange(
        plan.removed(),
        plan.added(),
        listed,
        transactions,
        "STREAMING UPDATE",
        Map.of(
            "outputMode",
            spec.upserts() ? "Update" : "Append",
            "queryId",
            spec.sinkId(),
            "epochId",
            Long.toString(committable.checkpointId())),
        plan.metrics(),
        info);
  }

  /**
   * The sequence of this sink's last commit that is known here, 0 if there is none. A run without
   * restored state goes on with the next one.
   */
  public long lastSequence() {
    return table.transaction(spec.sinkId()).orElse(0);
  }

  /**
   * Checks that restored state is not older than the table. At the same place, or ahead of it: what
   * is pending will be committed.
   *
   * @param epoch of the last committable in the state
   * @param sequence of the last committable in the state
   * @throws MillraceException STATE_BEHIND_TABLE if the table holds later commits of this sink: the
   *     rows of those would be written a second time
   */
  public void verifyRestored(String epoch, long sequence) {
    long last = lastSequence();
    if (last > sequence) {
      throw new MillraceException(
          ErrorCode.STATE_BEHIND_TABLE,
          ("the restored state ends with commit %d (run %s) of sink %s, but table %s already holds "
                  + "commit %d of it")
              .formatted(sequence, epoch, spec.sinkId(), spec.name(), last),
          "restore from a newer checkpoint, or restore the table to the version that holds commit "
              + sequence
              + " (see millrace.sequence in its history)");
    }
  }

  /** Whether the table wants its small files packed by who writes it. */
  boolean wantsCompaction() {
    String wanted = table.property("delta.autoOptimize.autoCompact").orElse("false");
    return wanted.equalsIgnoreCase("true") || wanted.equalsIgnoreCase("auto");
  }

  /** The latest version of the table that is known here. */
  public long version() {
    return table.version();
  }

  /** Table checkpoints and checksums that failed since this was opened; each is tried again. */
  public long maintenanceFailures() {
    return table.maintenanceFailures();
  }

  /** Waits for maintenance, for a bounded time. */
  @Override
  public void close() {
    table.close();
  }
}
