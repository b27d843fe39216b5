package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.Snapshot;
import io.delta.kernel.SnapshotBuilder;
import io.delta.kernel.TableManager;
import io.delta.kernel.commit.Committer;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.checksum.CRCInfo;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.utils.FileStatus;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of one table, also when its newest table checkpoint is damaged: Kernel gives up there
 * (delta-io/delta#5895), though an earlier one and the entries since it may say the same. A damaged
 * checkpoint is then left out of the listing, with a warning.
 */
final class SnapshotLoader {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotLoader.class);
  private static final String LAST_CHECKPOINT = "_last_checkpoint";

  private final String path;
  private final Optional<Committer> committer;
  private volatile Engine engine;

  /** A snapshot, and what to read it with. */
  record Loaded(Engine engine, Snapshot snapshot) {}

  SnapshotLoader(String path, Optional<Committer> committer) {
    this.path = requireNonNull(path, "path is null");
    this.committer = requireNonNull(committer, "committer is null");
    // A writer goes on from the checksums of others, which it would have to make again otherwise.
    this.engine =
        new MillraceEngine(
            new FlinkFileIO(),
            committer.isPresent()
                ? Set.of(EntryChecksum.Sealed.RIGHT, EntryChecksum.Sealed.NONE)
                : Set.of(EntryChecksum.Sealed.RIGHT));
  }

  Engine engine() {
    return engine;
  }

  /**
   * Loads a version and does something with it; both again if a table checkpoint is in the way.
   *
   * @param version empty for the latest
   * @throws MillraceException TABLE_NOT_FOUND, TABLE_CORRUPT naming file and version,
   *     TABLE_UNSUPPORTED, IO_FAILED
   */
  <T> T load(OptionalLong version, Function<Loaded, T> work) {
    try {
      return attempt(version, work);
    } catch (TableNotFoundException | MillraceException e) {
      throw KernelFailures.translate("reading table " + path, path, e);
    } catch (RuntimeException first) {
      requireVersion(version);
      List<String> unreadable = new LogInspection(path).unreadableCheckpoints();
      Set<String> hidden = new HashSet<>(unreadable);
      hidden.add(LAST_CHECKPOINT);
      Engine before = engine;
      engine = new MillraceEngine(new FlinkFileIO(hidden), Set.of());
      try {
        T result = attempt(version, work);
        LOG.warn(
            "Table checkpoints are unreadable, an earlier state was read instead: table={}, "
                + "checkpoints={}, error={}",
            path,
            unreadable.isEmpty() ? LAST_CHECKPOINT : unreadable,
            first.toString());
        return result;
      } catch (RuntimeException second) {
        engine = before;
        if (unreadable.isEmpty()) {
          throw KernelFailures.translate("reading table " + path, path, first);
        }
        throw KernelFailures.damaged(
            path,
            "table checkpoint %s cannot be read, and the log alone does not do: %s"
                .formatted(
                    String.join(", ", unreadable),
                    new LogInspection(path).firstFault().orElse(String.valueOf(second))),
            first);
      }
    }
  }

  private <T> T attempt(OptionalLong version, Function<Loaded, T> work) {
    SnapshotBuilder builder = TableManager.loadSnapshot(path);
    if (version.isPresent()) {
      if (version.getAsLong() < 0) {
        throw noSuchVersion(version.getAsLong());
      }
      builder = builder.atVersion(version.getAsLong());
    }
    if (committer.isPresent()) {
      builder = builder.withCommitter(committer.get());
    }
    Snapshot snapshot = builder.build(engine);
    requireWhole(snapshot);
    return work.apply(new Loaded(engine, snapshot));
  }

  /** Kernel says of a version that is not there, or not any more, only that it cannot load it. */
  private void requireVersion(OptionalLong version) {
    if (version.isEmpty()) {
      return;
    }
    Path entry =
        new Path(
            new Path(path, CommitStores.LOG_FOLDER), "%020d.json".formatted(version.getAsLong()));
    try {
      if (!entry.getFileSystem().exists(entry)) {
        throw noSuchVersion(version.getAsLong());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kernel would read an entry that lost a line, and see fewer files. */
  private void requireWhole(Snapshot snapshot) {
    for (FileStatus entry : snapshot.getLogSegment().getDeltas()) {
      Path file = new Path(entry.getPath());
      byte[] bytes;
      try (FSDataInputStream stream = file.getFileSystem().open(file)) {
        bytes = stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (bytes.length == 0 || !EntryChecksum.matches(bytes)) {
        throw KernelFailures.damaged(
            path,
            new LogInspection(path)
                .firstFault()
                .orElse("log entry %s does not match its checksum".formatted(file.getName())),
            null);
      }
      requireSameTransaction(snapshot, entry, bytes);
    }
  }

  /** A version checksum file that is whole may still be another table's. */
  private static void requireSameTransaction(Snapshot snapshot, FileStatus entry, byte[] bytes) {
    if (FileNames.deltaVersion(entry.getPath()) == snapshot.getVersion()) {
      Optional<String> told =
          ((SnapshotImpl) snapshot).getCurrentCrcInfo().flatMap(CRCInfo::getTxnId);
      Optional<String> logged = EntryChecksum.transaction(bytes);
      if (told.isPresent() && logged.isPresent() && !told.equals(logged)) {
        throw new IllegalStateException(
            "the version checksum file is of transaction %s, the entry of %s"
                .formatted(told.get(), logged.get()));
      }
    }
  }

  private MillraceException noSuchVersion(long version) {
    return new MillraceException(
        ErrorCode.TABLE_NOT_FOUND,
        "table %s has no version %d".formatted(path, version),
        "list the table's history to see which versions it still has");
  }
}
