package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.internal.DeltaHistoryManager;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.fs.Path;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.table.types.logical.RowType;

/**
 * One version of a table, as somebody who reads its data files needs it: columns, files, and what
 * of the files no longer counts. Immutable.
 */
public final class TableSnapshot {
  private final String path;
  private final Engine engine;
  private final SnapshotImpl snapshot;
  private final List<TableField> fields;

  private TableSnapshot(String path, Engine engine, Snapshot snapshot) {
    this.path = requireNonNull(path, "path is null");
    this.engine = requireNonNull(engine, "engine is null");
    this.snapshot = (SnapshotImpl) snapshot;
    TableFeatures.validateKernelCanReadTheTable(this.snapshot.getProtocol(), path);
    this.fields =
        TableField.of(
            snapshot.getSchema(),
            TableConfig.COLUMN_MAPPING_MODE.fromMetadata(this.snapshot.getMetadata()));
  }

  /**
   * The latest version.
   *
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT naming file and version,
   *     TABLE_UNSUPPORTED, TYPE_UNSUPPORTED
   */
  public static TableSnapshot latest(String path) {
    return load(path, OptionalLong.empty());
  }

  /**
   * A version.
   *
   * @throws MillraceException as {@link #latest}; TABLE_NOT_FOUND also if the table does not have
   *     the version, or not any more, naming the first and the last one that it has
   */
  public static TableSnapshot at(String path, long version) {
    TableSnapshot latest = latest(path);
    if (version == latest.version()) {
      return latest;
    }
    if (version < 0 || version > latest.version()) {
      throw latest.noSuchVersion(version, null);
    }
    try {
      return load(path, OptionalLong.of(version));
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.TABLE_NOT_FOUND || latest.earliestVersion() > version) {
        throw latest.noSuchVersion(version, e);
      }
      throw e;
    }
  }

  /**
   * The version that was the latest at a time; one after the last commit means the latest.
   *
   * @param timestampMillis milliseconds since 1970
   * @throws MillraceException as {@link #latest}; TABLE_NOT_FOUND also if the table's first version
   *     that can still be read is younger, naming both times
   */
  public static TableSnapshot asOf(String path, long timestampMillis) {
    TableSnapshot latest = latest(path);
    DeltaHistoryManager.Commit commit;
    try {
      commit =
          DeltaHistoryManager.getActiveCommitAtTimestamp(
              latest.engine,
              latest.snapshot,
              latest.logPath(),
              timestampMillis,
              true,
              true,
              true,
              List.of());
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading the history of table " + path, path, e);
    }
    if (commit.getTimestamp() > timestampMillis) {
      throw new MillraceException(
          ErrorCode.TABLE_NOT_FOUND,
          "table %s has no version as of %s: its first that can be read is version %d of %s"
              .formatted(
                  path,
                  Instant.ofEpochMilli(timestampMillis),
                  commit.getVersion(),
                  Instant.ofEpochMilli(commit.getTimestamp())),
          "ask for a time from then on");
    }
    return commit.getVersion() == latest.version() ? latest : at(path, commit.getVersion());
  }

  /** The first version committed at a time or later; one after {@link #version()} if none was. */
  public long firstVersionFrom(long timestampMillis) {
    try {
      return DeltaHistoryManager.getVersionAtOrAfterTimestamp(
          engine, logPath(), timestampMillis, snapshot, List.of());
    } catch (KernelException afterTheLast) {
      return version() + 1;
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading the history of table " + path, path, e);
    }
  }

  private static TableSnapshot load(String path, OptionalLong version) {
    return new SnapshotLoader(path, Optional.empty())
        .load(version, loaded -> new TableSnapshot(path, loaded.engine(), loaded.snapshot()));
  }

  private Path logPath() {
    return new Path(snapshot.getPath(), "_delta_log");
  }

  /** The first version that can still be read. */
  public long earliestVersion() {
    try {
      return DeltaHistoryManager.getEarliestRecreatableCommit(engine, logPath(), Optional.empty());
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading the history of table " + path, path, e);
    }
  }

  private MillraceException noSuchVersion(
      long version, @org.jspecify.annotations.Nullable Throwable cause) {
    return new MillraceException(
        ErrorCode.TABLE_NOT_FOUND,
        "table %s has no version %d: it has versions %d to %d"
            .formatted(path, version, earliestVersion(), version()),
        "ask for one of these",
        cause);
  }

  /** Folder of the table, as it was asked for. */
  public String path() {
    return path;
  }

  public long version() {
    return snapshot.getVersion();
  }

  /** When the version was committed, milliseconds since 1970. */
  public long timestampMillis() {
    return snapshot.getTimestamp(engine);
  }

  /** Columns in order, with nullability. */
  public RowType rowType() {
    return DeltaTypes.toFlink(snapshot.getSchema());
  }

  /** Columns in order, as files know them. */
  public List<TableField> fields() {
    return fields;
  }

  /** Names of the columns whose values are the files', not the rows'. */
  public List<String> partitionColumns() {
    return snapshot.getPartitionColumnNames();
  }

  /**
   * The columns that its files keep ids of rows in; empty if the table does not track its rows.
   *
   * @throws MillraceException TABLE_CORRUPT if it does, and does not name them
   */
  public Optional<TrackingColumns> trackingColumns() {
    return TrackingColumns.of(path, snapshot.getProtocol(), snapshot.getMetadata());
  }

  /** What is said of the table and its columns. */
  public TableComments comments() {
    return TableComments.of(snapshot.getMetadata());
  }

  /** Table properties. */
  public Map<String, String> properties() {
    return new TreeMap<>(snapshot.getTableProperties());
  }

  /**
   * Every file of the version, with statistics.
   *
   * @param restart run before the first file, and again if a table checkpoint is found to be
   *     damaged half-way: what came until then is to be forgotten, all files come again
   * @throws MillraceException TABLE_CORRUPT, IO_FAILED
   */
  public void forEachFile(Runnable restart, Consumer<LiveFile> consumer) {
    try {
      restart.run();
      TableLog.forEachFile(engine, snapshot, consumer);
    } catch (MillraceException e) {
      throw e;
    } catch (RuntimeException damaged) {
      // Columns and files are in different columns of a checkpoint: it is found out late.
      new SnapshotLoader(path, Optional.empty())
          .load(
              OptionalLong.of(version()),
              loaded -> {
                restart.run();
                TableLog.forEachFile(loaded.engine(), loaded.snapshot(), consumer);
                return true;
              });
    }
  }

  /** As the other one, for somebody who keeps no more than a list until all have come. */
  public void forEachFile(Consumer<LiveFile> consumer) {
    List<LiveFile> files = new ArrayList<>();
    forEachFile(files::clear, files::add);
    files.forEach(consumer);
  }
}
