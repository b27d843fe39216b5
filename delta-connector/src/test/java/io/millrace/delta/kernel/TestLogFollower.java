package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.engine.Engine;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLogFollower {
  @TempDir private Path folder;
  private final Engine engine = new MillraceEngine(new FlinkFileIO());

  private TableLog open() {
    return TableLog.open(
        new TableDefinition("orders", folder.toString(), ExampleFiles.ROW_TYPE, true, Map.of()),
        CommitStores.forTable(folder.toString()),
        Clock.systemUTC());
  }

  private void append(TableLog log, long id) {
    DataFile file = ExampleFiles.write(folder, "f" + id + ".parquet", id);
    LiveFile live = LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats());
    assertThat(
            log.commit(
                new TableChange(
                    List.of(),
                    List.of(live),
                    Map.of("app", id),
                    "W",
                    Map.of(),
                    Map.of(),
                    Map.of())))
        .isTrue();
  }

  private Snapshot latest() {
    return TableManager.loadSnapshot(folder.toString()).build(engine);
  }

  private Optional<LogFollower.Followed> follow(Snapshot known) throws IOException {
    return new LogFollower(CommitStores.forTable(folder.toString())).follow(engine, known);
  }

  @Test
  void theLatestVersionIsToldByTheEntriesSince() throws IOException {
    try (TableLog log = open()) {
      append(log, 1);
      Snapshot known = latest();
      assertThat(follow(known)).isEmpty();
      append(log, 2);
      append(log, 3);

      LogFollower.Followed followed = follow(known).orElseThrow();

      assertThat(followed.snapshot().getVersion()).isEqualTo(3);
      assertThat(followed.transactions()).isEqualTo(Map.of("app", 3L));
      assertThat(followed.snapshot().getLatestTransactionVersion(engine, "app")).hasValue(3L);
      java.util.Set<String> files = new java.util.TreeSet<>();
      TableLog.forEachFile(engine, followed.snapshot(), file -> files.add(file.path()));
      assertThat(files).containsExactly("f1.parquet", "f2.parquet", "f3.parquet");
    }
  }

  @Test
  void anotherDefinitionOfTheTableIsLoaded() throws IOException {
    try (TableLog log = open()) {
      Snapshot known = latest();
      append(log, 1);
      new ForeignWriter(folder).setProperty("owner", "somebody");

      assertThat(follow(known)).isEmpty();
      assertThat(log.reload()).isTrue();
      assertThat(log.version()).isEqualTo(2);
    }
  }

  @Test
  void transactionsThatWereLookedUpAreThoseOfTheLatestVersion() {
    try (TableLog one = open();
        TableLog two = open()) {
      assertThat(two.transaction("app")).isEmpty();
      append(one, 1);
      assertThat(two.reload()).isTrue();
      assertThat(two.transaction("app")).isEqualTo(OptionalLong.of(1));
      append(one, 2);
      assertThat(two.reload()).isTrue();

      assertThat(two.transaction("app")).isEqualTo(OptionalLong.of(2));
      assertThat(two.reload()).isFalse();
      append(two, 3);
    }
  }

  @Test
  void aDamagedEntryIsNamed() throws IOException {
    try (TableLog one = open();
        TableLog two = open()) {
      append(one, 1);
      Path entry = folder.resolve("_delta_log").resolve("%020d.json".formatted(1));
      String text = Files.readString(entry);
      Files.writeString(entry, text.replace("f1.parquet", "f9.parquet"));

      assertThatThrownBy(two::reload)
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
          .hasMessageContaining("00000000000000000001.json");
    }
  }
}
