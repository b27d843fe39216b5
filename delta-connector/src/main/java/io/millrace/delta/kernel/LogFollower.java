package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.SnapshotImpl;
import io.delta.kernel.internal.fs.Path;
import io.delta.kernel.internal.util.FileNames;
import io.delta.kernel.utils.FileStatus;
import io.millrace.delta.log.CommitStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What other writers have made of a table since a version that is known, from their log entries
 * alone: of several writers most have lost to one or two commits, and loading the table anew would
 * take so much longer than a commit that who loses goes on losing.
 */
final class LogFollower {
  /** More than that are read faster from a table checkpoint. */
  private static final int ENTRIES_MAX = 200;

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonFactory JSON = MAPPER.getFactory();

  private final CommitStore store;

  LogFollower(CommitStore store) {
    this.store = requireNonNull(store, "store is null");
  }

  /**
   * The latest version.
   *
   * @param transactions that the entries in between hold, the last of each application
   */
  record Followed(Snapshot snapshot, Map<String, Long> transactions) {}

  /**
   * The latest version there is.
   *
   * @return empty if there is none after the known one, or if the entries do not tell it alone: the
   *     table's definition changed, they are many, or damaged
   */
  Optional<Followed> follow(Engine engine, Snapshot known) throws IOException {
    Path log = ((SnapshotImpl) known).getLogPath();
    List<FileStatus> entries = new ArrayList<>();
    Map<String, Long> transactions = new HashMap<>();
    long version = known.getVersion();
    for (Optional<byte[]> entry = store.read(version + 1);
        entry.isPresent();
        entry = store.read(version + 1)) {
      version++;
      if (entries.size() == ENTRIES_MAX
          || !EntryChecksum.matches(entry.get())
          || !isPlain(entry.get(), transactions)) {
        return Optional.empty();
      }
      entries.add(engine.getFileSystemClient().getFileStatus(FileNames.deltaFile(log, version)));
    }
    if (entries.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Followed(
            SnapshotChain.extend(engine, known, entries, checksum(engine, log, version)),
            transactions));
  }

  private static Optional<FileStatus> checksum(Engine engine, Path log, long version)
      throws IOException {
    try {
      return Optional.of(
          engine
              .getFileSystemClient()
              .getFileStatus(FileNames.checksumFile(log, version).toString()));
    } catch (FileNotFoundException none) {
      return Optional.empty();
    }
  }

  /** False if the entry says what the table is, or what nobody can read. */
  private static boolean isPlain(byte[] entry, Map<String, Long> transactions) {
    try {
      for (String line : new String(entry, StandardCharsets.UTF_8).split("\n")) {
        if (line.isBlank()) {
          continue;
        }
        String kind;
        try (JsonParser parser = JSON.createParser(line)) {
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            return false;
          }
          kind = String.valueOf(parser.nextFieldName());
        }
        switch (kind) {
          case "add", "remove", "cdc", "commitInfo" -> {}
          case "txn" -> {
            JsonNode transaction = MAPPER.readTree(line).path("txn");
            transactions.put(
                transaction.path("appId").asText(), transaction.path("version").asLong());
          }
          default -> {
            return false;
          }
        }
      }
      return true;
    } catch (IOException e) {
      // Who loads the table says which entry is damaged, and how.
      return false;
    }
  }
}
