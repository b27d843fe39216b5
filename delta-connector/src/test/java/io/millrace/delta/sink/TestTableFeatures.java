package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static io.millrace.delta.sink.CommitterFixture.upserts;
import static io.millrace.delta.sink.CommitterFixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.KernelTableReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables with features that ask something of a writer. */
class TestTableFeatures {
  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  /** Twelve commits that each replace the row before, with table checkpoints in between. */
  private void upsertTwelveTimes(Map<String, String> properties) {
    var spec = with(upserts(table()), properties);
    for (int run = 0; run < 2; run++) {
      try (TableCommitter committer = TableCommitter.open(spec)) {
        for (int i = 1; i <= 6; i++) {
          long sequence = run * 6L + i;
          DataFile file =
              ExampleFiles.write(table(), "f" + sequence + ".parquet", sequence, 100 + sequence);
          committer.commit(
              change(
                  "run-" + run,
                  i,
                  sequence,
                  List.of(file),
                  sequence == 1 ? List.of() : List.of(rows("f" + (sequence - 1) + ".parquet", 0))));
        }
        assertThat(committer.maintenanceFailures()).isZero();
      }
    }
    assertThat(ids(table()))
        .containsExactly(
            12L, 101L, 102L, 103L, 104L, 105L, 106L, 107L, 108L, 109L, 110L, 111L, 112L);
    assertThat(KernelTableReader.describe(table().toString()).rows()).hasValue(13);
  }

  @Test
  void inCommitTimestampsGrow() throws IOException {
    upsertTwelveTimes(
        Map.of("delta.enableInCommitTimestamps", "true", "delta.checkpointInterval", "4"));

    long last = 0;
    for (int version = 0; version <= 12; version++) {
      JsonNode first = entry(version).get(0).path("commitInfo");
      assertThat(first.fieldNames().next()).isEqualTo("inCommitTimestamp");
      assertThat(first.path("inCommitTimestamp").asLong()).isGreaterThan(last);
      last = first.path("inCommitTimestamp").asLong();
    }
  }

  @Test
  void rowIdsStayWithTheirFilesWhenVectorsChange() throws IOException {
    upsertTwelveTimes(Map.of("delta.enableRowTracking", "true", "delta.checkpointInterval", "4"));

    for (int version = 2; version <= 12; version++) {
      String old = "f" + (version - 1) + ".parquet";
      JsonNode removed = action(version, "remove", old);
      JsonNode again = action(version, "add", old);
      assertThat(again.path("baseRowId").asLong()).isEqualTo((version - 2) * 2L);
      assertThat(again.path("baseRowId")).isEqualTo(removed.path("baseRowId"));
      assertThat(again.path("defaultRowCommitVersion").asLong()).isEqualTo(version - 1);
    }
  }

  @Test
  void rowsThatOverwriteOthersAreTimedAndNumberedToo() throws IOException {
    var spec =
        with(
            upserts(table()),
            Map.of("delta.enableInCommitTimestamps", "true", "delta.enableRowTracking", "true"));
    try (TableCommitter committer = TableCommitter.open(spec)) {
      committer.commit(adds("a", 1, 1, ExampleFiles.write(table(), "f1.parquet", 1, 2, 3)));
      committer.commit(adds("a", 2, 2, ExampleFiles.write(table(), "f2.parquet", 4, 5)));
    }
    try (OverwriteCommit commit = new OverwriteCommit(spec, new Overwrite(2, Map.of(), false))) {
      commit.commit(
          "s/1", List.of(ExampleFiles.write(table(), "f3.parquet", 6, 7)), Optional.empty());
    }

    assertThat(ids(table())).containsExactly(6L, 7L);
    assertThat(action(3, "remove", "f1.parquet").path("baseRowId").asLong()).isZero();
    assertThat(action(3, "remove", "f2.parquet").path("baseRowId").asLong()).isEqualTo(3);
    assertThat(action(3, "add", "f3.parquet").path("baseRowId").asLong()).isEqualTo(5);
    assertThat(action(3, "add", "f3.parquet").path("defaultRowCommitVersion").asLong())
        .isEqualTo(3);
    assertThat(
            entry(3).stream()
                .map(action -> action.path("domainMetadata").path("configuration").asText()))
        .contains("{\"rowIdHighWaterMark\":6}");
    assertThat(entry(3).get(0).path("commitInfo").path("inCommitTimestamp").asLong())
        .isGreaterThan(entry(2).get(0).path("commitInfo").path("inCommitTimestamp").asLong());
  }

