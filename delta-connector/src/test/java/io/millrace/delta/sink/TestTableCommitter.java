package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.SINK;
import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.appends;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestTableCommitter {
  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  @Test
  void committedFilesAreReadBack() {
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      assertThat(committer.version()).isZero();
      assertThat(committer.lastSequence()).isZero();

      assertThat(committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2))))
          .isEqualTo(new CommitOutcome.Committed(1));
      assertThat(committer.commit(adds("a", 2, 2, file("f2.parquet", 3))))
          .isEqualTo(new CommitOutcome.Committed(2));

      assertThat(committer.version()).isEqualTo(2);
      assertThat(committer.lastSequence()).isEqualTo(2);
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
    assertThat(ids(KernelTableReader.openAt(table().toString(), 1))).containsExactly(1L, 2L);
  }

  @Test
  void aCommitSaysWhatItDid() throws IOException {
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(
          new TableCommittable(
              "orders",
              "a",
              7,
              1,
              List.of(file("f1.parquet", 1, 2)),
              List.of(),
              Map.of("offsets", "{\"t-0\":2}", "watermark", "99")));
    }

    CommitEntry entry = KernelTableReader.history(table().toString(), 1).get(0);
    assertThat(entry.version()).isEqualTo(1);
    assertThat(entry.operation()).isEqualTo("STREAMING UPDATE");
    assertThat(entry.operationParameters())
        .containsEntry("outputMode", "Append")
        .containsEntry("queryId", SINK)
        .containsEntry("epochId", "7");
    assertThat(entry.operationMetrics())
        .containsEntry("numAddedFiles", "1")
        .containsEntry("numOutputRows", "2")
        .containsEntry("numRemovedFiles", "0")
        .containsEntry("numDeletedRows", "0");
    assertThat(entry.engineInfo()).hasValueSatisfying(v -> assertThat(v).matches("Millrace/\\d.*"));
    assertThat(entry.millrace())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "epoch", "a",
                "checkpointId", "7",
                "sequence", "1",
                "offsets", "{\"t-0\":2}",
                "watermark", "99"));
    List<JsonNode> actions = entry(1);
    assertThat(actions.get(0).path("commitInfo").path("isBlindAppend").asBoolean()).isTrue();
    assertThat(actions).noneMatch(action -> action.has("metaData") || action.has("protocol"));
    assertThat(actions.stream().filter(action -> action.has("txn")))
        .extracting(action -> action.path("txn").path("appId").asText())
        .containsExactly(SINK, SINK + "/a");
  }

  @Test
  void aRepeatedCommittableIsRecognised() {
    DataFile file = file("f1.parquet", 1);
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      committer.commit(adds("a", 1, 1, file));

      assertThat(committer.commit(adds("a", 1, 1, file)))
          .isEqualTo(new CommitOutcome.AlreadyCommitted(1));
    }
    assertThat(ids(table())).containsExactly(1L);
  }

  /** delta.md 9: "savepoint restored under a new JobID". */
  @Test
  void aNewRunRecognisesItsPredecessorsWork() {
    TableCommittable pending = adds("run-1", 5, 1, file("f1.parquet", 1, 2));
    try (TableCommitter first = TableCommitter.open(appends(table()))) {
      first.commit(pending);
    }
    try (TableCommitter second = TableCommitter.open(appends(table()))) {
      second.verifyRestored("run-1", 1);

      assertThat(second.commit(pending)).isEqualTo(new CommitOutcome.AlreadyCommitted(1));
      assertThat(second.commit(adds("run-2", 6, 2, file("f2.parquet", 3))))
          .isEqualTo(new CommitOutcome.Committed(2));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aNewRunCommitsWhatItsPredecessorDidNot() {
    TableCommitter.open(appends(table())).close();
    try (TableCommitter second = TableCommitter.open(appends(table()))) {
      second.verifyRestored("run-1", 1);

      assertThat(second.commit(adds("run-1", 5, 1, file("f1.parquet", 1))))
          .isEqualTo(new CommitOutcome.Committed(1));
    }
    assertThat(ids(table())).containsExactly(1L);
  }

  /** delta.md 9: "stateless restart under a fixed JobID": checkpoints count from 1 again. */
  @Test
  void aStatelessRestartLosesNothing() {
    try (TableCommitter first = TableCommitter.open(appends(table()))) {
      for (int i = 1; i <= 5; i++) {
        first.commit(adds("run-1", i, i, file("a" + i + ".parquet", i)));
      }
    }
    try (TableCommitter second = TableCommitter.open(appends(table()))) {
      long sequence = second.lastSequence();
      assertThat(sequence).isEqualTo(5);
      for (int i = 1; i <= 5; i++) {
        assertThat(
                second.commit(adds("run-2", i, sequence + i, file("b" + i + ".parquet", 10 + i))))
            .isInstanceOf(CommitOutcome.Committed.class);
      }
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L, 5L, 11L, 12L, 13L, 14L, 15L);
  }

  @Test
  void stateOlderThanTheTableIsRefused() {
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      for (int i = 1; i <= 4; i++) {
        committer.commit(adds("run-1", i, i, file("a" + i + ".parquet", i)));
      }
    }
    try (TableCommitter restored = TableCommitter.open(appends(table()))) {
      restored.verifyRestored("run-1", 4);
      restored.verifyRestored("run-1", 9);
      assertThatThrownBy(() -> restored.verifyRestored("run-1", 3))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_BEHIND_TABLE))
          .hasMessage(
              "STATE_BEHIND_TABLE: the restored state ends with commit 3 (run run-1) of sink "
                  + "pipeline/orders, but table orders already holds commit 4 of it\n"
                  + "  Remedy: restore from a newer checkpoint, or restore the table to the "
                  + "version that holds commit 3 (see millrace.sequence in its history)");
    }
  }

  /** A paused process that comes back after its successor has taken over. */
  @Test
  void aZombieIsRecognisedAndThenFenced() {
    TableCommittable pending = adds("run-1", 2, 2, file("f2.parquet", 2));
    try (TableCommitter zombie = TableCommitter.open(appends(table()));
        TableCommitter successor = TableCommitter.open(appends(table()))) {
      zombie.commit(adds("run-1", 1, 1, file("f1.parquet", 1)));
      assertThat(successor.commit(pending)).isEqualTo(new CommitOutcome.Committed(2));
      successor.commit(adds("run-2", 3, 3, file("f3.parquet", 3)));

      assertThat(zombie.commit(pending)).isEqualTo(new CommitOutcome.AlreadyCommitted(3));
      assertThatThrownBy(() -> zombie.commit(adds("run-1", 3, 3, file("z.parquet", 99))))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SINK_FENCED))
          .hasMessageContaining(
              "table orders already holds commit 3 of sink pipeline/orders, made by another run of "
                  + "it; commit 3 of run run-1 is refused");
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
  }

  /** The reply is lost after the entry was written. */
  @Test
  void anUnknownOutcomeThatWasASuccessIsReadBack() {
    var store =
        new CommitterFixture.Forwarding(CommitStores.forTable(table().toString())) {
          private boolean failed;

          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            boolean won = super.putIfAbsent(version, entry);
            if (version == 1 && !failed) {
              failed = true;
              throw new IOException("connection reset");
            }
            return won;
          }
        };
    try (TableCommitter committer = TableCommitter.open(appends(table()), store)) {
      assertThat(committer.commit(adds("a", 1, 1, file("f1.parquet", 1))))
          .isEqualTo(new CommitOutcome.Committed(1));
      assertThat(committer.commit(adds("a", 2, 2, file("f2.parquet", 2))))
          .isEqualTo(new CommitOutcome.Committed(2));
    }
    assertThat(ids(table())).containsExactly(1L, 2L);
  }

  @Test
  void anUnknownOutcomeThatWasAFailureIsTriedAgain() {
    AtomicInteger puts = new AtomicInteger();
    var store =
        new CommitterFixture.Forwarding(CommitStores.forTable(table().toString())) {
          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (version == 1 && puts.incrementAndGet() == 1) {
              throw new IOException("connection reset");
            }
            return super.putIfAbsent(version, entry);
          }
        };
    try (TableCommitter committer = TableCommitter.open(appends(table()), store)) {
      assertThat(committer.commit(adds("a", 1, 1, file("f1.parquet", 1))))
          .isEqualTo(new CommitOutcome.Committed(1));
    }
    assertThat(puts).hasValue(2);
    assertThat(ids(table())).containsExactly(1L);
  }

  @Test
  void aPersistentFailureIsReportedAndTheSameCommitterCanGoOn() {
    AtomicInteger failures = new AtomicInteger(3);
    var store =
        new CommitterFixture.Forwarding(CommitStores.forTable(table().toString())) {
          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (version == 1 && failures.getAndDecrement() > 0) {
              throw new IOException("bad sector");
            }
            return super.putIfAbsent(version, entry);
          }
        };
    DataFile file = file("f1.parquet", 1);
    try (TableCommitter committer = TableCommitter.open(appends(table()), store)) {
      assertThatThrownBy(() -> committer.commit(adds("a", 1, 1, file)))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED))
          .hasMessageContaining("writing log entry 1 of table orders failed at")
          .hasMessageContaining("00000000000000000001.json: bad sector");
      assertThat(committer.commit(adds("a", 1, 1, file))).isEqualTo(new CommitOutcome.Committed(1));
    }
    assertThat(ids(table())).containsExactly(1L);
  }

  @Test
  void aFullDiskNamesThePathAndLeavesNothing() throws IOException {
    var store =
        new CommitterFixture.Forwarding(CommitStores.forTable(table().toString())) {
          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (version == 1) {
              throw new IOException("No space left on device");
            }
            return super.putIfAbsent(version, entry);
          }
        };
    try (TableCommitter committer = TableCommitter.open(appends(table()), store)) {
      assertThatThrownBy(() -> committer.commit(adds("a", 1, 1, file("f1.parquet", 1))))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL))
          .hasMessageContaining("00000000000000000001.json");
    }
    assertThat(logNames(".json")).containsExactly("00000000000000000000.json");
  }

  /** delta.md 9: "101 commits: no table checkpoint written". */
  @Test
  void commitsLeaveTableCheckpointsAndChecksums() throws IOException {
    var spec = with(appends(table()), Map.of("delta.checkpointInterval", "10"));
    DataFile file = file("f.parquet", 1);
    try (TableCommitter committer = TableCommitter.open(spec)) {
      for (int i = 1; i <= 101; i++) {
        DataFile copy =
            new DataFile(
                "f" + i + ".parquet", file.sizeBytes(), file.modifiedMillis(), 1, file.stats());
        Files.copy(table().resolve("f.parquet"), table().resolve(copy.path()));
        assertThat(committer.commit(adds("a", i, i, copy)))
            .isEqualTo(new CommitOutcome.Committed(i));
      }
      assertThat(committer.maintenanceFailures()).isZero();
    }
    assertThat(logNames(".checkpoint.parquet")).isNotEmpty();
    assertThat(logNames(".crc")).contains("%020d.crc".formatted(101));
    assertThat(Files.readString(table().resolve("_delta_log/_last_checkpoint")))
        .contains("\"version\":");
    assertThat(ids(table())).hasSize(101);
    try (TableCommitter reopened = TableCommitter.open(spec)) {
      assertThat(reopened.lastSequence()).isEqualTo(101);
      assertThat(reopened.commit(adds("a", 101, 101, file)))
          .isEqualTo(new CommitOutcome.AlreadyCommitted(101));
    }
  }

  @Test
  void failedMaintenanceIsCountedAndTriedAgain() throws IOException {
    var spec = with(appends(table()), Map.of("delta.checkpointInterval", "2"));
    Path obstacle = table().resolve("_delta_log/_last_checkpoint");
    List<DataFile> files = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      files.add(file("f" + i + ".parquet", i));
    }
    try (TableCommitter committer = TableCommitter.open(spec)) {
      // A folder that is not empty cannot be replaced by a file.
      Files.createDirectories(obstacle.resolve("x"));
      committer.commit(adds("a", 1, 1, files.get(0)));
      committer.commit(adds("a", 2, 2, files.get(1)));
      await(() -> committer.maintenanceFailures() > 0);

      Files.delete(obstacle.resolve("x"));
      Files.delete(obstacle);
      committer.commit(adds("a", 3, 3, files.get(2)));
      await(() -> Files.isRegularFile(obstacle));
      committer.commit(adds("a", 4, 4, files.get(3)));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void aTableFolderWithStrangeCharactersWorks() {
    Path strange = folder.resolve("a b%20c#ü");
    DataFile file = ExampleFiles.write(strange, "f 1%.parquet", 1, 2);
    try (TableCommitter committer = TableCommitter.open(appends(strange))) {
      committer.commit(adds("a", 1, 1, file));
    }
    try (TableCommitter reopened = TableCommitter.open(appends(strange))) {
      assertThat(reopened.lastSequence()).isEqualTo(1);
    }
    assertThat(ids(strange)).containsExactly(1L, 2L);
  }

  @Test
  void commitsThatChangeNothingAreAFaultOfTheCaller() {
    try (TableCommitter committer = TableCommitter.open(appends(table()))) {
      assertThatThrownBy(() -> committer.commit(adds("a", 1, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("checkpoint 1 changes nothing in table orders");
    }
  }

  /** delta.md 9: "600 columns with statistics", through the serializer and the log. */
  @Test
  void statisticsOfSixHundredColumnsAreCommitted() throws IOException {
    StringBuilder columns = new StringBuilder();
    LongStream.range(0, 600)
        .forEach(
            i ->
                columns
                    .append(i == 0 ? "" : ",")
                    .append("\"column_with_a_long_name_%d\":\"%s\"".formatted(i, "x".repeat(60))));
    String stats =
        "{\"numRecords\":2,\"minValues\":{%s},\"maxValues\":{%s},\"nullCount\":{}}"
            .formatted(columns, columns);
    assertThat(stats.length()).isGreaterThan(65_535);
    DataFile plain = file("wide.parquet", 1, 2);
    DataFile wide = new DataFile(plain.path(), plain.sizeBytes(), plain.modifiedMillis(), 2, stats);
    var serializer = new TableCommittableSerializer();
    byte[] bytes = serializer.serialize(adds("a", 1, 1, wide));
    try (TableCommitter committer = TableCommitter.open(CommitterFixture.upserts(table()))) {
      committer.commit(
          serializer.deserialize(new TableCommittableSerializer().getVersion(), bytes));
      committer.commit(
          CommitterFixture.change(
              "a", 2, 2, List.of(), List.of(CommitterFixture.rows("wide.parquet", 0))));
    }
    assertThat(ids(table())).containsExactly(2L);
    JsonNode add =
        entry(2).stream().filter(action -> action.has("add")).findFirst().orElseThrow().path("add");
    assertThat(add.path("stats").asText()).contains("column_with_a_long_name_599");
  }

  private List<JsonNode> entry(long version) throws IOException {
    List<JsonNode> actions = new ArrayList<>();
    for (String line :
        Files.readAllLines(table().resolve("_delta_log/%020d.json".formatted(version)))) {
      actions.add(new ObjectMapper().readTree(line));
    }
    return actions;
  }

  private List<String> logNames(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(table().resolve("_delta_log"))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
