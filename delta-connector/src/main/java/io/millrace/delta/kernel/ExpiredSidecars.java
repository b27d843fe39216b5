package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.TableConfig;
import io.delta.kernel.internal.checkpoints.SidecarFile;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Parts of v2 checkpoints that no checkpoint names any more. Kernel deletes the checkpoints that
 * have expired, and leaves their parts. A part younger than a day stays: its checkpoint may be
 * still to come.
 */
final class ExpiredSidecars {
  /** Where the parts are, below the log. */
  static final String FOLDER = "_sidecars";

  private static final long AGE_MIN_MILLIS = Duration.ofDays(1).toMillis();
  private static final StructType NAMED = new StructType().add("sidecar", SidecarFile.READ_SCHEMA);
  private static final ObjectMapper JSON = new ObjectMapper();

  private ExpiredSidecars() {}

  static void delete(Engine engine, SnapshotImpl latest, long nowMillis) throws IOException {
    if (!TableConfig.EXPIRED_LOG_CLEANUP_ENABLED.fromMetadata(latest.getMetadata())) {
      return;
    }
    List<FileStatus> old = new ArrayList<>();
    String folder = new Path(latest.getLogPath().toString(), FOLDER).toString();
    try (CloseableIterator<FileStatus> parts =
        engine.getFileSystemClient().listFrom(folder + "/0")) {
      while (parts.hasNext()) {
        FileStatus part = parts.next();
        if (part.getModificationTime() < nowMillis - AGE_MIN_MILLIS) {
          old.add(part);
        }
      }
    } catch (FileNotFoundException none) {
      return;
    }
    if (old.isEmpty()) {
      return;
    }
    Set<String> named = named(engine, latest);
    for (FileStatus part : old) {
      if (!named.contains(new Path(part.getPath()).getName())) {
        engine.getFileSystemClient().delete(part.getPath());
      }
    }
  }

  /** Names of the parts that a checkpoint has which is there; all of them, or a failure. */
  private static Set<String> named(Engine engine, SnapshotImpl latest) throws IOException {
    Set<String> named = new HashSet<>();
    String from = FileNames.listingPrefix(latest.getLogPath(), 0);
    List<FileStatus> checkpoints = new ArrayList<>();
    try (CloseableIterator<FileStatus> files = engine.getFileSystemClient().listFrom(from)) {
      while (files.hasNext()) {
        FileStatus file = files.next();
        if (FileNames.isCheckpointFile(file.getPath())) {
          checkpoints.add(file);
        }
      }
    }
    for (FileStatus checkpoint : checkpoints) {
      try {
        if (checkpoint.getPath().endsWith(".json")) {
          addNamedInJson(checkpoint.getPath(), named);
        } else {
          addNamedInParquet(engine, checkpoint, named);
        }
      } catch (FileNotFoundException expired) {
        // Another writer expires the log, too; what the checkpoint named is of no use then.
        continue;
      }
    }
    return named;
  }

  private static void addNamedInJson(String checkpoint, Set<String> named) throws IOException {
    Path file = new Path(checkpoint);
    String actions;
    try (FSDataInputStream stream = file.getFileSystem().open(file)) {
      actions = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (String action : actions.split("\n")) {
      if (action.contains("\"sidecar\"")) {
        JsonNode path = JSON.readTree(action).path("sidecar").path("path");
        if (path.isTextual()) {
          add(path.asText(), named);
        }
      }
    }
  }

  private static void addNamedInParquet(Engine engine, FileStatus checkpoint, Set<String> named)
      throws IOException {
    try (CloseableIterator<FileReadResult> batches =
        engine
            .getParquetHandler()
            .readParquetFiles(
                Utils.singletonCloseableIterator(checkpoint), NAMED, Optional.empty())) {
      while (batches.hasNext()) {
        ColumnarBatch batch = batches.next().getData();
        ColumnVector sidecars = batch.getColumnVector(0);
        ColumnVector paths = sidecars.getChild(SidecarFile.READ_SCHEMA.indexOf("path"));
        for (int i = 0; i < batch.getSize(); i++) {
          if (!sidecars.isNullAt(i)) {
            add(paths.getString(i), named);
          }
        }
      }
    }
  }

  /** By name alone, whether it was named relative to the folder or as a whole path. */
  private static void add(String path, Set<String> named) {
    named.add(new Path(LogPaths.decode(path)).getName());
  }
}
