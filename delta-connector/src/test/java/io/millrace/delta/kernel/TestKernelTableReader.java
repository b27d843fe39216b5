package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.sink.TableCommittable;
import io.millrace.delta.sink.TableCommitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestKernelTableReader {
  private static final int COMMITS = 12;

  @TempDir static Path shared;

  @TempDir Path folder;
  private Path table;

  /** Twelve commits of one row each, with table checkpoints at 5 and 10. */
  @BeforeAll
  static void writeTable() {
    Path template = shared.resolve("orders");
    for (int i = 1; i <= COMMITS; i++) {
      // Closed each time, so that maintenance of every commit is done.
      try (TableCommitter committer = TableCommitter.open(spec(template))) {
        DataFile file = ExampleFiles.write(template, "f" + i + ".parquet", i);
        committer.commit(
            new TableCommittable("orders", "e", i, i, List.of(file), List.of(), Map.of()));
      }
    }
  }

  private static DeltaTableSpec spec(Path table) {
    return new DeltaTableSpec(
        "orders",
        table.toString(),
        "s",
        ExampleFiles.ROW_TYPE,
        List.of(),
        Map.of("delta.checkpointInterval", "5"));
  }

  @BeforeEach
  void copyTable() throws IOException {
    table = folder.resolve("orders");
    Path template = shared.resolve("orders");
    try (Stream<Path> paths = Files.walk(template)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, table.resolve(template.relativize(path).toString()));
      }
    }
  }

  private Path log(long version, String suffix) {
    return table.resolve("_delta_log/%020d.%s".formatted(version, suffix));
  }

  private List<Long> ids() throws IOException {
    return ids(KernelTableReader.open(table.toString()));
  }

  private static List<Long> ids(KernelTableReader reader) throws IOException {
    List<Long> ids = new ArrayList<>();
    try (var rows = reader.rows(List.of("id"), OptionalLong.empty())) {
      rows.forEachRemaining(row -> ids.add((Long) row[0]));
    }
    ids.sort(null);
    return ids;
  }

  @Test
  void columnsAndLimitAreAsAskedFor() throws IOException {
    KernelTableReader reader = KernelTableReader.open(table.toString());
    try (var rows = reader.rows(List.of("name", "id"), OptionalLong.of(3))) {
      List<Object[]> found = new ArrayList<>();
      rows.forEachRemaining(found::add);
      assertThat(found).hasSize(3);
      for (Object[] row : found) {
        assertThat(row[0]).isEqualTo("f%s.parquet-%s".formatted(row[1], row[1]));
      }
    }
    try (var rows = reader.rows()) {
      assertThat(rows.next()).containsOnlyKeys("id", "name");
    }
    assertThatThrownBy(() -> reader.rows(List.of("nome"), OptionalLong.empty()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.COLUMN_NOT_FOUND))
        .hasMessageContaining("has no column nome")
        .hasMessageContaining("name one of id, name");
  }

  @Test
  void earlierVersionsAreStillThere() throws IOException {
    assertThat(ids(KernelTableReader.openAt(table.toString(), 3))).containsExactly(1L, 2L, 3L);
    assertThat(KernelTableReader.openAt(table.toString(), 3).version()).isEqualTo(3);
  }

  @Test
  void aVersionThatIsNotThereIsSaidSo() {
    for (long version : new long[] {-1, COMMITS + 1}) {
      assertThatThrownBy(() -> KernelTableReader.openAt(table.toString(), version))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND))
          .hasMessageContaining("has no version " + version);
    }
  }

  @Test
  void aTableThatIsNotThereIsSaidSo() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    for (String name : List.of("nowhere", "empty")) {
      String path = folder.resolve(name).toString();
      assertThatThrownBy(() -> KernelTableReader.open(path))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND))
          .hasMessageContaining("there is no Delta table at " + path);
      assertThatThrownBy(() -> KernelTableReader.describe(path))
          .hasMessageContaining("TABLE_NOT_FOUND");
      assertThatThrownBy(() -> KernelTableReader.history(path, 5))
          .hasMessageContaining("TABLE_NOT_FOUND");
    }
  }

  @Test
  void historyIsNewestFirstAndLimited() {
    assertThat(KernelTableReader.history(table.toString(), 3))
        .extracting(CommitEntry::version)
        .containsExactly(12L, 11L, 10L);
    assertThat(KernelTableReader.history(table.toString(), 100)).hasSize(COMMITS + 1);
  }

  @Test
  void aTableIsDescribed() {
    TableDescription description = KernelTableReader.describe(table.toString());

    assertThat(description.version()).isEqualTo(COMMITS);
    assertThat(description.files()).isEqualTo(COMMITS);
    assertThat(description.rows()).hasValue(COMMITS);
    assertThat(description.bytes()).isPositive();
    assertThat(description.partitionColumns()).isEmpty();
    assertThat(description.rowType()).isEqualTo(ExampleFiles.ROW_TYPE.copy(false));
  }

  /** Fault 21, all over the newest entry: an error, never fewer rows. */
  @Test
  void aTornEntryIsAnErrorWhereverItIsCut() throws IOException {
    Path entry = log(COMMITS, "json");
    byte[] whole = Files.readAllBytes(entry);
    Files.delete(log(COMMITS, "crc"));
    // Less the last byte: the newline after the last action is all that is missing then.
    for (int length = 1; length < whole.length - 1; length++) {
      // Around the ends of lines every byte, elsewhere some: each cut is a full diagnosis.
      if (whole[length] != '\n' && whole[length - 1] != '\n' && length % 17 != 0) {
        continue;
      }
      Files.write(entry, Arrays.copyOf(whole, length));
      assertThatThrownBy(this::ids)
          .as("cut at byte %d", length)
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
          .hasMessageContaining("log entry 00000000000000000012.json (version 12)");
    }
    Files.write(entry, whole);
    assertThat(ids()).hasSize(COMMITS);
  }

  /** Fault 23. */
  @Test
  void aMissingEntryIsNamed() throws IOException {
    Files.delete(log(11, "json"));

    assertThatThrownBy(this::ids)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("00000000000000000011.json (version 11) is missing");
  }

  /** Fault 24: falls back to an earlier table checkpoint and the entries since. */
  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    Path newest;
    try (Stream<Path> files = Files.list(table.resolve("_delta_log"))) {
      newest =
          files
              .filter(file -> file.toString().endsWith(".checkpoint.parquet"))
              .max(Path::compareTo)
              .orElseThrow();
    }
    byte[] whole = Files.readAllBytes(newest);
    deleteChecksums();
    for (int length : new int[] {0, 4, whole.length / 2, whole.length - 1}) {
      Files.write(newest, Arrays.copyOf(whole, length));
      assertThat(ids()).as("checkpoint cut to %d bytes", length).hasSize(COMMITS);
    }
    byte[] flipped = whole.clone();
    Arrays.fill(flipped, 4, whole.length / 2, (byte) 7);
    Files.write(newest, flipped);
    try (WarningsSeen warnings = WarningsSeen.of(SnapshotLoader.class)) {
      assertThat(ids()).hasSize(COMMITS);
      assertThat(warnings.messages())
          .singleElement(STRING)
          .startsWith(
              "Table checkpoints are unreadable, an earlier state was read instead: table=%s, "
                      .formatted(table)
                  + "checkpoints=[%s]".formatted(newest.getFileName()));
    }
    Files.delete(newest);
    assertThat(ids()).hasSize(COMMITS);

    // A writer goes on, too, and leaves a good one.
    Files.write(newest, flipped);
    try (TableCommitter committer = TableCommitter.open(spec(table))) {
      assertThat(committer.lastSequence()).isEqualTo(COMMITS);
      for (int i = COMMITS + 1; i <= COMMITS + 8; i++) {
        DataFile file = ExampleFiles.write(table, "f" + i + ".parquet", i);
        committer.commit(
            new TableCommittable("orders", "e", i, i, List.of(file), List.of(), Map.of()));
      }
    }
    assertThat(ids()).hasSize(COMMITS + 8);
  }

  /** Fault 24. */
  @Test
  void aStaleOrDamagedPointerToTheCheckpointIsPassedOver() throws IOException {
    Path pointer = table.resolve("_delta_log/_last_checkpoint");
    for (String content :
        List.of("", "{\"ver", "{\"version\":9000,\"size\":1}", "{\"version\":1}")) {
      Files.writeString(pointer, content);
      assertThat(ids()).as(content).hasSize(COMMITS);
    }
    Files.delete(pointer);
    assertThat(ids()).hasSize(COMMITS);
  }

  /** Fault 26 and 27. */
  @Test
  void aDataFileThatIsMissingOrDamagedIsNamedWithItsVersion() throws IOException {
    Path file = table.resolve("f7.parquet");
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    assertDamaged("f7.parquet");
    for (int length : new int[] {0, 3, 50, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertDamaged("f7.parquet");
    }
  }

  private void assertDamaged(String file) {
    assertThatThrownBy(this::ids)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("file %s of table %s, added by version 7,".formatted(file, table));
  }

  /** Fault 22, seeded: an error or the same rows. */
  @Test
  void flippedBitsInAnEntryNeverChangeRowsSilently() throws IOException {
    deleteChecksums();
    Path entry = log(COMMITS, "json");
    byte[] whole = Files.readAllBytes(entry);
    Random random = new Random(7);
    List<Long> rows = ids();
    int errors = 0;
    for (int round = 0; round < 80; round++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(entry, flipped);
      try {
        assertThat(ids()).isEqualTo(rows);
      } catch (MillraceException e) {
        errors++;
        assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT);
      }
    }
    assertThat(errors).isGreaterThan(30);
  }

  private void deleteChecksums() throws IOException {
    try (Stream<Path> files = Files.list(table.resolve("_delta_log"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".crc")).toList()) {
        Files.delete(file);
      }
    }
  }
}
