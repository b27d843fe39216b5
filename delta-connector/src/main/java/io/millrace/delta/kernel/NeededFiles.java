package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.actions.DeletionVectorDescriptor;
import io.delta.kernel.internal.actions.RemoveFile;
import io.delta.kernel.internal.replay.ActionsIterator;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Which files of a table must stay on the disk: those of a version, and those that were removed
 * after a point in time, as readers of earlier versions may still want them.
 *
 * <p>Removals are looked for in the table checkpoint and the entries after it, and once more in
 * every entry that is young enough: a checkpoint of Kernel's forgets the removals that the
 * checkpoint before it told of ({@code CreateCheckpointIterator} takes none from there), so that
 * its word alone would give files up too early.
 */
final class NeededFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final StructType REMOVES = new StructType().add("remove", RemoveFile.FULL_SCHEMA);

  /** An entry is written after the removals in it are dated, by a clock that may be another. */
  private static final long CLOCK_SKEW_MILLIS = Duration.ofDays(1).toMillis();

  private final String tablePath;
  private final String prefix;
  private final long horizonMillis;
  private final Set<String> needed = new HashSet<>();

  private NeededFiles(String tablePath, long horizonMillis) {
    this.tablePath = tablePath;
    this.prefix = new Path(tablePath).getPath() + "/";
    this.horizonMillis = horizonMillis;
  }

  static Set<String> of(Engine engine, SnapshotImpl snapshot, long horizonMillis) {
    NeededFiles files = new NeededFiles(snapshot.getPath(), horizonMillis);
    try {
      TableLog.forEachFile(engine, snapshot, files::add);
      files.addRemoved(engine, snapshot);
      files.addRemovedByEntries(engine, snapshot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files.needed;
  }

  private void add(LiveFile file) {
    addPath(file.path());
    file.deletionVector().ifPresent(vector -> addVector(vector.descriptor()));
  }

  private void addRemoved(Engine engine, SnapshotImpl snapshot) throws IOException {
    try (ActionsIterator actions =
        new ActionsIterator(
            engine, snapshot.getLogSegment().allLogFilesReversed(), REMOVES, Optional.empty())) {
      while (actions.hasNext()) {
        ColumnVector removes = actions.next().getColumnarBatch().getColumnVector(0);
        ColumnVector paths = removes.getChild(RemoveFile.FULL_SCHEMA.indexOf("path"));
        ColumnVector times = removes.getChild(RemoveFile.FULL_SCHEMA.indexOf("deletionTimestamp"));
        ColumnVector vectors = removes.getChild(RemoveFile.FULL_SCHEMA.indexOf("deletionVector"));
        for (int i = 0; i < removes.getSize(); i++) {
          if (removes.isNullAt(i) || (!times.isNullAt(i) && times.getLong(i) < horizonMillis)) {
            continue;
          }
          addPath(LogPaths.decode(paths.getString(i)));
          DeletionVectorDescriptor vector = DeletionVectorDescriptor.fromColumnVector(vectors, i);
          if (vector != null) {
            addVector(vector);
          }
        }
      }
    }
  }

  /** Entries before the table checkpoint. */
  private void addRemovedByEntries(Engine engine, SnapshotImpl snapshot) throws IOException {
    long checkpoint = snapshot.getLogSegment().getCheckpointVersionOpt().orElse(-1L);
    String first = FileNames.listingPrefix(snapshot.getLogPath(), 0);
    try (CloseableIterator<FileStatus> files = engine.getFileSystemClient().listFrom(first)) {
      while (files.hasNext()) {
        FileStatus file = files.next();
        if (FileNames.isCommitFile(file.getPath())
            && FileNames.deltaVersion(file.getPath()) <= checkpoint
            && file.getModificationTime() >= horizonMillis - CLOCK_SKEW_MILLIS) {
          addRemovedBy(file);
        }
      }
    }
  }

  private void addRemovedBy(FileStatus entry) throws IOException {
    Path file = new Path(entry.getPath());
    String text;
    try (FSDataInputStream stream = file.getFileSystem().open(file)) {
      text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String line : text.split("\n")) {
      if (!line.contains("\"remove\"")) {
        continue;
      }
      JsonNode remove = JSON.readTree(line).path("remove");
      if (!remove.isObject()
          || remove.path("deletionTimestamp").asLong(Long.MAX_VALUE) < horizonMillis) {
        continue;
      }
      addPath(LogPaths.decode(remove.path("path").asText()));
      JsonNode vector = remove.path("deletionVector");
      if (vector.isObject()) {
        addVector(
            new DeletionVectorDescriptor(
                vector.path("storageType").asText(),
                vector.path("pathOrInlineDv").asText(),
                vector.has("offset")
                    ? Optional.of(vector.path("offset").asInt())
                    : Optional.empty(),
                vector.path("sizeInBytes").asInt(),
                vector.path("cardinality").asLong()));
      }
    }
  }

  private void addVector(DeletionVectorDescriptor vector) {
    if (vector.isOnDisk()) {
      addPath(vector.getAbsolutePath(tablePath));
    }
  }

  /** Paths outside of the table's folder are nothing that its vacuum would touch. */
  private void addPath(String path) {
    if (path.startsWith("/") || path.contains(":/")) {
      String absolute = absolute(path);
      if (absolute.startsWith(prefix)) {
        needed.add(absolute.substring(prefix.length()));
        return;
      }
    }
    needed.add(path);
  }

  /** Absolute paths stay URL-encoded in our hands, if they are URIs at all. */
  private static String absolute(String path) {
    if (path.indexOf('%') >= 0 && path.contains("://")) {
      return java.net.URI.create(path).getPath();
    }
    return new Path(path).getPath();
  }
}
