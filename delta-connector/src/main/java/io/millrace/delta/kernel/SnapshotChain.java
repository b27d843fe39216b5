package io.millrace.delta.kernel;

import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.actions.DomainMetadata;
import io.delta.kernel.internal.actions.Metadata;
import io.delta.kernel.internal.checksum.CRCInfo;
import io.delta.kernel.internal.fs.Path;
import io.delta.kernel.internal.lang.Lazy;
import io.delta.kernel.internal.metrics.SnapshotQueryContext;
import io.delta.kernel.internal.replay.LogReplay;
import io.delta.kernel.internal.snapshot.LogSegment;
import io.delta.kernel.internal.table.SnapshotFactory;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Snapshots that follow from one another, without the log being read. */
final class SnapshotChain {
  private SnapshotChain() {}

  /**
   * The same version, without the conditions for which Kernel refuses to write a table checkpoint:
   * a checkpoint holds what the log says, and no row is written with it.
   */
  static Snapshot withoutConstraints(Engine engine, Snapshot snapshot) {
    Metadata metadata = snapshot.getMetadata();
    WriteRules rules = WriteRules.of(metadata);
    if (rules.constraints().isEmpty() && !rules.completesRows()) {
      return snapshot;
    }
    SnapshotImpl old = (SnapshotImpl) snapshot;
    LogSegment log = old.getLogSegment();
    Lazy<LogSegment> segment = new Lazy<>(() -> log);
    Set<String> constraints =
        metadata.getConfiguration().keySet().stream()
            .filter(key -> key.startsWith(WriteRules.CONSTRAINT_PREFIX))
            .collect(Collectors.toSet());
    // Invariants and generated columns are part of the schema, of which a checkpoint takes nothing
    // from here.
    Metadata plain =
        metadata.withConfigurationKeysUnset(constraints).withNewSchema(new StructType());
    return new SnapshotImpl(
        old.getDataPath(),
        old.getVersion(),
        segment,
        new LogReplay(
            engine, old.getDataPath(), segment, new Lazy<>(() -> old.getCurrentCrcInfo())),
        old.getProtocol(),
        plain,
        old.getCommitter(),
        SnapshotQueryContext.forLatestSnapshot(old.getPath()),
        Optional.empty());
  }

  /**
   * The same version, without its log being read for domains if the table can have none. Kernel
   * looks for those of clustering with each transaction: in the checksum, or where there is none,
   * as after another writer's commit, in the whole log.
   */
  static Snapshot withoutDomains(Engine engine, Snapshot snapshot) {
    if (TableFeatures.isDomainMetadataSupported(snapshot.getProtocol())) {
      return snapshot;
    }
    SnapshotImpl old = (SnapshotImpl) snapshot;
    LogSegment log = old.getLogSegment();
    Lazy<LogSegment> segment = new Lazy<>(() -> log);
    return new SnapshotImpl(
        old.getDataPath(),
        old.getVersion(),
        segment,
        new NoDomains(engine, old, segment),
        old.getProtocol(),
        old.getMetadata(),
        old.getCommitter(),
        SnapshotQueryContext.forVersionSnapshot(old.getPath(), old.getVersion()),
        inCommitTimestamp(engine, old));
  }

  private static final class NoDomains extends LogReplay {
    NoDomains(Engine engine, SnapshotImpl snapshot, Lazy<LogSegment> segment) {
      super(
          engine, snapshot.getDataPath(), segment, new Lazy<>(() -> snapshot.getCurrentCrcInfo()));
    }

    @Override
    public Map<String, DomainMetadata> getActiveDomainMetadataMap() {
      return Map.of();
    }
  }

  private static Optional<Long> inCommitTimestamp(Engine engine, SnapshotImpl snapshot) {
    return TableConfig.IN_COMMIT_TIMESTAMPS_ENABLED.fromMetadata(snapshot.getMetadata())
        ? Optional.of(snapshot.getTimestamp(engine))
        : Optional.empty();
  }

  /**
   * A later version of a table whose definition is the same.
   *
   * @param entries of the versions since, in order, at least one
   * @param checksum of the last of them, if there is one
   */
  static Snapshot extend(
      Engine engine, Snapshot known, List<FileStatus> entries, Optional<FileStatus> checksum) {
    SnapshotImpl old = (SnapshotImpl) known;
    LogSegment log = old.getLogSegment();
    List<FileStatus> all = new ArrayList<>(log.getDeltas());
    all.addAll(entries);
    FileStatus last = entries.get(entries.size() - 1);
    long version = FileNames.deltaVersion(new Path(last.getPath()));
    LogSegment extended =
        new LogSegment(
            log.getLogPath(),
            version,
            all,
            log.getCompactions(),
            log.getCheckpoints(),
            last,
            checksum,
            Optional.of(version));
    Lazy<LogSegment> segment = new Lazy<>(() -> extended);
    SnapshotQueryContext context = SnapshotQueryContext.forVersionSnapshot(old.getPath(), version);
    return new SnapshotImpl(
        old.getDataPath(),
        version,
        segment,
        new LogReplay(
            engine,
            old.getDataPath(),
            segment,
            SnapshotFactory.createLazyChecksumFileLoaderWithMetrics(
                engine, segment, context.getSnapshotMetrics())),
        old.getProtocol(),
        old.getMetadata(),
        old.getCommitter(),
        context,
        Optional.empty());
  }

  /**
   * The same version, told from a newer table checkpoint: a snapshot that follows from a commit
   * names every entry since the first of the chain was loaded, and would grow for ever.
   *
   * @return empty if the checkpoint is not one of this version's past, or not in one file
   */
  static Optional<Snapshot> shorten(Engine engine, Snapshot chained, long checkpointVersion)
      throws IOException {
    SnapshotImpl old = (SnapshotImpl) chained;
    LogSegment log = old.getLogSegment();
    if (checkpointVersion > log.getVersion()
        || checkpointVersion <= log.getCheckpointVersionOpt().orElse(-1L)) {
      return Optional.empty();
    }
    FileStatus checkpoint;
    try {
      checkpoint =
          engine
              .getFileSystemClient()
              .getFileStatus(
                  FileNames.checkpointFileSingular(log.getLogPath(), checkpointVersion).toString());
    } catch (java.io.FileNotFoundException e) {
      return Optional.empty();
    }
    List<FileStatus> entries =
        log.getDeltas().stream()
            .filter(entry -> FileNames.deltaVersion(new Path(entry.getPath())) > checkpointVersion)
            .toList();
    LogSegment shortened =
        new LogSegment(
            log.getLogPath(),
            log.getVersion(),
            entries,
            List.of(),
            List.of(checkpoint),
            log.getDeltaFileAtEndVersion(),
            Optional.empty(),
            log.getMaxPublishedDeltaVersion());
    Optional<CRCInfo> checksum = old.getCurrentCrcInfo();
    Lazy<LogSegment> segment = new Lazy<>(() -> shortened);
    return Optional.of(
        new SnapshotImpl(
            old.getDataPath(),
            old.getVersion(),
            segment,
            new LogReplay(engine, old.getDataPath(), segment, new Lazy<>(() -> checksum)),
            old.getProtocol(),
            old.getMetadata(),
            old.getCommitter(),
            SnapshotQueryContext.forVersionSnapshot(old.getPath(), old.getVersion()),
            inCommitTimestamp(engine, old)));
  }
}