  @Test
  void domainsOfOthersAreKept() throws IOException {
    var spec =
        with(
            upserts(table()),
            Map.of("delta.feature.domainMetadata", "supported", "delta.checkpointInterval", "3"));
    TableCommitter.open(spec).close();
    Files.writeString(
        table().resolve("_delta_log/%020d.json".formatted(1)),
        """
        {"commitInfo":{"timestamp":1,"operation":"theirs","operationParameters":{}}}
        {"domainMetadata":{"domain":"their.domain","configuration":"{\\"a\\":1}","removed":false}}
        """);
    try (TableCommitter committer = TableCommitter.open(spec)) {
      for (int i = 1; i <= 9; i++) {
        committer.commit(adds("a", i, i, ExampleFiles.write(table(), "f" + i + ".parquet", i)));
      }
    }

    assertThat(table().resolve("_delta_log/_last_checkpoint")).exists();
    assertThat(new ForeignWriter(table()).domain("their.domain")).hasValue("{\"a\":1}");
  }

  @Test
  void tablesWithTheNewCheckpointPolicyGetCheckpointsWithSidecars() throws IOException {
    upsertTwelveTimes(Map.of("delta.checkpointPolicy", "v2", "delta.checkpointInterval", "4"));

    assertThat(table().resolve("_delta_log/_last_checkpoint")).exists();
    List<Path> sidecars = listed(table().resolve("_delta_log/_sidecars"));
    List<Path> checkpoints =
        listed(table().resolve("_delta_log")).stream()
            .filter(path -> path.toString().endsWith(".checkpoint.parquet"))
            .toList();
    assertThat(sidecars).hasSameSizeAs(checkpoints).hasSizeGreaterThan(1);
    // Without the entries, only checkpoint and sidecar can tell.
    Path latest = table().resolve("_delta_log/_last_checkpoint");
    long last = new ObjectMapper().readTree(latest.toFile()).path("version").asLong();
    for (long version = 0; version < last; version++) {
      Files.delete(table().resolve("_delta_log/%020d.json".formatted(version)));
    }
    assertThat(ids(table())).hasSize(13).contains(12L, 101L, 112L);
    assertThat(KernelTableReader.describe(table().toString()).rows()).hasValue(13);
  }

  private static List<Path> listed(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void appendsToATableWithAChangeFeedWork() {
    var spec =
        with(CommitterFixture.appends(table()), Map.of("delta.enableChangeDataFeed", "true"));
    try (TableCommitter committer = TableCommitter.open(spec)) {
      committer.commit(adds("a", 1, 1, ExampleFiles.write(table(), "f.parquet", 1)));
    }
    assertThat(ids(table())).containsExactly(1L);
  }

  private JsonNode action(long version, String kind, String path) throws IOException {
    return entry(version).stream()
        .map(action -> action.path(kind))
        .filter(action -> action.path("path").asText().equals(path))
        .findFirst()
        .orElseThrow();
  }

  private List<JsonNode> entry(long version) throws IOException {
    List<JsonNode> actions = new ArrayList<>();
    for (String line :
        Files.readAllLines(table().resolve("_delta_log/%020d.json".formatted(version)))) {
      actions.add(new ObjectMapper().readTree(line));
    }
    return actions;
  }
}
