package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Which files of a table were rewritten, by whom ever, as its log entries tell: each entry is read
 * once, and only when a file is asked for that is not there any more. Not thread-safe.
 */
final class RewriteLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "\"dataChange\":false";

  private final Path directory;
  private final Map<String, FileRewrite> rewrites = new HashMap<>();
  private long newest = -1;
  private long oldest = -1;
  private boolean complete;

  RewriteLog(String tablePath) {
    this.directory = new Path(tablePath, CommitStores.LOG_FOLDER);
  }

  /**
   * The last rewrite of a file, at most of a version.
   *
   * @return empty if it was never rewritten, or longer ago than the log reaches back
   */
  Optional<FileRewrite> find(String path, long latest) {
    try {
      if (newest < 0) {
        newest = latest;
        oldest = latest + 1;
      }
      while (newest < latest && read(newest + 1)) {
        newest++;
      }
      while (!rewrites.containsKey(path) && !complete) {
        complete = oldest == 0 || !read(oldest - 1);
        if (!complete) {
          oldest--;
        }
      }
    } catch (IOException e) {
      throw StorageFailure.of("reading the log of a table", directory.toString(), e);
    }
    return Optional.ofNullable(rewrites.get(path));
  }

  private boolean read(long version) throws IOException {
    Optional<String> entry = entry(directory, version);
    if (entry.isPresent()) {
      add(version, entry.get());
    }
    return entry.isPresent();
  }

  /** An entry of a log; empty if it is not there, or not any more. */
  static Optional<String> entry(Path directory, long version) throws IOException {
    Path file = new Path(directory, "%020d.json".formatted(version));
    try (FSDataInputStream stream = file.getFileSystem().open(file)) {
      return Optional.of(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException | NoSuchFileException expired) {
      return Optional.empty();
    }
  }

  /** Adds the files that an entry removes and adds without changing what the table holds. */
  static void collect(String entry, List<LiveFile> removed, List<LiveFile> added)
      throws IOException {
    if (!entry.contains(MARK)) {
      return;
    }
    for (String line : entry.split("\n")) {
      if (line.contains(MARK)) {
        JsonNode action = JSON.readTree(line);
        collect(action.path("remove"), removed);
        collect(action.path("add"), added);
      }
    }
  }

  private void add(long version, String entry) throws IOException {
    List<LiveFile> removed = new ArrayList<>();
    List<LiveFile> added = new ArrayList<>();
    collect(entry, removed, added);
    for (LiveFile file : removed) {
      FileRewrite rewrite = new FileRewrite(version, file, added);
      rewrites.merge(
          file.path(), rewrite, (one, other) -> one.version() > other.version() ? one : other);
    }
  }

  private static void collect(JsonNode file, List<LiveFile> into) {
    if (!file.isObject() || file.path("dataChange").asBoolean(true)) {
      return;
    }
    JsonNode vector = file.path("deletionVector");
    into.add(
        new LiveFile(
            LogPaths.decode(file.path("path").asText()),
            texts(file.path("partitionValues")),
            file.path("size").asLong(),
            file.path("modificationTime").asLong(),
            file.path("stats").isTextual()
                ? Optional.of(file.path("stats").asText())
                : Optional.empty(),
            vector.isObject() ? Optional.of(vector(vector)) : Optional.empty(),
            Map.of(),
            OptionalLong.empty(),
            OptionalLong.empty()));
  }

  private static DeletionVector vector(JsonNode vector) {
    return new DeletionVector(
        vector.path("storageType").asText(),
        vector.path("pathOrInlineDv").asText(),
        vector.has("offset") ? OptionalInt.of(vector.path("offset").asInt()) : OptionalInt.empty(),
        vector.path("sizeInBytes").asInt(),
        vector.path("cardinality").asLong());
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object
        .fields()
        .forEachRemaining(
            field ->
                texts.put(
                    field.getKey(), field.getValue().isNull() ? null : field.getValue().asText()));
    return texts;
  }
}
