package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.DeltaHistoryManager;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.tablefeatures.TableFeature;
import io.delta.kernel.internal.util.FileNames;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.StorageFailure;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table in the hands of those who look after it, whoever writes its rows: its versions, and
 * commits that change its files or what it was, never what its rows mean.
 *
 * <p>Log entries are made here and not by Kernel, which refuses tables with constraints or
 * generated columns although no row is written anew; features that are not known here are refused
 * by name. Not thread-safe.
 */
public final class MaintainedTable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MaintainedTable.class);

  /** Features that files may be moved, removed and brought back under. */
  private static final Set<String> FEATURES =
      Set.of(
          "allowColumnDefaults",
          "appendOnly",
          "changeDataFeed",
          "checkConstraints",
          "checkpointProtection",
          "clustering",
          "columnMapping",
          "deletionVectors",
          "domainMetadata",
          "generatedColumns",
          "identityColumns",
          "inCommitTimestamp",
          "invariants",
          "rowTracking",
          "timestampNtz",
          "typeWidening",
          "typeWidening-preview",
          "v2Checkpoint",
          "vacuumProtocolCheck",
          "variantType",
          "variantType-preview",
          "variantShredding",
          "variantShredding-preview");

  private final String path;
  private final Clock clock;
  private final LogEntryCommitter committer;
  private final SnapshotLoader loader;
  private final TableMaintenance maintenance;

  private MaintainedTable(
      String path,
      Clock clock,
      LogEntryCommitter committer,
      SnapshotLoader loader,
      SnapshotImpl latest) {
    this.path = path;
    this.clock = clock;
    this.committer = committer;
    this.loader = loader;
    this.maintenance =
        new TableMaintenance(
            path,
            latest.getPath(),
            loader::engine,
            latest.getLogSegment().getCheckpointVersionOpt().orElse(0L));
  }

  /**
   * Opens a table that is there.
   *
   * @param path folder of the table: an absolute local path, or a URI
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT, TABLE_UNSUPPORTED naming the features
   *     that are not known here, IO_FAILED
   */
  public static MaintainedTable open(String path) {
    return open(path, CommitStores.forTable(path), Clock.systemUTC());
  }

  /** As {@link #open(String)}, with the log and the time of the caller. */
  public static MaintainedTable open(String path, CommitStore store, Clock clock) {
    requireNonNull(path, "path is null");
    SnapshotLoader loader = new SnapshotLoader(path, Optional.empty());
    SnapshotImpl latest =
        (SnapshotImpl) loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
    requireMaintainable(path, latest.getProtocol());
    return new MaintainedTable(
        path, clock, new LogEntryCommitter(path, store, clock), loader, latest);
  }

  private static void requireMaintainable(String path, Protocol protocol) {
    Set<String> unknown = new TreeSet<>();
    for (TableFeature feature : protocol.getImplicitlySupportedFeatures()) {
      unknown.add(feature.featureName());
    }
    unknown.addAll(protocol.getReaderAndWriterFeatures());
    unknown.removeAll(FEATURES);
    if (!unknown.isEmpty()) {
      throw new MillraceException(
          ErrorCode.TABLE_UNSUPPORTED,
          "table %s uses %s, which is not known here".formatted(path, String.join(", ", unknown)),
          "drop the feature from the table, or use the engine that it was made with");
    }
  }

  /** Folder of the table, as it was opened. */
  public String path() {
    return path;
  }

  public Clock clock() {
    return clock;
  }

  /** The latest version there is now. */
  public TableState latest() {
    SnapshotImpl snapshot =
        (SnapshotImpl) loader.load(OptionalLong.empty(), SnapshotLoader.Loaded::snapshot);
    requireMaintainable(path, snapshot.getProtocol());
    return new TableState(loader, snapshot);
  }

  /**
   * An earlier version.
   *
   * @throws MillraceException TABLE_NOT_FOUND if the table has no such version, or not any more
   */
  public TableState at(long version) {
    return new TableState(
        loader,
        (SnapshotImpl) loader.load(OptionalLong.of(version), SnapshotLoader.Loaded::snapshot));
  }

  /**
   * The version that was the latest at a point in time; for a time to come, the latest.
   *
   * @throws MillraceException TABLE_NOT_FOUND if the table did not exist then, or its log no longer
   *     reaches back so far
   */
  public TableState at(Instant time) {
    SnapshotImpl latest = latest().snapshot();
    DeltaHistoryManager.Commit earliest = commitAt(latest, 0);
    if (time.toEpochMilli() < earliest.getTimestamp()) {
      throw new MillraceException(
          ErrorCode.TABLE_NOT_FOUND,
          "table %s has no version as old as %s: its first, %d, was made at %s"
              .formatted(
                  path, time, earliest.getVersion(), Instant.ofEpochMilli(earliest.getTimestamp())),
          "name a later time, or a version that its history shows");
    }
    return at(commitAt(latest, time.toEpochMilli()).getVersion());
  }

  private DeltaHistoryManager.Commit commitAt(SnapshotImpl latest, long millis) {
    try {
      return DeltaHistoryManager.getActiveCommitAtTimestamp(
          loader.engine(), latest, latest.getLogPath(), millis, true, true, true, List.of());
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading the history of table " + path, path, e);
    }
  }

  /**
   * Tries to make the version after {@code base}.
   *
   * @return true if it was made; false if another writer made a version of that number, in which
   *     case nothing is changed
   * @throws MillraceException DISK_FULL, IO_FAILED: nothing was changed, or it is unknown whether;
   *     TABLE_UNSUPPORTED if the table cannot take back the state asked for
   */
  public boolean commit(TableState base, MaintenanceCommit change) {
    long version = base.version() + 1;
    MaintenanceEntry entry = new MaintenanceEntry(path, base, change, clock.millis());
    String file = FileNames.deltaFile(base.snapshot().getLogPath(), version);
    if (!committer.put(version, entry.bytes(loader.engine()), file)) {
      LOG.info(
          "Another writer was faster: table={}, version={}, operation={}",
          path,
          version,
          change.operation());
      return false;
    }
    maintenance.committed(
        version, TableConfig.CHECKPOINT_INTERVAL.fromMetadata(base.metadata()), List.of());
    return true;
  }

  /**
   * Writes a table checkpoint of the latest version, and deletes what of the log has expired.
   *
   * @throws MillraceException DISK_FULL, IO_FAILED, TABLE_CORRUPT
   */
  public CheckpointReport checkpoint() {
    try {
      Set<String> before = logFiles();
      long version = maintenance.checkpointNow();
      before.removeAll(logFiles());
      return new CheckpointReport(version, List.copyOf(before));
    } catch (IOException e) {
      throw StorageFailure.of("writing a checkpoint of table " + path, path, e);
    } catch (RuntimeException e) {
      throw KernelFailures.translate("writing a checkpoint of table " + path, path, e);
    }
  }

  private Set<String> logFiles() throws IOException {
    Set<String> names = new TreeSet<>();
    Path log = new Path(path, CommitStores.LOG_FOLDER);
    for (String folder : List.of("", ExpiredSidecars.FOLDER + "/")) {
      Path listed = folder.isEmpty() ? log : new Path(log, folder);
      if (!listed.getFileSystem().exists(listed)) {
        continue;
      }
      for (FileStatus file : listed.getFileSystem().listStatus(listed)) {
        if (!file.isDir()) {
          names.add(folder + file.getPath().getName());
        }
      }
    }
    return names;
  }

  /** Waits for a table checkpoint that is being written, for a bounded time. */
  @Override
  public void close() {
    maintenance.close();
  }
}
