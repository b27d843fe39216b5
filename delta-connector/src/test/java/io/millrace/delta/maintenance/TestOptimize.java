package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.StoredRows;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestOptimize {
  @TempDir Path root;

  @Test
  void smallFilesBecomeOne() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      for (int i = 0; i < 5; i++) {
        table.append("f" + i + ".parquet", 10L * i, 10L * i + 1);
      }
      List<Map<String, Object>> before = rows(table);

      OptimizeReport report = optimize(table, OptimizeOptions.DEFAULT);

      assertThat(report.removedFiles()).isEqualTo(5);
      assertThat(report.addedFiles()).isEqualTo(1);
      assertThat(report.bins()).isEqualTo(1);
      assertThat(report.version()).isEqualTo(6);
      assertThat(rows(table)).containsExactlyInAnyOrderElementsOf(before);
      List<JsonNode> entry = table.entry(6);
      assertThat(entry).hasSize(7);
      assertThat(entry.subList(1, 7))
          .allMatch(
              action ->
                  !action.path("add").path("dataChange").asBoolean()
                      && !action.path("remove").path("dataChange").asBoolean());
      assertThat(entry.get(6).path("add").path("stats").asText())
          .contains("\"numRecords\":10")
          .contains("\"id\":0")
          .contains("\"id\":41");

      OptimizeReport again = optimize(table, OptimizeOptions.DEFAULT);
      assertThat(again.commits()).isZero();
      assertThat(again.version()).isEqualTo(6);
      assertThat(table.version()).isEqualTo(6);
    }
  }

  @Test
  void theHistoryTellsAsSparkWritesIt() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2, 3);
      table.append("b.parquet", 4);
      table.delete("a.parquet", 0);
      optimize(table, OptimizeOptions.DEFAULT);

      JsonNode info = table.commitInfo(4);
      assertThat(info.path("operation").asText()).isEqualTo("OPTIMIZE");
      assertThat(info.path("operationParameters").toString())
          .isEqualTo(
              "{\"auto\":false,\"clusterBy\":\"[]\",\"predicate\":\"[]\",\"zOrderBy\":\"[]\"}");
      JsonNode metrics = info.path("operationMetrics");
      assertThat(metrics.path("numRemovedFiles").asText()).isEqualTo("2");
      assertThat(metrics.path("numAddedFiles").asText()).isEqualTo("1");
      assertThat(metrics.path("numDeletionVectorsRemoved").asText()).isEqualTo("1");
      assertThat(metrics.path("numDeletionVectorRowsRemoved").asText()).isEqualTo("1");
      assertThat(metrics.path("maxFileSize").asText())
          .isEqualTo(metrics.path("numAddedBytes").asText())
          .isEqualTo(metrics.path("minFileSize").asText());
      assertThat(info.path("isBlindAppend").asBoolean(true)).isFalse();
      assertThat(info.path("isolationLevel").asText()).isEqualTo("SnapshotIsolation");
    }
  }

  @Test
  void deletedRowsAreLeftBehind() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", LongStream.range(0, 100).toArray());
      table.delete("a.parquet", 3, 4);
      assertThat(optimize(table, OptimizeOptions.DEFAULT).commits())
          .as("two in a hundred are not worth it")
          .isZero();

      OptimizeReport report =
          optimize(table, new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 0, false));

      assertThat(report.purgedRows()).isEqualTo(2);
      assertThat(table.ids()).hasSize(98).doesNotContain(3L, 4L);
      assertThat(KernelTableReader.describe(table.folder().toString()).rows()).hasValue(98);
      assertThat(table.entry(3).get(2).path("add").has("deletionVector")).isFalse();
    }
  }

  @Test
  void aFileOfDeletedRowsOnlyLeaves() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2);
      table.append("b.parquet", 3);
      table.delete("a.parquet", 0, 1);
      table.delete("b.parquet", 0);

      OptimizeReport report = optimize(table, OptimizeOptions.DEFAULT);

      assertThat(report.removedFiles()).isEqualTo(2);
      assertThat(report.addedFiles()).isZero();
      assertThat(table.ids()).isEmpty();
    }
  }

  @Test
  void partitionsArePackedApartAndStayWhereTheyAre() throws IOException {
    try (PartitionedTable table = PartitionedTable.create(root.resolve("t"))) {
      table.append("2026-11-21", "a.parquet", 1);
      table.append("2026-11-21", "b.parquet", 2);
      table.append("2026-11-22", "c.parquet", 3);
      table.append("2026-11-22", "d.parquet", 4);

      OptimizeReport one =
          optimize(
              table.folder(),
              new OptimizeOptions(
                  OptionalLong.empty(), false, Map.of("day", "2026-11-22"), 0, false));
      assertThat(one.consideredFiles()).isEqualTo(2);
      assertThat(one.removedFiles()).isEqualTo(2);
      assertThat(table.rows())
          .containsExactly("1|2026-11-21", "2|2026-11-21", "3|2026-11-22", "4|2026-11-22");

      optimize(table.folder(), OptimizeOptions.DEFAULT);
      assertThat(table.rows())
          .containsExactly("1|2026-11-21", "2|2026-11-21", "3|2026-11-22", "4|2026-11-22");
      assertThat(KernelTableReader.describe(table.folder().toString()).files()).isEqualTo(2);
      try (Stream<Path> files = Files.list(table.folder().resolve("day=2026-11-21"))) {
        assertThat(files).hasSize(3);
      }
      assertThatThrownBy(
              () ->
                  optimize(
                      table.folder(),
                      new OptimizeOptions(
                          OptionalLong.empty(), false, Map.of("id", "1"), 0, false)))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.COLUMN_NOT_FOUND))
          .hasMessageContaining("is not partitioned by id");
    }
  }

  @Test
  void aDryRunWritesNothing() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);

      OptimizeReport report =
          optimize(table, new OptimizeOptions(OptionalLong.empty(), false, Map.of(), 0, true));

      assertThat(report.removedFiles()).isEqualTo(2);
      assertThat(report.dryRun()).isTrue();
      assertThat(table.version()).isEqualTo(2);
      assertThat(dataFiles(table)).containsExactly("a.parquet", "b.parquet");
    }
  }

  @Test
  void whatOthersAppendMeanwhileIsNotTouched() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);

      OptimizeReport report = optimizeWhile(table, () -> table.append("c.parquet", 3));

      assertThat(report.version()).isEqualTo(4);
      assertThat(report.conflicts()).isZero();
      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void rowsThatOthersDeleteMeanwhileAreDeletedInTheNewFile() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2, 3, 4, 5);
      table.append("b.parquet", 6, 7);
      table.append("c.parquet", LongStream.range(10, 30).toArray());
      table.delete("a.parquet", 1);

      OptimizeReport report =
          optimizeWhile(
              table,
              () -> {
                table.delete("a.parquet", 0, 3);
                table.delete("c.parquet", 19);
              });

      assertThat(report.conflicts()).isZero();
      assertThat(table.ids())
          .containsExactlyElementsOf(
              LongStream.concat(LongStream.of(3, 5, 6, 7), LongStream.range(10, 29))
                  .boxed()
                  .toList());
      JsonNode add = table.entry(report.version()).get(4).path("add");
      assertThat(add.path("deletionVector").path("cardinality").asLong()).isEqualTo(3);
      assertThat(add.path("stats").asText()).contains("\"tightBounds\":false");
      assertThat(KernelTableReader.describe(table.folder().toString()).files()).isEqualTo(1);
    }
  }

  @Test
  void rowsOfAFileThatAnotherWriterRemovesMeanwhileAreDeletedInTheNewFile() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 4);
      table.append("b.parquet", 2);
      table.append("c.parquet", 3);
      table.delete("a.parquet", 0);

      OptimizeReport report = optimizeWhile(table, () -> table.remove("a.parquet"));

      assertThat(report.conflicts()).isZero();
      assertThat(report.commits()).isEqualTo(1);
      assertThat(report.removedFiles()).isEqualTo(2);
      assertThat(table.ids()).containsExactly(2L, 3L);
      assertThat(KernelTableReader.describe(table.folder().toString()).files()).isEqualTo(1);
    }
  }

  @Test
  void filesOfWhichNothingIsLeftWhenTheyAreRewrittenNeedNoCommit() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);

      OptimizeReport report =
          optimizeWhile(
              table,
              () -> {
                table.remove("a.parquet");
                table.remove("b.parquet");
              });

      assertThat(report.conflicts()).isZero();
      assertThat(report.commits()).isZero();
      assertThat(table.ids()).isEmpty();
      assertThat(dataFiles(table)).containsExactly("a.parquet", "b.parquet");
    }
  }

  @Test
  void aFileWhoseRowsAnotherWriterMovesMeanwhileIsPlannedAgain() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      table.append("c.parquet", 3);

      OptimizeReport report = optimizeWhile(table, () -> optimize(table, OptimizeOptions.DEFAULT));

      assertThat(report.conflicts()).isEqualTo(1);
      assertThat(report.commits()).as("there is one file by then").isZero();
      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
      assertThat(KernelTableReader.describe(table.folder().toString()).files()).isEqualTo(1);
      assertThat(dataFiles(table)).as("the first attempt is deleted").hasSize(4);
    }
  }

  @Test
  void whoRemovesFilesAgainAndAgainKeepsNobodyFromPackingTheOthers() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      for (int i = 0; i < 8; i++) {
        table.append("f" + i + ".parquet", i);
      }
      CommitStore real = CommitStores.forTable(table.folder().toString());
      CommitStore hostile =
          new CommitStore() {
            private int removed;

            @Override
            public boolean putIfAbsent(long version, byte[] entry) throws IOException {
              if (removed < 6) {
                table.remove("f" + removed++ + ".parquet");
              }
              return real.putIfAbsent(version, entry);
            }

            @Override
            public Optional<byte[]> read(long version) throws IOException {
              return real.read(version);
            }
          };
      try (MaintainedTable maintained =
          MaintainedTable.open(table.folder().toString(), hostile, Clock.systemUTC())) {
        OptimizeReport report = Optimize.run(maintained, OptimizeOptions.DEFAULT, Progress.SILENT);

        assertThat(report.conflicts()).isZero();
        assertThat(report.removedFiles()).isEqualTo(2);
      }
      assertThat(table.ids()).containsExactly(6L, 7L);
      assertThat(KernelTableReader.describe(table.folder().toString()).files()).isEqualTo(1);
    }
  }

  @Test
  void columnsThatChangeMeanwhileStopIt() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      RowType wider =
          RowType.of(
              new LogicalType[] {new BigIntType(), new VarCharType(), new IntType()},
              new String[] {"id", "name", "extra"});

      assertThatThrownBy(
              () ->
                  optimizeWhile(
                      table, () -> new ForeignWriter(table.folder()).replaceSchema(wider)))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_CHANGED));
      assertThat(dataFiles(table)).containsExactly("a.parquet", "b.parquet");
      assertThat(optimize(table, OptimizeOptions.DEFAULT).addedFiles()).isEqualTo(1);
      assertThat(table.ids()).containsExactly(1L, 2L);
    }
  }

  /** Fault 29, for rewrites. */
  @Test
  void whatAKilledOneLeavesIsVacuumed() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);

      assertThatThrownBy(
              () ->
                  optimizeWhile(
                      table,
                      () -> {
                        throw new Killed();
                      }))
          .isInstanceOf(Killed.class);

      assertThat(table.version()).isEqualTo(2);
      assertThat(table.ids()).containsExactly(1L, 2L);
      assertThat(dataFiles(table)).hasSize(3);
      try (MaintainedTable maintained = table.maintainedInEightDays()) {
        assertThat(Vacuum.run(maintained, VacuumOptions.DEFAULT, Progress.SILENT).deletedFiles())
            .isEqualTo(1);
      }
      assertThat(dataFiles(table)).containsExactly("a.parquet", "b.parquet");
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamedAndNothingIsLeftBehind() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      byte[] bytes = Files.readAllBytes(table.path("b.parquet"));
      Files.write(table.path("b.parquet"), java.util.Arrays.copyOf(bytes, bytes.length / 2));

      assertThatThrownBy(() -> optimize(table, OptimizeOptions.DEFAULT))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT);
                assertThat(e.problem())
                    .startsWith("file b.parquet of table ")
                    .contains("cannot be read");
              });
      assertThat(dataFiles(table)).containsExactly("a.parquet", "b.parquet");
      assertThat(table.version()).isEqualTo(2);
    }
  }

  @Test
  void inCommitTimestampsGoOn() {
    try (ExampleTable table =
        ExampleTable.create(root.resolve("t"), Map.of("delta.enableInCommitTimestamps", "true"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      optimize(table, OptimizeOptions.DEFAULT);
      assertThat(table.commitInfo(3).fieldNames().next()).isEqualTo("inCommitTimestamp");
      assertThat(table.commitInfo(3).path("inCommitTimestamp").asLong())
          .isGreaterThan(table.commitInfo(2).path("inCommitTimestamp").asLong());
      table.append("c.parquet", 3);
      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void rowsKeepTheirIdsWhereTheyAreTracked() throws IOException {
    try (ExampleTable table =
        ExampleTable.create(root.resolve("t"), Map.of("delta.enableRowTracking", "true"))) {
      table.append("a.parquet", 1, 2);
      table.append("b.parquet", 3);
      table.delete("a.parquet", 0);
      List<String> before = trackedRows(table);
      assertThat(before).containsExactly("2 id 1 of version 1", "3 id 2 of version 2");

      optimize(table, OptimizeOptions.DEFAULT);

      assertThat(trackedRows(table)).isEqualTo(before);
      JsonNode added = action(table, 4, "add");
      assertThat(added.path("baseRowId").asLong()).isGreaterThanOrEqualTo(3);
      assertThat(added.path("defaultRowCommitVersion").asLong()).isEqualTo(4);
      assertThat(added.path("stats").asText()).doesNotContain("row-id", "_row");
      table.append("c.parquet", 4);
      optimize(
          table,
          new OptimizeOptions(OptionalLong.empty(), false, Map.of(), 0, false, List.of("name")));
      assertThat(trackedRows(table))
          .containsExactly("2 id 1 of version 1", "3 id 2 of version 2", "4 id 5 of version 5");
      assertThat(table.ids()).containsExactly(2L, 3L, 4L);
    }
  }

  private static JsonNode action(ExampleTable table, long version, String kind) {
    return table.entry(version).stream()
        .map(action -> action.path(kind))
        .filter(JsonNode::isObject)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> trackedRows(ExampleTable table) throws IOException {
    List<String> rows = new ArrayList<>();
    try (MaintainedTable maintained = table.maintained()) {
      TableState state = maintained.latest();
      StoredRows stored = state.storedRows();
      for (LiveFile file : state.files().values()) {
        stored.visit(
            file,
            stored.deleted(file),
            row ->
                rows.add(
                    "%d id %d of version %d"
                        .formatted(row.getLong(0), row.getLong(2), row.getLong(3))));
      }
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void theTableSaysHowLargeItsFilesShallBe() throws IOException {
    try (PartitionedTable table =
        PartitionedTable.create(root.resolve("t"), Map.of("delta.targetFileSize", "1kb"))) {
      for (int i = 0; i < 6; i++) {
        table.append("2026-11-22", "f" + i + ".parquet", i);
      }
      long size = table.folder().resolve("day=2026-11-22/f0.parquet").toFile().length();
      int perBin = (int) (1024 / size);
      assertThat(perBin).isEqualTo(1);
      assertThat(optimize(table.folder(), OptimizeOptions.DEFAULT).bins()).isZero();

      OptimizeReport report =
          optimize(
              table.folder(),
              new OptimizeOptions(OptionalLong.of(3 * size + 5), false, Map.of(), 0, false));

      assertThat(report.bins()).isEqualTo(2);
      assertThat(report.addedFiles()).isEqualTo(2);
      assertThat(table.rows()).hasSize(6);
    }
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Runs {@code meanwhile} after the files are written, right before the first commit. */
  private static OptimizeReport optimizeWhile(ExampleTable table, Runnable meanwhile) {
    CommitStore real = CommitStores.forTable(table.folder().toString());
    CommitStore late =
        new CommitStore() {
          private boolean done;

          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (!done) {
              done = true;
              meanwhile.run();
            }
            return real.putIfAbsent(version, entry);
          }

          @Override
          public Optional<byte[]> read(long version) throws IOException {
            return real.read(version);
          }
        };
    try (MaintainedTable maintained =
        MaintainedTable.open(table.folder().toString(), late, Clock.systemUTC())) {
      return Optimize.run(maintained, OptimizeOptions.DEFAULT, Progress.SILENT);
    }
  }

  private static OptimizeReport optimize(ExampleTable table, OptimizeOptions options) {
    return optimize(table.folder(), options);
  }

  private static OptimizeReport optimize(Path table, OptimizeOptions options) {
    try (MaintainedTable maintained = MaintainedTable.open(table.toString())) {
      return Optimize.run(maintained, options, Progress.SILENT);
    }
  }

  private static List<Map<String, Object>> rows(ExampleTable table) {
    List<Map<String, Object>> rows = new ArrayList<>();
    try (var all = KernelTableReader.open(table.folder().toString()).rows()) {
      all.forEachRemaining(rows::add);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return rows;
  }

  private static List<String> dataFiles(ExampleTable table) throws IOException {
    try (Stream<Path> files = Files.list(table.folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".parquet"))
          .sorted()
          .toList();
    }
  }
}
