package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.roaringbitmap.RoaringBitmap;

/** A table of (id, name) that changes as a test wants it. */
final class ExampleTable implements AutoCloseable {
  static final Clock IN_EIGHT_DAYS = Clock.offset(Clock.systemUTC(), Duration.ofDays(8));

  private final Path folder;
  private final TableDefinition definition;
  private TableLog log;

  private ExampleTable(Path folder, TableDefinition definition) {
    this.folder = folder;
    this.definition = definition;
    this.log = open(definition);
  }

  private static TableLog open(TableDefinition definition) {
    return TableLog.open(definition, CommitStores.forTable(definition.path()), Clock.systemUTC());
  }

  /** Waits for a table checkpoint that is being written. */
  void reopen() {
    log.close();
    log = open(definition);
  }

  static ExampleTable create(Path folder) {
    return create(folder, Map.of());
  }

  static ExampleTable create(Path folder, Map<String, String> properties) {
    TableDefinition definition =
        new TableDefinition("orders", folder.toString(), ExampleFiles.ROW_TYPE, true, properties);
    return new ExampleTable(folder, definition);
  }

  Path folder() {
    return folder;
  }

  Path path(String file) {
    return folder.resolve(file);
  }

  long append(String name, long... ids) {
    DataFile file = ExampleFiles.write(folder, name, ids);
    return commit(
        List.of(),
        List.of(LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats())));
  }

  long remove(String name) {
    log.reload();
    return commit(List.of(log.file(name).orElseThrow()), List.of());
  }

  /** Deletes rows by a deletion vector. */
  DeletionVector delete(String name, int... positions) {
    log.reload();
    LiveFile file = log.file(name).orElseThrow();
    RoaringBitmap rows = log.deletionVectors().load(file);
    rows.add(positions);
    DeletionVector vector = log.deletionVectors().write(List.of(rows)).get(0);
    commit(List.of(file), List.of(file.withDeletionVector(vector)));
    return vector;
  }

  private long commit(List<LiveFile> removed, List<LiveFile> added) {
    log.reload();
    TableChange change =
        new TableChange(removed, added, Map.of(), "WRITE", Map.of(), Map.of(), Map.of());
    assertThat(log.commit(change)).isTrue();
    return log.version();
  }

  long version() {
    return KernelTableReader.open(folder.toString()).version();
  }

  List<Long> ids() {
    return ids(KernelTableReader.open(folder.toString()));
  }

  List<Long> idsAt(long version) {
    return ids(KernelTableReader.openAt(folder.toString(), version));
  }

  private static List<Long> ids(KernelTableReader reader) {
    List<Long> ids = new ArrayList<>();
    try (var rows = reader.rows(List.of("id"), OptionalLong.empty())) {
      rows.forEachRemaining(row -> ids.add((Long) row[0]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ids.sort(null);
    return ids;
  }

  MaintainedTable maintained() {
    return MaintainedTable.open(folder.toString());
  }

  MaintainedTable maintainedInEightDays() {
    return MaintainedTable.open(
        folder.toString(), CommitStores.forTable(folder.toString()), IN_EIGHT_DAYS);
  }

  /** Makes a file that no commit names. */
  Path orphan(String name, Duration age) {
    Path file = path(name);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, "left behind");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    age(name, age);
    return file;
  }

  void age(String name, Duration age) {
    try {
      Files.setLastModifiedTime(path(name), FileTime.from(Instant.now().minus(age)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<JsonNode> entry(long version) {
    List<JsonNode> actions = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(entryPath(version))) {
        actions.add(new ObjectMapper().readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return actions;
  }

  JsonNode commitInfo(long version) {
    return entry(version).get(0).path("commitInfo");
  }

  Path entryPath(long version) {
    return folder.resolve("_delta_log/%020d.json".formatted(version));
  }

  @Override
  public void close() {
    log.close();
  }
}
