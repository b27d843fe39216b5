package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.internal.DeltaHistoryManager;
import io.delta.kernel.internal.actions.Protocol;
import io.delta.kernel.internal.tablefeatures.TableFeatures;
import io.delta.kernel.internal.types.DataTypeJsonSerDe;
import io.delta.kernel.internal.util.ColumnMapping;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.LoggedCommit.LoggedFile;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.log.StorageFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/** The entries of a table's log one by one, for somebody who follows it. Stateless. */
public final class LogTail {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String tablePath;
  private final Path log;

  public LogTail(String tablePath) {
    this.tablePath = requireNonNull(tablePath, "tablePath is null");
    this.log = new Path(tablePath, CommitStores.LOG_FOLDER);
  }

  /**
   * The entry that made a version; empty if there is none yet.
   *
   * @throws MillraceException SOURCE_GAP if the entry and all before it are gone and later ones are
   *     there, naming the first that is left; TABLE_CORRUPT naming the entry, if it alone is gone,
   *     or is damaged; TABLE_UNSUPPORTED if it raises the table's protocol beyond what is read
   *     here; IO_FAILED
   */
  public Optional<LoggedCommit> read(long version) {
    Optional<LoggedCommit> found = attempt(version);
    if (found.isPresent()) {
      return found;
    }
    OptionalLong later = firstEntryFrom(version);
    if (later.isEmpty()) {
      return Optional.empty();
    }
    // Entries appear in order: what was not there a moment ago is there now, or never again.
    found = attempt(version);
    if (found.isEmpty()) {
      throw gone(version, earliest(later.getAsLong()));
    }
    return found;
  }

  private MillraceException gone(long version, long earliest) {
    if (earliest < version) {
      // Logs are cleaned from their beginning: somebody else deleted this one.
      return KernelFailures.damaged(
          tablePath,
          "log entry %020d.json (version %d) is missing from %s".formatted(version, version, log),
          null);
    }
    return new MillraceException(
        ErrorCode.SOURCE_GAP,
        "version %d of table %s is to be read next and is gone: the first version left in its log is %d"
            .formatted(version, tablePath, earliest),
        "start the reader anew, without its state: from version %d ('starting-version'), which"
                .formatted(earliest)
            + " leaves out what was changed before, or without a start, which reads all rows of"
            + " the latest version; and let the table keep its log for longer"
            + " (delta.logRetentionDuration)");
  }

  /**
   * The version that added a data file last, if its entry is still there. Reads the whole log: for
   * telling people about a file that cannot be read.
   */
  public OptionalLong versionThatAdded(String path) {
    return new LogInspection(tablePath).versionThatAdded(path);
  }

  private long earliest(long otherwise) {
    try {
      return DeltaHistoryManager.getEarliestDeltaFile(
          new MillraceEngine(new FlinkFileIO()),
          new io.delta.kernel.internal.fs.Path(log.toString()),
          Optional.empty());
    } catch (RuntimeException e) {
      return otherwise;
    }
  }

