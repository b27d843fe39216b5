package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.checkpoints.SidecarFile;
import io.delta.kernel.internal.replay.LogReplay;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import io.millrace.delta.log.CommitStores;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * What is wrong with a log that Kernel could not read: Kernel says that it failed, a person wants
 * to know at which file. Slow, and only used after a failure.
 */
final class LogInspection {
  private static final Pattern ENTRY = Pattern.compile("(\\d{20})\\.json");
  private static final Pattern CHECKPOINT =
      Pattern.compile("(\\d{20})\\.checkpoint\\..*(parquet|json)");
  private static final JsonFactory JSON = new ObjectMapper().getFactory();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Engine engine;
  private final Path directory;

  LogInspection(String tablePath) {
    this.engine = new MillraceEngine(new FlinkFileIO());
    this.directory = new Path(tablePath, CommitStores.LOG_FOLDER);
  }

  /** The first fault among the entries that a reader needs: a gap, or one that is not whole. */
  Optional<String> firstFault() {
    try {
      List<FileStatus> files = list();
      long checkpoint = -1;
      List<Long> versions = new ArrayList<>();
      for (FileStatus file : files) {
        Matcher name = CHECKPOINT.matcher(new Path(file.getPath()).getName());
        if (name.matches() && isReadable(file)) {
          checkpoint = Math.max(checkpoint, Long.parseLong(name.group(1)));
        }
      }
      for (FileStatus file : files) {
        Matcher name = ENTRY.matcher(new Path(file.getPath()).getName());
        if (name.matches() && Long.parseLong(name.group(1)) > checkpoint) {
          versions.add(Long.parseLong(name.group(1)));
        }
      }
      long expected = checkpoint + 1;
      for (long version : versions) {
        if (version != expected) {
          return Optional.of(
              "log entry %020d.json (version %d) is missing from %s"
                  .formatted(expected, expected, directory));
        }
        Optional<String> torn = fault(version);
        if (torn.isPresent()) {
          return torn;
        }
        expected++;
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("%s cannot be read: %s".formatted(directory, e.getMessage()));
    }
  }

  /** Names of table checkpoints, newest first, as far as none is readable. */
  List<String> unreadableCheckpoints() {
    List<String> unreadable = new ArrayList<>();
    try {
      TreeMap<Long, List<FileStatus>> checkpoints = new TreeMap<>(Comparator.reverseOrder());
      for (FileStatus file : list()) {
        Matcher name = CHECKPOINT.matcher(new Path(file.getPath()).getName());
        if (name.matches()) {
          checkpoints
              .computeIfAbsent(Long.parseLong(name.group(1)), version -> new ArrayList<>())
              .add(file);
        }
      }
      for (List<FileStatus> parts : checkpoints.values()) {
        List<String> damaged =
            parts.stream()
                .filter(part -> !isReadable(part))
                .map(part -> new Path(part.getPath()).getName())
                .toList();
        if (damaged.isEmpty()) {
          break;
        }
        unreadable.addAll(damaged);
      }
    } catch (IOException e) {
      return List.of();
    }
    return unreadable;
  }

  /**
   * The version whose entry, if it is still there, added a data file last. One that only gave it
   * another deletion vector did not.
   */
  OptionalLong versionThatAdded(String path) {
    String logged = LogPaths.encode(path);
    OptionalLong last = OptionalLong.empty();
    try {
      for (FileStatus file : list()) {
        Matcher name = ENTRY.matcher(new Path(file.getPath()).getName());
        if (!name.matches()) {
          continue;
        }
        boolean added = false;
        boolean removed = false;
        for (String line : new String(read(file.getPath()), "UTF-8").split("\n")) {
          if (line.contains(logged)) {
            JsonNode action = MAPPER.readTree(line);
            added |= action.path("add").path("path").asText().equals(logged);
            removed |= action.path("remove").path("path").asText().equals(logged);
          }
        }
        if (added && !removed) {
          last = OptionalLong.of(Long.parseLong(name.group(1)));
        }
      }
    } catch (IOException e) {
      return last;
    }
    return last;
  }

  /** What is wrong with one entry; empty if nothing is. */
  Optional<String> faultOf(long version) {
    try {
      return fault(version);
    } catch (IOException e) {
      return Optional.of(
          "log entry %020d.json (version %d) cannot be read: %s"
              .formatted(version, version, e.getMessage()));
    }
  }

  private Optional<String> fault(long version) throws IOException {
    String name = "%020d.json".formatted(version);
    byte[] entry = read(new Path(directory, name).toString());
    if (entry.length == 0) {
      return Optional.of(
          "log entry %s (version %d) ends at byte 0: it is empty".formatted(name, version));
    }
    long offset = 0;
    try (JsonParser parser = JSON.createParser(entry)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        offset = parser.currentTokenLocation().getByteOffset();
        if (token != JsonToken.START_OBJECT) {
          return Optional.of(unreadable(name, version, offset));
        }
        parser.skipChildren();
      }
    } catch (JsonProcessingException e) {
      long at =
          e.getLocation() == null ? offset : Math.max(offset, e.getLocation().getByteOffset());
      return Optional.of(unreadable(name, version, at));
    }
    if (!EntryChecksum.matches(entry)) {
      return Optional.of(
          "log entry %s (version %d) ends at byte %d and does not match its checksum"
              .formatted(name, version, entry.length));
    }
    for (String line : new String(entry, "UTF-8").split("\n")) {
      Optional<String> misshapen = misshapen(line);
      if (misshapen.isPresent()) {
        return Optional.of(
            "log entry %s (version %d) has an action that is not one: %s"
                .formatted(name, version, misshapen.get()));
      }
    }
    return Optional.empty();
  }

