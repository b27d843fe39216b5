package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static io.millrace.delta.sink.CommitterFixture.upserts;
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
import io.millrace.delta.kernel.TableDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestUpsertCommits {
  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  @Test
  void supersededRowsAreGoneAndTheirFileStays() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3)));
      committer.commit(
          change("a", 2, 2, List.of(file("f2.parquet", 2)), List.of(rows("f1.parquet", 1))));
    }

    assertThat(ids(table())).containsExactly(1L, 2L, 3L);
    TableDescription description = KernelTableReader.describe(table().toString());
    assertThat(description.files()).isEqualTo(2);
    assertThat(description.rows()).hasValue(3);
    assertThat(description.features()).contains("deletionVectors");
    assertThat(description.properties()).containsEntry("delta.enableDeletionVectors", "true");

    List<JsonNode> actions = entry(2);
    JsonNode remove = only(actions, "remove");
    assertThat(remove.path("path").asText()).isEqualTo("f1.parquet");
    assertThat(remove.has("deletionVector")).isFalse();
    JsonNode again =
        actions.stream()
            .map(action -> action.path("add"))
            .filter(add -> add.path("path").asText().equals("f1.parquet"))
            .findFirst()
            .orElseThrow();
    assertThat(again.path("dataChange").asBoolean()).isTrue();
    assertThat(again.path("stats").asText())
        .contains("\"numRecords\":3")
        .contains("\"minValues\":{\"id\":1}")
        .endsWith(",\"tightBounds\":false}");
    JsonNode vector = again.path("deletionVector");
    assertThat(vector.path("storageType").asText()).isEqualTo("u");
    assertThat(vector.path("offset").asInt()).isEqualTo(1);
    assertThat(vector.path("cardinality").asLong()).isEqualTo(1);
    assertThat(actions.get(0).path("commitInfo").path("isBlindAppend").asBoolean()).isFalse();
    CommitEntry history = KernelTableReader.history(table().toString(), 1).get(0);
    assertThat(history.operationParameters()).containsEntry("outputMode", "Update");
    assertThat(history.operationMetrics())
        .containsEntry("numAddedFiles", "1")
        .containsEntry("numDeletedRows", "1")
        .containsEntry("numRemovedFiles", "0")
        .containsEntry("numDeletionVectorsAdded", "1");
  }

  @Test
  void vectorsGrowFromCommitToCommitAndAcrossRuns() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 0, 1, 2, 3, 4, 5)));
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 5))));
      committer.commit(change("a", 3, 3, List.of(), List.of(rows("f1.parquet", 0, 2))));
    }
    try (TableCommitter next = TableCommitter.open(upserts(table()))) {
      next.commit(change("b", 1, 4, List.of(), List.of(rows("f1.parquet", 4))));
    }

    assertThat(ids(table())).containsExactly(1L, 3L);
    JsonNode remove = only(entry(4), "remove");
    assertThat(remove.path("deletionVector").path("cardinality").asLong()).isEqualTo(3);
    assertThat(only(entry(4), "add").path("stats").asText()).containsOnlyOnce("tightBounds");
  }

  @Test
  void aFileWithoutLiveRowsIsRemoved() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2), file("f2.parquet", 3)));
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 0))));
      committer.commit(change("a", 3, 3, List.of(), List.of(rows("f1.parquet", 1))));
    }

    assertThat(ids(table())).containsExactly(3L);
    assertThat(entry(3)).noneMatch(action -> action.has("add"));
    assertThat(only(entry(3), "remove").path("deletionVector").path("cardinality").asLong())
        .isEqualTo(1);
    assertThat(KernelTableReader.history(table().toString(), 1).get(0).operationMetrics())
        .containsEntry("numRemovedFiles", "1")
        .containsEntry("numDeletedRows", "1");
  }

  @Test
  void rowsOfFilesAddedInTheSameCommitMayBeSuperseded() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(
          change(
              "a",
              1,
              1,
              List.of(file("f1.parquet", 1, 2), file("f2.parquet", 3), file("f3.parquet", 4, 5)),
              List.of(rows("f1.parquet", 0), rows("f2.parquet", 0))));
    }

    assertThat(ids(table())).containsExactly(2L, 4L, 5L);
    assertThat(entry(1)).noneMatch(action -> action.has("remove"));
    assertThat(entry(1).stream().filter(action -> action.has("add"))).hasSize(2);
    assertThat(entry(1).get(0).path("commitInfo").path("isBlindAppend").asBoolean()).isTrue();
  }

  @Test
  void aCommitThatLeavesNothingStillCounts() {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      TableCommittable gone =
          change("a", 1, 1, List.of(file("f1.parquet", 1)), List.of(rows("f1.parquet", 0)));
      assertThat(committer.commit(gone)).isEqualTo(new CommitOutcome.Committed(1));
      assertThat(committer.commit(gone)).isEqualTo(new CommitOutcome.AlreadyCommitted(1));
      assertThat(committer.lastSequence()).isEqualTo(1);
    }
    assertThat(ids(table())).isEmpty();
  }

  @Test
  void aRowThatTheFileDoesNotHaveIsAFault() {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2)));
      assertThatThrownBy(
              () -> committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 2)))))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
          .hasMessageContaining("row 2 of file f1.parquet is to be deleted, which has 2 rows");
      assertThat(committer.version()).isEqualTo(1);
    }
  }

  /** delta.md 9: "5,000 composite-key updates in one checkpoint", over many files. */
  @Test
  void fiveThousandFilesGetTheirVectorsInOneFile() throws IOException {
    int files = 5_000;
    DataFile template = file("template.parquet", 1, 2, 3);
    List<DataFile> added = new ArrayList<>(files);
    List<SupersededRows> superseded = new ArrayList<>(files);
    for (int i = 0; i < files; i++) {
      added.add(
          new DataFile(
              "f" + i + ".parquet",
              template.sizeBytes(),
              template.modifiedMillis(),
              3,
              template.stats()));
      superseded.add(rows("f" + i + ".parquet", i % 3));
    }
    for (int i = 0; i < 10; i++) {
      Files.copy(table().resolve("template.parquet"), table().resolve("f" + i + ".parquet"));
    }
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, added.toArray(DataFile[]::new)));
      committer.commit(change("a", 2, 2, List.of(), superseded));
    }

    assertThat(KernelTableReader.describe(table().toString()).rows()).hasValue(2L * files);
    try (Stream<Path> vectors = Files.list(table())) {
      assertThat(vectors.filter(path -> path.toString().endsWith(".bin"))).hasSize(1);
    }
  }

  /** delta.md 9: "DV adds: no stats; absolute paths: a copied table is unreadable". */
  @Test
  void aCopiedTableIsReadable() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3)));
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 0))));
    }
    Path elsewhere = folder.resolve("elsewhere");
    copy(table(), elsewhere);
    deleteAll(table());

    assertThat(ids(elsewhere)).containsExactly(2L, 3L);
  }

  /** Random upserts against a model, with several runs and table checkpoints in between. */
  @Test
  void randomUpsertsMatchAModel() throws IOException {
    Random random = new Random(20261122);
    record Place(String file, long position) {}
    var live = new java.util.HashMap<Long, Place>();
    var spec =
        CommitterFixture.with(upserts(table()), java.util.Map.of("delta.checkpointInterval", "7"));
    long sequence = 0;
    for (int run = 0; run < 3; run++) {
      try (TableCommitter committer = TableCommitter.open(spec)) {
        assertThat(committer.lastSequence()).isEqualTo(sequence);
        for (int checkpoint = 1; checkpoint <= 20; checkpoint++) {
          sequence++;
          String name = "f" + sequence + ".parquet";
          long[] keys = random.longs(1 + random.nextInt(30), 0, 100).distinct().toArray();
          var superseded = new java.util.TreeMap<String, List<Long>>();
          for (int i = 0; i < keys.length; i++) {
            Place old = live.put(keys[i], new Place(name, i));
            if (old != null) {
              superseded.computeIfAbsent(old.file(), f -> new ArrayList<>()).add(old.position());
            }
          }
          committer.commit(
              change(
                  "run-" + run,
                  checkpoint,
                  sequence,
                  List.of(file(name, keys)),
                  superseded.entrySet().stream()
                      .map(e -> rows(e.getKey(), e.getValue().stream().mapToLong(p -> p).toArray()))
                      .toList()));
        }
      }
      assertThat(ids(table())).containsExactlyElementsOf(new TreeSet<>(live.keySet()));
      assertThat(KernelTableReader.describe(table().toString()).rows()).hasValue(live.size());
    }
  }

  @Test
  void deletionVectorsOfManyRowsAreReadBack() {
    long[] ids = LongStream.range(0, 100_000).toArray();
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", ids)));
      committer.commit(
          change(
              "a",
              2,
              2,
              List.of(),
              List.of(
                  rows(
                      "f1.parquet",
                      LongStream.range(0, 100_000).filter(i -> i % 3 != 0).toArray()))));
    }

    assertThat(ids(table()))
        .containsExactlyElementsOf(
            LongStream.range(0, 100_000).filter(i -> i % 3 == 0).boxed().toList());
  }

  private List<JsonNode> entry(long version) throws IOException {
    List<JsonNode> actions = new ArrayList<>();
    for (String line :
        Files.readAllLines(table().resolve("_delta_log/%020d.json".formatted(version)))) {
      actions.add(new ObjectMapper().readTree(line));
    }
    return actions;
  }

  private static JsonNode only(List<JsonNode> actions, String kind) {
    List<JsonNode> found = actions.stream().filter(action -> action.has(kind)).toList();
    assertThat(found).hasSize(1);
    return found.get(0).path(kind);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