  private OptionalLong firstEntryFrom(long version) {
    try (var names =
        new FlinkFileIO().listFrom(new Path(log, "%020d.json".formatted(version)).toString())) {
      while (names.hasNext()) {
        String name = new Path(names.next().getPath()).getName();
        if (name.matches("\\d{20}\\.json")) {
          return OptionalLong.of(Long.parseLong(name.substring(0, 20)));
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      throw StorageFailure.of("listing the log of table " + tablePath, log.toString(), e);
    }
  }

  private Optional<LoggedCommit> attempt(long version) {
    Path entry = new Path(log, "%020d.json".formatted(version));
    byte[] bytes;
    long modified;
    try {
      FileSystem files = entry.getFileSystem();
      modified = files.getFileStatus(entry).getModificationTime();
      try (FSDataInputStream stream = files.open(entry)) {
        bytes = stream.readAllBytes();
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw StorageFailure.of("reading a log entry", entry.toString(), e);
    }
    if (!EntryChecksum.matches(bytes)) {
      throw damaged(version, "it does not match its checksum", null);
    }
    try {
      return Optional.of(parse(version, modified, new String(bytes, StandardCharsets.UTF_8)));
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(version, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      throw KernelFailures.translate("reading log entry " + entry, tablePath, e);
    }
  }

  private MillraceException damaged(long version, String otherwise, @Nullable Throwable cause) {
    return KernelFailures.damaged(
        tablePath,
        new LogInspection(tablePath)
            .faultOf(version)
            .orElseGet(
                () ->
                    "log entry %020d.json (version %d) cannot be read: %s"
                        .formatted(version, version, otherwise)),
        cause);
  }

  private LoggedCommit parse(long version, long modifiedMillis, String entry) throws IOException {
    List<LoggedFile> added = new ArrayList<>();
    List<LoggedFile> removed = new ArrayList<>();
    List<LiveFile> changes = new ArrayList<>();
    Optional<List<TableField>> fields = Optional.empty();
    List<String> partitionColumns = new ArrayList<>();
    long timestamp = modifiedMillis;
    String operation = "UNKNOWN";
    boolean protocolChanged = false;
    boolean blindAppend = false;
    Optional<String> transactionId = Optional.empty();
    boolean any = false;
    for (String line : entry.split("\n")) {
      if (line.isBlank()) {
        continue;
      }
      any = true;
      JsonNode action = JSON.readTree(line);
      if (action.has("add")) {
        added.add(logged(action.path("add")));
      } else if (action.has("remove")) {
        removed.add(logged(action.path("remove")));
      } else if (action.has("cdc")) {
        changes.add(file(action.path("cdc")));
      } else if (action.has("commitInfo")) {
        JsonNode info = action.path("commitInfo");
        timestamp = info.path("inCommitTimestamp").asLong(modifiedMillis);
        operation = info.path("operation").asText(operation);
        blindAppend = info.path("isBlindAppend").asBoolean(false);
        transactionId = Optional.ofNullable(info.path("txnId").textValue());
      } else if (action.has("protocol")) {
        protocolChanged = true;
        requireReadable(action.path("protocol"));
      } else if (action.has("metaData")) {
        JsonNode metadata = action.path("metaData");
        fields = Optional.of(fields(metadata));
        metadata.path("partitionColumns").forEach(name -> partitionColumns.add(name.asText()));
      }
    }
    if (!any) {
      throw new IllegalArgumentException("it is empty");
    }
    return new LoggedCommit(
        version,
        timestamp,
        operation,
        added,
        removed,
        changes,
        fields,
        partitionColumns,
        protocolChanged,
        blindAppend,
        transactionId);
  }

  private void requireReadable(JsonNode protocol) {
    Protocol wanted =
        new Protocol(
            protocol.path("minReaderVersion").asInt(),
            protocol.path("minWriterVersion").asInt(),
            texts(protocol.path("readerFeatures")),
            texts(protocol.path("writerFeatures")));
    TableFeatures.validateKernelCanReadTheTable(wanted, tablePath);
  }

  private static List<TableField> fields(JsonNode metadata) {
    Map<String, String> properties = new TreeMap<>();
    metadata
        .path("configuration")
        .fields()
        .forEachRemaining(field -> properties.put(field.getKey(), field.getValue().asText()));
    return TableField.of(
        DataTypeJsonSerDe.deserializeStructType(metadata.path("schemaString").asText()),
        ColumnMapping.getColumnMappingMode(properties));
  }

  private static LoggedFile logged(JsonNode action) {
    return new LoggedFile(file(action), action.path("dataChange").asBoolean(true));
  }

  private static LiveFile file(JsonNode action) {
    JsonNode path = action.path("path");
    if (!path.isTextual()) {
      throw new IllegalArgumentException("a file action without path");
    }
    Map<String, String> partitionValues = new LinkedHashMap<>();
    action
        .path("partitionValues")
        .fields()
        .forEachRemaining(
            field ->
                partitionValues.put(
                    field.getKey(), field.getValue().isNull() ? null : field.getValue().asText()));
    JsonNode vector = action.path("deletionVector");
    return new LiveFile(
        LogPaths.decode(path.asText()),
        partitionValues,
        action.path("size").asLong(),
        action.path("modificationTime").asLong(),
        action.path("stats").isTextual()
            ? Optional.of(action.path("stats").asText())
            : Optional.empty(),
        vector.isObject() ? Optional.of(deletionVector(vector)) : Optional.empty(),
        Map.of(),
        optional(action.path("baseRowId")),
        optional(action.path("defaultRowCommitVersion")));
  }

  private static DeletionVector deletionVector(JsonNode vector) {
    return new DeletionVector(
        vector.path("storageType").asText(),
        vector.path("pathOrInlineDv").asText(),
        vector.path("offset").isInt()
            ? OptionalInt.of(vector.path("offset").asInt())
            : OptionalInt.empty(),
        vector.path("sizeInBytes").asInt(),
        vector.path("cardinality").asLong());
  }

  private static OptionalLong optional(JsonNode node) {
    return node.isIntegralNumber() ? OptionalLong.of(node.asLong()) : OptionalLong.empty();
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new HashSet<>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
