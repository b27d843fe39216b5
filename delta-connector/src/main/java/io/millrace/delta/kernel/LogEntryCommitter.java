package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.delta.kernel.commit.CommitFailedException;
import io.delta.kernel.commit.CommitMetadata;
import io.delta.kernel.commit.CommitResponse;
import io.delta.kernel.commit.Committer;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.internal.json.JsonUtils;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.actions.CommitInfo;
import io.delta.kernel.internal.actions.SingleAction;
import io.delta.kernel.internal.files.ParsedPublishedDeltaData;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.utils.CloseableIterator;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.StorageFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the entry of a commit into the log, with what Kernel does not know of: more than one
 * transaction identifier, and a {@code commitInfo} that says what was done and by whom.
 *
 * <p>An entry whose fate is unknown is read back: the {@code commitInfo} holds a random transaction
 * id of Kernel's, so equal bytes mean that it is ours. Used by one thread at a time, and told
 * before each commit what it will be about.
 */
final class LogEntryCommitter implements Committer {
  private static final Logger LOG = LoggerFactory.getLogger(LogEntryCommitter.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = MAPPER.getFactory();
  private static final int PUT_ATTEMPTS_MAX = 3;
  private static final int FEATURES_WRITER_VERSION = 7;

  private final String tableName;
  private final CommitStore store;
  private final Clock clock;
  private @Nullable TableChange change;
  private boolean isDisguised;
  private boolean keepsRowIds;
  private Map<String, String> creationProperties = Map.of();
  private CreatedColumns createdColumns = CreatedColumns.NONE;
  private Optional<String> creationDescription = Optional.empty();

  LogEntryCommitter(String tableName, CommitStore store, Clock clock) {
    this.tableName = requireNonNull(tableName, "tableName is null");
    this.store = requireNonNull(store, "store is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** The next commit makes a change. */
  void announce(TableChange next) {
    announce(next, false, false);
  }

  /**
   * The next commit makes a change.
   *
   * @param removalsDisguised true if removals come with {@code dataChange} false for Kernel's sake
   * @param rowIdsKept true if the table tracks its rows, and none of them is replaced
   */
  void announce(TableChange next, boolean removalsDisguised, boolean rowIdsKept) {
    change = next;
    isDisguised = removalsDisguised;
    keepsRowIds = rowIdsKept;
  }

  /**
   * The next commit creates the table.
   *
   * @param properties table properties that the protocol knows and Kernel refuses to set
   * @param columns that Kernel does not know
   * @param description of the table, which Kernel has no word for
   */
  void announceCreation(
      Map<String, String> properties, CreatedColumns columns, Optional<String> description) {
    change = null;
    isDisguised = false;
    keepsRowIds = false;
    creationProperties = Map.copyOf(properties);
    createdColumns = columns;
    creationDescription = description;
  }

  @Override
  public CommitResponse commit(
      Engine engine, CloseableIterator<Row> actions, CommitMetadata metadata)
      throws CommitFailedException {
    long version = metadata.getVersion();
    String path = FileNames.deltaFile(metadata.getDeltaLogDirPath(), version);
    byte[] entry = entry(actions, metadata.getCommitInfo(), version);
    if (!put(version, entry, path)) {
      throw new CommitFailedException(true, true, "version " + version + " is another writer's");
    }
    try {
      return new CommitResponse(
          ParsedPublishedDeltaData.forFileStatus(engine.getFileSystemClient().getFileStatus(path)));
    } catch (IOException e) {
      throw StorageFailure.of(
          "looking at log entry %d of table %s".formatted(version, tableName), path, e);
    }
  }

  /** True if the entry is in the log and ours; false if that version is another's. */
  boolean put(long version, byte[] entry, String path) {
    for (int attempt = 1; ; attempt++) {
      IOException unknown;
      try {
        return store.putIfAbsent(version, entry)
            // After an attempt of unknown fate, the one in our way may be ourselves.
            || (attempt > 1 && Arrays.equals(entry, readBack(version, path).orElse(null)));
      } catch (IOException e) {
        unknown = e;
      }
      Optional<byte[]> found = readBack(version, path);
      if (found.isPresent()) {
        boolean ours = Arrays.equals(entry, found.get());
        LOG.warn(
            "Writing a log entry failed with an unknown outcome; reading back decided: table={}, "
                + "version={}, ours={}, error={}",
            tableName,
            version,
            ours,
            unknown.toString());
        return ours;
      }
      if (attempt == PUT_ATTEMPTS_MAX || StorageFailure.isDiskFull(unknown)) {
        throw StorageFailure.of(
            "writing log entry %d of table %s".formatted(version, tableName), path, unknown);
      }
      // Absent now, but a slow store may still make it appear: only a put of the same bytes tells.
      LOG.warn(
          "Writing a log entry failed, the entry is not there, trying again: table={}, version={}, "
              + "attempt={}, error={}",
          tableName,
          version,
          attempt,
          unknown.toString());
    }
  }

  private Optional<byte[]> readBack(long version, String path) {
    try {
      return store.read(version);
    } catch (IOException e) {
      throw StorageFailure.of(
          "reading back log entry %d of table %s, of which it is unknown whether it was written,"
              .formatted(version, tableName),
          path,
          e);
    }
  }

  /** {@code commitInfo} first, as it holds the checksum of all that follows. */
  private byte[] entry(CloseableIterator<Row> actions, CommitInfo info, long version) {
    ByteArrayOutputStream following = new ByteArrayOutputStream(4096);
    String described = "";
    try (actions) {
      while (actions.hasNext()) {
        Row action = actions.next();
        if (!action.isNullAt(SingleAction.COMMIT_INFO_ORDINAL)) {
          described = JsonUtils.rowToJson(action);
        } else if (isDisguised && !action.isNullAt(SingleAction.REMOVE_FILE_ORDINAL)) {
          writeLine(ChangeActions.undisguised(JsonUtils.rowToJson(action)), following);
        } else if (change == null && !action.isNullAt(SingleAction.METADATA_ORDINAL)) {
          writeLine(withCreationProperties(JsonUtils.rowToJson(action)), following);
        } else if (change == null && !action.isNullAt(SingleAction.PROTOCOL_ORDINAL)) {
          writeLine(withCreationFeatures(JsonUtils.rowToJson(action)), following);
        } else {
          writeLine(JsonUtils.rowToJson(action), following);
        }
      }
      TableChange about = change;
      if (about != null) {
        ChangeActions.write(about.changes(), following);
        writeTransactions(about.transactions(), following);
      }
      String checksum = EntryChecksum.of(following.toByteArray());
      ByteArrayOutputStream entry = new ByteArrayOutputStream(following.size() + 2048);
      writeLine(
          about == null
              ? withChecksum(described, checksum)
              : describe(info, about, version, keepsRowIds, checksum),
          entry);
      following.writeTo(entry);
      return entry.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String withChecksum(String action, String checksum) throws IOException {
    JsonNode json = MAPPER.readTree(action);
    ((ObjectNode) json.path("commitInfo")).put(EntryChecksum.FIELD, checksum);
    return MAPPER.writeValueAsString(json);
  }

  private String withCreationProperties(String action) throws IOException {
    JsonNode json = MAPPER.readTree(action);
    ObjectNode metadata = (ObjectNode) json.path("metaData");
    creationDescription.ifPresent(text -> metadata.put("description", text));
    ObjectNode configuration = metadata.withObject("/configuration");
    creationProperties.forEach(configuration::put);
    createdColumns.addTo(metadata);
    return MAPPER.writeValueAsString(json);
  }

  /** What Kernel knows no table with, it does not ask features for either. */
  private String withCreationFeatures(String action) throws IOException {
    Map<String, Integer> versions = new TreeMap<>();
    if (creationProperties.keySet().stream()
        .anyMatch(key -> key.startsWith(WriteRules.CONSTRAINT_PREFIX))) {
      versions.put("checkConstraints", 3);
    }
    if (!createdColumns.expressions().isEmpty()) {
      versions.put("generatedColumns", 4);
    }
    if (!createdColumns.identities().isEmpty()) {
      versions.put("identityColumns", 6);
    }
    if (versions.isEmpty()) {
      return action;
    }
    JsonNode json = MAPPER.readTree(action);
    ObjectNode protocol = (ObjectNode) json.path("protocol");
    int writerVersion = protocol.path("minWriterVersion").asInt();
    if (writerVersion >= FEATURES_WRITER_VERSION) {
      ArrayNode features = protocol.withArray("writerFeatures");
      versions.keySet().forEach(features::add);
    } else {
      protocol.put("minWriterVersion", Math.max(writerVersion, Collections.max(versions.values())));
    }
    return MAPPER.writeValueAsString(json);
  }

  private static void writeLine(String json, ByteArrayOutputStream bytes) {
    bytes.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    bytes.write('\n');
  }

  /** The in-commit timestamp comes first: readers look for it in the first action. */
  private static String describe(
      CommitInfo kernel, TableChange change, long version, boolean keepsRowIds, String checksum)
      throws IOException {
    var json = new java.io.StringWriter();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      out.writeObjectFieldStart("commitInfo");
      if (kernel.getInCommitTimestamp().isPresent()) {
        out.writeNumberField("inCommitTimestamp", kernel.getInCommitTimestamp().get());
      }
      out.writeNumberField("timestamp", kernel.getTimestamp());
      out.writeStringField("operation", change.operation());
      writeMap(out, "operationParameters", change.operationParameters());
      out.writeNumberField("readVersion", version - 1);
      out.writeBooleanField("isBlindAppend", change.isBlindAppend());
      writeMap(out, "operationMetrics", change.operationMetrics());
      if (keepsRowIds) {
        writeMap(out, "tags", TrackingColumns.KEPT);
      }
      out.writeStringField("engineInfo", Millrace.ENGINE_INFO);
      if (kernel.getTxnId().isPresent()) {
        out.writeStringField("txnId", kernel.getTxnId().get());
      }
      for (Map.Entry<String, String> entry : change.info().entrySet()) {
        out.writeStringField(entry.getKey(), entry.getValue());
      }
      out.writeStringField(EntryChecksum.FIELD, checksum);
      out.writeEndObject();
      out.writeEndObject();
    }
    return json.toString();
  }

  private static void writeMap(JsonGenerator out, String field, Map<String, String> values)
      throws IOException {
    out.writeObjectFieldStart(field);
    for (Map.Entry<String, String> entry : values.entrySet()) {
      out.writeStringField(entry.getKey(), entry.getValue());
    }
    out.writeEndObject();
  }

  private void writeTransactions(Map<String, Long> transactions, ByteArrayOutputStream bytes)
      throws IOException {
    for (Map.Entry<String, Long> transaction : transactions.entrySet()) {
      var json = new java.io.StringWriter();
      try (JsonGenerator out = JSON.createGenerator(json)) {
        out.writeStartObject();
        out.writeObjectFieldStart("txn");
        out.writeStringField("appId", transaction.getKey());
        out.writeNumberField("version", transaction.getValue());
        out.writeNumberField("lastUpdated", clock.millis());
        out.writeEndObject();
        out.writeEndObject();
      }
      writeLine(json.toString(), bytes);
    }
  }
}
