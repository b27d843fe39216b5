package io.millrace.delta.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.log.CommitStores;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/** The {@code commitInfo} of log entries, from the newest back to where they were expired. */
final class CommitHistory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "millrace.";

  private CommitHistory() {}

  static List<CommitEntry> read(String tablePath, long latest, int limit) {
    List<CommitEntry> entries = new ArrayList<>();
    for (long version = latest; version >= 0 && entries.size() < limit; version--) {
      Path file =
          new Path(new Path(tablePath, CommitStores.LOG_FOLDER), "%020d.json".formatted(version));
      try (FSDataInputStream stream = file.getFileSystem().open(file)) {
        long modified = file.getFileSystem().getFileStatus(file).getModificationTime();
        String entry = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        entries.add(parse(version, modified, entry));
      } catch (FileNotFoundException | NoSuchFileException expired) {
        break;
      } catch (IOException e) {
        throw new MillraceException(
            ErrorCode.TABLE_CORRUPT,
            "log entry %s (version %d) cannot be read: %s".formatted(file, version, e.getMessage()),
            "restore the entry from a backup",
            e);
      }
    }
    return entries;
  }

  private static CommitEntry parse(long version, long modifiedMillis, String entry)
      throws IOException {
    JsonNode info = JSON.createObjectNode();
    for (String line : entry.split("\n")) {
      if (line.contains("\"commitInfo\"")) {
        JsonNode found = JSON.readTree(line).path("commitInfo");
        if (found.isObject()) {
          info = found;
          break;
        }
      }
    }
    Map<String, String> millrace = new TreeMap<>();
    for (var fields = info.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getKey().startsWith(PREFIX) && !field.getKey().equals(EntryChecksum.FIELD)) {
        millrace.put(field.getKey().substring(PREFIX.length()), field.getValue().asText());
      }
    }
    long timestamp = info.path("timestamp").asLong(modifiedMillis);
    return new CommitEntry(
        version,
        info.path("inCommitTimestamp").asLong(timestamp),
        info.path("operation").asText("UNKNOWN"),
        texts(info.path("operationParameters")),
        texts(info.path("operationMetrics")),
        info.path("readVersion").isIntegralNumber()
            ? OptionalLong.of(info.path("readVersion").asLong())
            : OptionalLong.empty(),
        optionalText(info.path("isolationLevel")),
        info.path("isBlindAppend").isBoolean()
            ? Optional.of(info.path("isBlindAppend").asBoolean())
            : Optional.empty(),
        optionalText(info.path("engineInfo")),
        optionalText(info.path("userName")),
        optionalText(info.path("userMetadata")),
        millrace);
  }

  private static Optional<String> optionalText(JsonNode node) {
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    for (var fields = object.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      JsonNode value = field.getValue();
      texts.put(field.getKey(), value.isValueNode() ? value.asText() : value.toString());
    }
    return texts;
  }
}