  /** Flipped bits can leave JSON that is valid and wrong. */
  private static Optional<String> misshapen(String line) throws IOException {
    JsonNode action = MAPPER.readTree(line);
    if (action == null || action.isMissingNode()) {
      return Optional.empty();
    }
    JsonNode add = action.path("add");
    if (!add.isMissingNode()
        && !(add.path("path").isTextual()
            && add.path("size").isIntegralNumber()
            && add.path("partitionValues").isObject())) {
      return Optional.of("an add without path, size or partitionValues");
    }
    JsonNode remove = action.path("remove");
    if (!remove.isMissingNode() && !remove.path("path").isTextual()) {
      return Optional.of("a remove without path");
    }
    return Optional.empty();
  }

  private static String unreadable(String name, long version, long offset) {
    return "log entry %s (version %d) is not readable at byte %d".formatted(name, version, offset);
  }

  /** Whether a checkpoint, and the files that it refers to, can be read to their ends. */
  private boolean isReadable(FileStatus checkpoint) {
    StructType schema = withSidecars();
    int sidecar = schema.indexOf(LogReplay.SIDECAR_FIELD_NAME);
    Set<String> sidecars = new HashSet<>();
    boolean json = checkpoint.getPath().endsWith(".json");
    try (CloseableIterator<ColumnarBatch> batches =
        json ? ofJson(checkpoint, schema) : ofParquet(checkpoint, schema)) {
      while (batches.hasNext()) {
        ColumnarBatch batch = batches.next();
        ColumnVector references = batch.getColumnVector(sidecar);
        for (int i = 0; i < batch.getSize(); i++) {
          SidecarFile file = SidecarFile.fromColumnVector(references, i);
          if (file != null) {
            sidecars.add(file.getPath());
          }
        }
      }
      for (String path : sidecars) {
        Path file = new Path(new Path(directory, "_sidecars"), path);
        if (!isWhole(engine.getFileSystemClient().getFileStatus(file.toString()))) {
          return false;
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private boolean isWhole(FileStatus sidecar) throws IOException {
    try (CloseableIterator<ColumnarBatch> batches =
        ofParquet(sidecar, SingleAction.CHECKPOINT_SCHEMA)) {
      while (batches.hasNext()) {
        if (batches.next().getSize() < 0) {
          return false;
        }
      }
      return true;
    }
  }

  private static StructType withSidecars() {
    StructType schema = new StructType();
    for (StructField field : SingleAction.CHECKPOINT_SCHEMA.fields()) {
      schema = schema.add(field);
    }
    return LogReplay.withSidecarFileSchema(schema);
  }

  private CloseableIterator<ColumnarBatch> ofParquet(FileStatus file, StructType schema)
      throws IOException {
    return engine
        .getParquetHandler()
        .readParquetFiles(Utils.singletonCloseableIterator(file), schema, Optional.empty())
        .map(FileReadResult::getData);
  }

  private CloseableIterator<ColumnarBatch> ofJson(FileStatus file, StructType schema)
      throws IOException {
    return engine
        .getJsonHandler()
        .readJsonFiles(Utils.singletonCloseableIterator(file), schema, Optional.empty());
  }

  private List<FileStatus> list() throws IOException {
    List<FileStatus> files = new ArrayList<>();
    try (CloseableIterator<FileStatus> listed =
        engine.getFileSystemClient().listFrom(new Path(directory, "0").toString())) {
      while (listed.hasNext()) {
        files.add(listed.next());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return files;
  }

  private static byte[] read(String path) throws IOException {
    Path file = new Path(path);
    try (FSDataInputStream stream = file.getFileSystem().open(file)) {
      return stream.readAllBytes();
    }
  }
}
