package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestVacuum {
  private static final Duration OLD = Duration.ofDays(30);

  @TempDir Path root;

  @Test
  void whatNoRetainedVersionNeedsGoes() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2);
      table.append("b.parquet", 3);
      table.remove("a.parquet");
      Path orphan = table.orphan("part-0.parquet", Duration.ZERO);

      VacuumReport report;
      try (MaintainedTable maintained = table.maintainedInEightDays()) {
        report = Vacuum.run(maintained, VacuumOptions.DEFAULT, Progress.SILENT);
      }

      assertThat(report.unneeded()).containsExactly("a.parquet", "part-0.parquet");
      assertThat(report.deletedFiles()).isEqualTo(2);
      assertThat(report.deletedBytes()).isEqualTo(report.unneededBytes()).isPositive();
      assertThat(table.path("a.parquet")).doesNotExist();
      assertThat(orphan).doesNotExist();
      assertThat(table.ids()).containsExactly(3L);
    }
  }

  @Test
  void theHistoryTellsAsSparkWritesIt() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.orphan("part-0.parquet", OLD);
      try (MaintainedTable maintained = table.maintained()) {
        Vacuum.run(
            maintained,
            new VacuumOptions(Optional.of(Duration.ofDays(8)), false, false),
            Progress.SILENT);
      }

      JsonNode start = table.commitInfo(2);
      assertThat(start.path("operation").asText()).isEqualTo("VACUUM START");
      assertThat(start.path("operationParameters").toString())
          .isEqualTo(
              "{\"defaultRetentionMillis\":604800000,\"retentionCheckEnabled\":true,"
                  + "\"specifiedRetentionMillis\":691200000}");
      assertThat(start.path("operationMetrics").toString())
          .isEqualTo("{\"numFilesToDelete\":\"1\",\"sizeOfDataToDelete\":\"11\"}");
      assertThat(start.path("isBlindAppend").asBoolean()).isTrue();
      assertThat(start.path("readVersion").asLong()).isEqualTo(1);
      JsonNode end = table.commitInfo(3);
      assertThat(end.path("operation").asText()).isEqualTo("VACUUM END");
      assertThat(end.path("operationParameters").toString())
          .isEqualTo("{\"status\":\"COMPLETED\"}");
      assertThat(end.path("operationMetrics").toString())
          .isEqualTo("{\"numDeletedFiles\":\"1\",\"numVacuumedDirectories\":\"1\"}");
      assertThat(table.entry(3)).hasSize(1);
      // The table goes on as before.
      assertThat(table.append("b.parquet", 2)).isEqualTo(4);
      assertThat(table.ids()).containsExactly(1L, 2L);
    }
  }

  @Test
  void whatLeftTheTableLatelyStays() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.age("a.parquet", OLD);
      table.remove("a.parquet");

      assertThat(vacuum(table, VacuumOptions.DEFAULT).unneeded()).isEmpty();
      assertThat(table.idsAt(1)).containsExactly(1L);
    }
  }

  /** Kernel's table checkpoints forget removals that the checkpoint before them told of. */
  @Test
  void whatLeftTheTableLatelyStaysAlsoWhenTwoCheckpointsWereWrittenSince() throws IOException {
    try (ExampleTable table =
        ExampleTable.create(root.resolve("t"), Map.of("delta.checkpointInterval", "2"))) {
      table.append("a.parquet", 1);
      table.age("a.parquet", OLD);
      table.remove("a.parquet");
      for (int i = 0; i < 6; i++) {
        table.append("b" + i + ".parquet", 10 + i);
        awaitCheckpointOf(table);
      }
      try (Stream<Path> log = Files.list(table.path("_delta_log"))) {
        assertThat(log.filter(file -> file.toString().contains(".checkpoint.")))
            .hasSizeGreaterThanOrEqualTo(2);
      }

      assertThat(vacuum(table, VacuumOptions.DEFAULT).unneeded()).isEmpty();
      assertThat(table.idsAt(1)).containsExactly(1L);
    }
  }

  /** Another handle on the table writes what is due, and waits for it. */
  private static void awaitCheckpointOf(ExampleTable table) {
    try (MaintainedTable maintained = table.maintained()) {
      maintained.commit(
          maintained.latest(),
          io.millrace.delta.kernel.MaintenanceCommit.note("TEST", Map.of(), Map.of()));
    }
  }

  @Test
  void aYoungFileStaysWhoeverWroteIt() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path young = table.orphan("young.parquet", Duration.ofDays(6));
      Path old = table.orphan("old.parquet", Duration.ofDays(8));

      vacuum(table, VacuumOptions.DEFAULT);

      assertThat(young).exists();
      assertThat(old).doesNotExist();
    }
  }

  @Test
  void vectorsThatNoVersionNeedsGoAndTheOthersStay() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1, 2, 3);
      DeletionVector first = table.delete("a.parquet", 0);
      DeletionVector second = table.delete("a.parquet", 1);
      assertThat(first).isNotEqualTo(second);

      VacuumReport report;
      try (MaintainedTable maintained = table.maintainedInEightDays()) {
        report = Vacuum.run(maintained, VacuumOptions.DEFAULT, Progress.SILENT);
      }

      assertThat(report.unneeded())
          .singleElement()
          .asString()
          .startsWith("deletion_vector_")
          .endsWith(".bin");
      assertThat(table.ids()).containsExactly(3L);
    }
  }

  @Test
  void hiddenFilesStayExceptChangeDataAndPartitions() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path hidden = table.orphan(".hidden/part-0.parquet", OLD);
      Path reserved = table.orphan("_reserved/part-0.parquet", OLD);
      Path staged = table.orphan(".part-0.parquet.tmp", OLD);
      Path changes = table.orphan("_change_data/cdc-0.parquet", OLD);
      Path partition = table.orphan("day=1/part-0.parquet", OLD);
      Path entry = table.entryPath(0);
      table.age("_delta_log/" + entry.getFileName(), OLD);

      vacuum(table, VacuumOptions.DEFAULT);

      assertThat(hidden).exists();
      assertThat(reserved).exists();
      assertThat(staged).exists();
      assertThat(entry).exists();
      assertThat(changes).doesNotExist();
      assertThat(partition).doesNotExist();
      assertThat(
              new TableFolder(table.folder().toString(), List.of("_reserved"))
                  .list(Progress.SILENT)
                  .files())
          .isEmpty();
      table.orphan("_day=1/part-0.parquet", OLD);
      assertThat(
              new TableFolder(table.folder().toString(), List.of("_day"))
                  .list(Progress.SILENT)
                  .files())
          .extracting(TableFolder.Found::path)
          .containsExactly("_day=1/part-0.parquet");
    }
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
      Path precious = Files.writeString(elsewhere.resolve("precious.parquet"), "precious");
      Files.setLastModifiedTime(precious, java.nio.file.attribute.FileTime.fromMillis(0));
      Files.createSymbolicLink(table.path("link"), elsewhere);

      assertThat(vacuum(table, VacuumOptions.DEFAULT).unneeded()).isEmpty();
      assertThat(precious).exists();
    }
  }

  @Test
  void emptyFoldersGoWhenTheyAreOld() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path old = Files.createDirectory(table.path("day=1"));
      table.age("day=1", OLD);
      Path young = Files.createDirectory(table.path("day=2"));

      VacuumReport report = vacuum(table, VacuumOptions.DEFAULT);

      assertThat(report.folders()).isEqualTo(3);
      assertThat(report.deletedFolders()).isEqualTo(1);
      assertThat(old).doesNotExist();
      assertThat(young).exists();
    }
  }

  @Test
  void aRetentionBelowTheTablesIsRefusedUnlessForced() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path orphan = table.orphan("part-0.parquet", Duration.ofHours(2));
      assertThatThrownBy(() -> vacuum(table, shortRetention(false)))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.RETENTION_TOO_SHORT);
                assertThat(e.problem())
                    .isEqualTo(
                        "a retention of 1 h is shorter than the 7 days that table "
                            + table.folder()
                            + " keeps removed files for");
                assertThat(e.remedy()).contains("--force");
              });
      assertThat(orphan).exists();
      assertThat(table.version()).isZero();

      assertThat(vacuum(table, shortRetention(true)).deletedFiles()).isEqualTo(1);
      assertThat(
              table
                  .commitInfo(1)
                  .path("operationParameters")
                  .path("retentionCheckEnabled")
                  .asBoolean())
          .isFalse();
    }
  }

  @Test
  void theTableMaySayThatItsRetentionIsShorter() {
    try (ExampleTable table =
        ExampleTable.create(
            root.resolve("t"), Map.of("delta.deletedFileRetentionDuration", "interval 1 hours"))) {
      table.orphan("part-0.parquet", Duration.ofHours(2));
      assertThat(vacuum(table, VacuumOptions.DEFAULT).deletedFiles()).isEqualTo(1);
    }
  }

  private static VacuumOptions shortRetention(boolean force) {
    return new VacuumOptions(Optional.of(Duration.ofHours(1)), force, false);
  }

  @Test
  void aDryRunListsAndChangesNothing() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      Path orphan = table.orphan("part-0.parquet", OLD);

      VacuumReport report = vacuum(table, new VacuumOptions(Optional.empty(), false, true));

      assertThat(report.dryRun()).isTrue();
      assertThat(report.unneeded()).containsExactly("part-0.parquet");
      assertThat(report.unneededBytes()).isEqualTo(11);
      assertThat(report.deletedFiles()).isZero();
      assertThat(orphan).exists();
      assertThat(table.version()).isZero();
    }
  }

  /** Fault 29. */
  @Test
  void whereOneWasKilledTheNextGoesOn() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      for (int i = 0; i < 5; i++) {
        table.orphan("part-" + i + ".parquet", OLD);
      }
      Progress killed =
          (step, done, total) -> {
            if (step.equals("deleting files") && done == 2) {
              throw new Killed();
            }
          };
      try (MaintainedTable maintained = table.maintained()) {
        assertThatThrownBy(() -> Vacuum.run(maintained, VacuumOptions.DEFAULT, killed))
            .isInstanceOf(Killed.class);
      }
      assertThat(table.commitInfo(table.version()).path("operation").asText())
          .isEqualTo("VACUUM START");

      assertThat(vacuum(table, VacuumOptions.DEFAULT).deletedFiles()).isEqualTo(3);
      assertThat(table.ids()).containsExactly(1L);
    }
  }

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aFailureIsNoted() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.orphan("part-0.parquet", OLD);
      Progress failing =
          (step, done, total) -> {
            if (step.equals("deleting files")) {
              throw new IllegalStateException("the console is gone");
            }
          };
      try (MaintainedTable maintained = table.maintained()) {
        assertThatThrownBy(() -> Vacuum.run(maintained, VacuumOptions.DEFAULT, failing))
            .hasMessage("the console is gone");
      }
      assertThat(table.commitInfo(2).path("operationParameters").toString())
          .isEqualTo("{\"status\":\"FAILED\"}");
    }
  }

  /** What is young enough to be needed is asked again when the others are about to go. */
  @Test
  void aFileThatARestoreBringsBackMeanwhileStays() {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.remove("a.parquet");
      table.append("b.parquet", 2);
      List<Long> started = new ArrayList<>();
      CommitStore real = CommitStores.forTable(table.folder().toString());
      CommitStore restoringFirst =
          new CommitStore() {
            @Override
            public boolean putIfAbsent(long version, byte[] entry) throws IOException {
              if (started.isEmpty()) {
                started.add(version);
                try (MaintainedTable other = table.maintained()) {
                  Restore.run(other, new Restore.Target.Version(1), false, Progress.SILENT);
                }
              }
              return real.putIfAbsent(version, entry);
            }

            @Override
            public Optional<byte[]> read(long version) throws IOException {
              return real.read(version);
            }
          };
      try (MaintainedTable maintained =
          MaintainedTable.open(
              table.folder().toString(), restoringFirst, ExampleTable.IN_EIGHT_DAYS)) {
        VacuumReport report = Vacuum.run(maintained, VacuumOptions.DEFAULT, Progress.SILENT);
        assertThat(report.unneeded()).containsExactly("a.parquet");
        assertThat(report.deletedFiles()).isZero();
      }
      assertThat(table.ids()).containsExactly(1L);
    }
  }

  @Test
  void aDamagedTableIsLeftAsItIs() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"))) {
      table.append("a.parquet", 1);
      table.append("b.parquet", 2);
      Path orphan = table.orphan("part-0.parquet", OLD);
      byte[] entry = Files.readAllBytes(table.entryPath(2));
      Files.write(table.entryPath(2), java.util.Arrays.copyOf(entry, entry.length / 2));

      assertThatThrownBy(() -> vacuum(table, VacuumOptions.DEFAULT))
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
          .hasMessageContaining("00000000000000000002.json (version 2)");
      assertThat(orphan).exists();
    }
  }

  private static VacuumReport vacuum(ExampleTable table, VacuumOptions options) {
    try (MaintainedTable maintained = table.maintained()) {
      return Vacuum.run(maintained, options, Progress.SILENT);
    }
  }
}
