package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import io.millrace.delta.kernel.TableDescription;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRestore {
  @TempDir Path root;

  @Test
  void filesThatCameLeaveAndFilesThatLeftComeBack() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2);
      table.append("b.parquet", 3);
      table.remove("a.parquet");
      table.append("c.parquet", 4);

      RestoreReport report = restore(table, 2);

      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
      assertThat(report.version()).isEqualTo(5);
      assertThat(report.before()).isEqualTo(4);
      assertThat(report.restored()).isEqualTo(2);
      assertThat(report.filesAfter()).isEqualTo(2);
      assertThat(report.removedFiles()).isEqualTo(1);
      assertThat(report.restoredFiles()).isEqualTo(1);
      assertThat(table.idsAt(4)).containsExactly(3L, 4L);

      JsonNode info = table.commitInfo(5);
      assertThat(info.path("operation").asText()).isEqualTo("RESTORE");
      assertThat(info.path("operationParameters").toString())
          .isEqualTo("{\"timestamp\":null,\"version\":2}");
      assertThat(info.path("operationMetrics").path("numRestoredFiles").asText()).isEqualTo("1");
      assertThat(info.path("operationMetrics").path("tableSizeAfterRestore").asLong())
          .isEqualTo(report.bytesAfter());
      assertThat(info.path("isBlindAppend").asBoolean(true)).isFalse();
      assertThat(info.path("isolationLevel").asText()).isEqualTo("Serializable");
      assertThat(table.entry(5)).as("commitInfo, one remove, one add").hasSize(3);
      assertThat(table.entry(5)).noneMatch(action -> action.has("metaData"));
      assertThat(table.append("d.parquet", 5)).isEqualTo(6);
      assertThat(table.ids()).containsExactly(1L, 2L, 3L, 5L);
    }
  }

  @Test
  void nothingIsBroughtBackWhileAVacuumIsAtWork() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      table.remove("a.parquet");
      note(table, "VACUUM START");
      table.append("c.parquet", 3);

      assertThatThrownBy(() -> restore(table, 2))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT))
          .hasMessageContaining("a vacuum began with version 4, at ");
      assertThat(table.ids()).containsExactly(2L, 3L);

      note(table, "VACUUM END");
      restore(table, 2);
      assertThat(table.ids()).containsExactly(1L, 2L);
    }
  }

  private static void note(ExampleTable table, String operation) {
    try (MaintainedTable maintained = table.maintained()) {
      assertThat(
              maintained.commit(
                  maintained.latest(), MaintenanceCommit.note(operation, Map.of(), Map.of())))
          .isTrue();
    }
  }

  @Test
  void deletedRowsComeBack() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2, 3);
      table.delete("a.parquet", 0);
      table.delete("a.parquet", 1);

      restore(table, 2);
      assertThat(table.ids()).containsExactly(2L, 3L);
      restore(table, 1);
      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
      restore(table, 3);
      assertThat(table.ids()).containsExactly(3L);
    }
  }

  @Test
  void aPointInTimeMeansTheVersionOfThen() throws IOException {
    Instant start = Instant.parse("2026-11-20T10:00:00Z");
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      for (int version = 0; version <= 2; version++) {
        Files.setLastModifiedTime(
            table.entryPath(version), FileTime.from(start.plusSeconds(60L * version)));
      }
      try (MaintainedTable maintained = table.maintained()) {
        assertThatThrownBy(() -> run(maintained, start.minusSeconds(1)))
            .isInstanceOfSatisfying(
                MillraceException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND);
                  assertThat(e.problem())
                      .isEqualTo(
                          "table "
                              + table.folder()
                              + " has no version as old as 2026-11-20T09:59:59Z: its first, 0, was"
                              + " made at 2026-11-20T10:00:00Z");
                });
        assertThat(run(maintained, start.plusSeconds(3600)).version())
            .as("a time to come means the latest")
            .isEqualTo(2);
        assertThat(run(maintained, start.plusSeconds(119)).restored()).isEqualTo(1);
      }
      assertThat(table.ids()).containsExactly(1L);
      assertThat(table.commitInfo(3).path("operationParameters").toString())
          .isEqualTo("{\"timestamp\":\"2026-11-20T10:01:59Z\",\"version\":null}");
    }
  }

  private static RestoreReport run(MaintainedTable table, Instant time) {
    return Restore.run(table, new Restore.Target.Time(time), false, Progress.SILENT);
  }

  @Test
  void aVersionThatIsNotThereIsRefused() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      assertThatThrownBy(() -> restore(table, 7))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND);
                assertThat(e.problem()).endsWith("has no version 7");
              });
    }
  }

  @Test
  void theLatestVersionNeedsNoRestore() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      RestoreReport report = restore(table, 1);
      assertThat(report.version()).isEqualTo(report.before()).isEqualTo(1);
      assertThat(table.version()).isEqualTo(1);
    }
  }

  @Test
  void aDryRunChangesNothing() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.remove("a.parquet");
      try (MaintainedTable maintained = table.maintained()) {
        RestoreReport report =
            Restore.run(maintained, new Restore.Target.Version(1), true, Progress.SILENT);
        assertThat(report.restoredFiles()).isEqualTo(1);
        assertThat(report.version()).isEqualTo(2);
      }
      assertThat(table.version()).isEqualTo(2);
    }
  }

  @Test
  void aFileThatWasVacuumedIsNamed() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      table.remove("a.parquet");
      Files.delete(table.path("a.parquet"));

      assertThatThrownBy(() -> restore(table, 2))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
                assertThat(e.problem())
                    .isEqualTo(
                        "version 2 of table "
                            + table.folder()
                            + " cannot be restored: 1 of its files are gone (a.parquet)");
              });
      assertThat(table.version()).isEqualTo(3);
    }
  }

  @Test
  void aVectorThatWasVacuumedIsNamed() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2);
      table.delete("a.parquet", 0);
      try (var files = Files.list(table.folder())) {
        for (Path file : files.filter(f -> f.toString().endsWith(".bin")).toList()) {
          Files.delete(file);
        }
      }
      table.append("b.parquet", 3);
      table.remove("a.parquet");

      assertThatThrownBy(() -> restore(table, 2))
          .hasMessageContaining("1 of its files are gone (")
          .hasMessageContaining("deletion_vector_");
    }
  }

  @Test
  void schemaAndPropertiesAreAsTheyWere() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      ForeignWriter other = new ForeignWriter(table.folder());
      other.setProperty("owner", "somebody");
      other.replaceSchema(
          RowType.of(
              new LogicalType[] {new BigIntType(), new VarCharType(), new IntType()},
              new String[] {"id", "name", "extra"}));

      restore(table, 1);

      TableDescription description = KernelTableReader.describe(table.folder().toString());
      assertThat(description.rowType().getFieldNames()).containsExactly("id", "name");
      assertThat(description.properties()).doesNotContainKey("owner");
      restore(table, 2);
      assertThat(KernelTableReader.describe(table.folder().toString()).properties())
          .containsEntry("owner", "somebody");
    }
  }

  @Test
  void featuresStayAndTimesGoOn() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      new ForeignWriter(table.folder()).setProperty("delta.enableInCommitTimestamps", "true");
      table.append("b.parquet", 2);

      restore(table, 1);
      TableDescription restored = KernelTableReader.describe(table.folder().toString());
      assertThat(restored.features()).contains("inCommitTimestamp");
      assertThat(restored.properties()).doesNotContainKey("delta.enableInCommitTimestamps");
      assertThat(table.commitInfo(4).has("inCommitTimestamp")).isFalse();

      restore(table, 3);
      assertThat(table.commitInfo(5).fieldNames().next()).isEqualTo("inCommitTimestamp");
      assertThat(KernelTableReader.describe(table.folder().toString()).properties())
          .containsEntry("delta.enableInCommitTimestamps", "true")
          .containsEntry("delta.inCommitTimestampEnablementVersion", "5");
      assertThat(table.append("c.parquet", 3)).isEqualTo(6);
      assertThat(table.commitInfo(6).path("inCommitTimestamp").asLong())
          .isGreaterThan(table.commitInfo(5).path("inCommitTimestamp").asLong());
      assertThat(table.ids()).containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void whatOthersCommitMeanwhileIsUndoneToo() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      CommitStore real = CommitStores.forTable(table.folder().toString());
      CommitStore lateOnce =
          new CommitStore() {
            private boolean late = true;

            @Override
            public boolean putIfAbsent(long version, byte[] entry) throws IOException {
              if (late) {
                late = false;
                table.append("c.parquet", 3);
              }
              return real.putIfAbsent(version, entry);
            }

            @Override
            public Optional<byte[]> read(long version) throws IOException {
              return real.read(version);
            }
          };
      try (MaintainedTable maintained =
          MaintainedTable.open(table.folder().toString(), lateOnce, Clock.systemUTC())) {
        RestoreReport report =
            Restore.run(maintained, new Restore.Target.Version(1), false, Progress.SILENT);
        assertThat(report.before()).isEqualTo(3);
        assertThat(report.removedFiles()).isEqualTo(2);
      }
      assertThat(table.ids()).containsExactly(1L);
    }
  }

  private static RestoreReport restore(ExampleTable table, long version) {
    try (MaintainedTable maintained = table.maintained()) {
      return Restore.run(maintained, new Restore.Target.Version(version), false, Progress.SILENT);
    }
  }
}
