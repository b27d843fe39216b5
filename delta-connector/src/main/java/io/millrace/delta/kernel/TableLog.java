package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Operation;
import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.MaxCommitRetryLimitReachedException;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.ScanImpl;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.TransactionImpl;
import io.delta.kernel.internal.actions.AddFile;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.constraint.TableConstraint;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.StorageFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One table as a writer sees it: the latest version that it knows, and the next one that it tries
 * to make.
 *
 * <p>After a commit the new version follows from the old one, so that nothing of the log is read
 * again; after somebody else's commit, {@link #reload} reads what there is now. Changes are never
 * rebased here: a caller that lost plans again.
 *
 * <p>Not thread-safe; maintenance runs on a thread of its own.
 */
public final class TableLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TableLog.class);

  private final TableDefinition definition;
  private final Clock clock;
  private final LogEntryCommitter committer;
  private final SnapshotLoader loader;
  private final DeletionVectorStore deletionVectors;
  private final TableMaintenance maintenance;
  private final RewriteLog rewrites;
  private final LogFollower follower;
  private final Map<String, OptionalLong> transactions = new HashMap<>();
  private Snapshot snapshot;
  private @Nullable Map<String, LiveFile> files;
  private long checkpointSeen;

  private TableLog(
      TableDefinition definition,
      Clock clock,
      LogEntryCommitter committer,
      SnapshotLoader loader,
      LogFollower follower,
      Snapshot snapshot) {
    this.definition = definition;
    this.clock = clock;
    this.committer = committer;
    this.loader = loader;
    this.snapshot = snapshot;
    this.deletionVectors = new DeletionVectorStore(snapshot.getPath());
    this.rewrites = new RewriteLog(snapshot.getPath());
    this.follower = follower;
    this.checkpointSeen = snapshot.getLogSegment().getCheckpointVersionOpt().orElse(0L);
    this.maintenance =
        new TableMaintenance(definition.name(), snapshot.getPath(), loader::engine, checkpointSeen);
  }

  /**
   * Opens a table, creating it if there is none.
   *
   * @throws MillraceException as {@link DeltaTables#createIfAbsent}
   */
  public static TableLog open(TableDefinition definition, CommitStore store, Clock clock) {
    LogEntryCommitter committer = new LogEntryCommitter(definition.name(), store, clock);
    SnapshotLoader loader = new SnapshotLoader(definition.path(), Optional.of(committer));
    try {
      Snapshot snapshot =
          evolve(definition, committer, loader, loadOrCreate(definition, committer, loader), clock);
      DeltaTables.requireWritable(definition, snapshot);
      return new TableLog(definition, clock, committer, loader, new LogFollower(store), snapshot);
    } catch (RuntimeException e) {
      throw KernelFailures.translate("opening table " + definition.name(), definition.path(), e);
    }
  }

  private static Snapshot loadOrCreate(
      TableDefinition definition, LogEntryCommitter committer, SnapshotLoader loader) {
    try {
      return loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
    } catch (MillraceException e) {
      if (!DeltaTables.isAbsent(e)) {
        throw e;
      }
    }
    DeltaTables.create(loader.engine(), definition, committer);
    writeFirstChecksum(definition, loader);
    return loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
  }

  /** Changes the schema if that is allowed and needed; whoever else does so at the same time. */
  private static Snapshot evolve(
      TableDefinition definition,
      LogEntryCommitter committer,
      SnapshotLoader loader,
      Snapshot loaded,
      Clock clock) {
    Snapshot snapshot = loaded;
    for (Optional<EvolvedSchema> next = EvolvedSchema.of(definition, snapshot);
        next.isPresent();
        next = EvolvedSchema.of(definition, snapshot)) {
      committer.announce(
          new TableChange(
              List.of(),
              List.of(),
              Map.of(),
              "UPDATE SCHEMA",
              Map.of(
                  "oldSchema", snapshot.getSchema().toJson(),
                  "newSchema", next.get().metadata().getSchemaString()),
              Map.of(),
              Map.of()));
      try {
        begin(snapshot, next.get().protocol(), Optional.of(next.get().metadata()), clock)
            .commit(loader.engine(), CloseableIterable.emptyIterable());
        LOG.info(
            "The table's schema was changed to fit what is written: table={}, version={}",
            definition.name(),
            snapshot.getVersion() + 1);
      } catch (MaxCommitRetryLimitReachedException lost) {
        LOG.info(
            "Another writer was faster, looking at the schema again: table={}", definition.name());
      }
      snapshot = loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
    }
    return snapshot;
  }

  /**
   * A transaction that is tried once. Not from Kernel's builder, which refuses new columns on a
   * table that does not map its names, and tables with constraints: these are checked here.
   */
  static Transaction begin(
      Snapshot snapshot, Optional<Protocol> protocol, Optional<Metadata> metadata, Clock clock) {
    SnapshotImpl read = (SnapshotImpl) snapshot;
    return new TransactionImpl(
        false,
        read.getDataPath(),
        Optional.of(read),
        Millrace.ENGINE_INFO,
        Operation.STREAMING_UPDATE,
        protocol,
        metadata,
        read.getCommitter(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(0),
        0,
        clock::millis);
  }

  /** Each commit's checksum follows from the one before; this is the first, of no files. */
  private static void writeFirstChecksum(TableDefinition definition, SnapshotLoader loader) {
    Snapshot first = loader.load(OptionalLong.of(0), SnapshotLoader.Loaded::snapshot);
    try {
      first.writeChecksum(loader.engine(), Snapshot.ChecksumWriteMode.FULL);
    } catch (IOException | RuntimeException e) {
      // A table without checksums is slower to open and nothing else.
      LOG.warn("Writing a checksum failed: table={}, version=0", definition.name(), e);
    }
  }

  /** The latest version known here; others may have made later ones. */
  public long version() {
    return snapshot.getVersion();
  }

  /** The last version of a transaction identifier, as of {@link #version()}. */
  public OptionalLong transaction(String applicationId) {
    return transactions.computeIfAbsent(
        applicationId,
        id -> {
          Optional<Long> found;
          try {
            found = snapshot.getLatestTransactionVersion(loader.engine(), id);
          } catch (RuntimeException e) {
            throw KernelFailures.translate(
                "reading transactions of table " + definition.name(), definition.path(), e);
          }
          return found.map(OptionalLong::of).orElseGet(OptionalLong::empty);
        });
  }

  /** A file of the table, as of {@link #version()}, by its path. */
  public Optional<LiveFile> file(String path) {
    return Optional.ofNullable(files().get(path));
  }

  /** Who added a file that is no longer there, as far as the log still tells. */
  public OptionalLong versionThatAdded(String path) {
    return new LogInspection(definition.path()).versionThatAdded(path);
  }

  /**
   * How the rows of a file that is no longer there were moved to others, if they were.
   *
   * @return empty if it was removed with its rows, or longer ago than the log tells
   */
  public Optional<FileRewrite> rewriteOf(String path) {
    return rewrites.find(path, version());
  }

  /** Some columns of single files, also of files that are no longer there. */
  public StoredRows storedRows(List<String> columns) {
    return StoredRows.of(snapshot, columns);
  }

  public DeletionVectorStore deletionVectors() {
    return deletionVectors;
  }

  private Map<String, LiveFile> files() {
    Map<String, LiveFile> known = files;
    if (known == null) {
      known =
          loader.load(
              OptionalLong.of(version()), loaded -> scan(loaded.engine(), loaded.snapshot()));
      files = known;
    }
    return known;
  }

  private static Map<String, LiveFile> scan(Engine engine, Snapshot snapshot) {
    Map<String, LiveFile> found = new LinkedHashMap<>();
    forEachFile(engine, snapshot, file -> found.put(file.path(), file));
    return found;
  }

  /** Every file of a snapshot, with statistics. */
  static void forEachFile(
      Engine engine, Snapshot snapshot, java.util.function.Consumer<LiveFile> consumer) {
    Scan scan = snapshot.getScanBuilder().build();
    try (CloseableIterator<FilteredColumnarBatch> batches =
        ((ScanImpl) scan).getScanFiles(engine, true)) {
      while (batches.hasNext()) {
        try (CloseableIterator<Row> rows = batches.next().getRows()) {
          while (rows.hasNext()) {
            Row add = rows.next().getStruct(InternalScanFileUtils.ADD_FILE_ORDINAL);
            consumer.accept(LiveFile.of(new AddFile(add)));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Tries to make version {@code version() + 1}.
   *
   * @return true if it was made; false if another writer made a version of that number, in which
   *     case nothing is changed and the caller reloads and plans again
   * @throws MillraceException DISK_FULL, IO_FAILED: nothing was changed, or it is unknown whether
   */
  public boolean commit(TableChange change) {
    shortenAfterCheckpoint();
    maintenance.settleChecksum();
    // Kernel refuses to add and remove rows in one version of a table with a change data feed, as
    // it has no files for it; the entry says what is true.
    boolean disguise = !change.removed().isEmpty() && hasChangeDataFeed();
    committer.announce(change, disguise, change.removed().isEmpty() && tracksRows());
    TransactionCommitResult result;
    try {
      Transaction transaction =
          begin(
              SnapshotChain.withoutDomains(loader.engine(), snapshot),
              Optional.empty(),
              Optional.empty(),
              clock);
      result = transaction.commit(loader.engine(), actions(change, !disguise));
    } catch (MaxCommitRetryLimitReachedException lost) {
      return false;
    } catch (RuntimeException e) {
      throw KernelFailures.translate(
          "committing to table " + definition.name(), definition.path(), e);
    }
    advance(change, result);
    return true;
  }

  private CloseableIterable<Row> actions(TableChange change, boolean removalsChangeData) {
    List<Row> rows = new ArrayList<>(change.removed().size() + change.added().size());
    long now = clock.millis();
    for (LiveFile file : change.removed()) {
      rows.add(
          SingleAction.createRemoveFileSingleAction(file.toRemoveRow(now, removalsChangeData)));
    }
    for (LiveFile file : change.added()) {
      rows.add(SingleAction.createAddFileSingleAction(file.toAddRow()));
    }
    return CloseableIterable.inMemoryIterable(Utils.toCloseableIterator(rows.iterator()));
  }

  private void advance(TableChange change, TransactionCommitResult result) {
    snapshot =
        result
            .getPostCommitSnapshot()
            .orElseThrow(() -> new IllegalStateException("a commit without rebase has a snapshot"));
    change.transactions().forEach((id, version) -> transactions.put(id, OptionalLong.of(version)));
    if (TableFeatures.isRowTrackingSupported(snapshot.getProtocol())) {
      // Kernel has just given the added files row ids, which must be kept when they change.
      files = null;
    } else if (files != null) {
      change.removed().forEach(file -> files.remove(file.path()));
      change.added().forEach(file -> files.put(file.path(), file));
    }
    maintenance.committed(
        snapshot.getVersion(),
        TableConfig.CHECKPOINT_INTERVAL.fromMetadata(snapshot.getMetadata()),
        result.getPostCommitHooks());
  }

  /** Shortens the chain of snapshots if a table checkpoint was written since. */
  private void shortenAfterCheckpoint() {
    long newest = maintenance.checkpointVersion();
    if (newest <= checkpointSeen || newest > version()) {
      return;
    }
    checkpointSeen = newest;
    Optional<Snapshot> shortened = Optional.empty();
    // Without a checksum to pass on, loading finds the one that came with the checkpoint.
    if (hasChecksum()) {
      try {
        shortened = SnapshotChain.shorten(loader.engine(), snapshot, newest);
      } catch (IOException e) {
        throw StorageFailure.of("looking for a table checkpoint", definition.path(), e);
      }
    }
    snapshot =
        shortened.orElseGet(
            () -> loader.load(OptionalLong.of(version()), SnapshotLoader.Loaded::snapshot));
  }

  private boolean hasChecksum() {
    return ((SnapshotImpl) snapshot).getCurrentCrcInfo().isPresent();
  }

  /**
   * Goes to the latest version.
   *
   * @return true if it is later than the one that was known
   * @throws MillraceException SCHEMA_CHANGED or TABLE_UNSUPPORTED if it cannot be written any more
   */
  public boolean reload() {
    Optional<LogFollower.Followed> followed;
    try {
      followed = follower.follow(loader.engine(), snapshot);
    } catch (IOException e) {
      throw StorageFailure.of(
          "reading new log entries of table " + definition.name(), definition.path(), e);
    }
    if (followed.isPresent()) {
      snapshot = followed.get().snapshot();
      files = null;
      followed
          .get()
          .transactions()
          .forEach((id, last) -> transactions.replace(id, OptionalLong.of(last)));
      return true;
    }
    Snapshot latest = loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
    if (latest.getVersion() == version()) {
      return false;
    }
    snapshot = requireNonNull(latest);
    files = null;
    transactions.clear();
    try {
      DeltaTables.requireWritable(definition, snapshot);
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reloading table " + definition.name(), definition.path(), e);
    }
    return true;
  }

  /** Whether commits that update rows have to list them ({@code delta.enableChangeDataFeed}). */
  public boolean hasChangeDataFeed() {
    return TableConfig.CHANGE_DATA_FEED_ENABLED.fromMetadata(snapshot.getMetadata());
  }

  private boolean tracksRows() {
    SnapshotImpl now = (SnapshotImpl) snapshot;
    return TrackingColumns.areKept(now.getProtocol(), now.getMetadata());
  }

  /** A table property, if it is set. */
  public Optional<String> property(String key) {
    return Optional.ofNullable(snapshot.getMetadata().getConfiguration().get(key));
  }

  /** Whether rows may only be added ({@code delta.appendOnly}). */
  public boolean isAppendOnly() {
    return TableConfig.APPEND_ONLY_ENABLED.fromMetadata(snapshot.getMetadata());
  }

  /** The columns in order, as files know them. */
  public List<TableField> fields() {
    return TableField.of(
        snapshot.getSchema(), TableConfig.COLUMN_MAPPING_MODE.fromMetadata(snapshot.getMetadata()));
  }

  /** What the table asks of those who write its files. */
  public WriteRules writeRules() {
    return WriteRules.of(snapshot);
  }

  /** The conditions that rows of the table must meet, as of {@link #version()}. */
  public List<TableConstraint> constraints() {
    return WriteRules.constraints(snapshot.getMetadata());
  }

  /** Table checkpoints and checksums that failed since this was opened; each is tried again. */
  public long maintenanceFailures() {
    return maintenance.failures();
  }

  /** Waits for maintenance, for a bounded time. */
  @Override
  public void close() {
    maintenance.close();
  }
}
