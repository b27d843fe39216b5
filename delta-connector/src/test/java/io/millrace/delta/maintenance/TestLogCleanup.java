package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.kernel.CheckpointFiles;
import io.millrace.delta.kernel.CheckpointReport;
import io.millrace.delta.kernel.MaintainedTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the log when table checkpoints are written. */
class TestLogCleanup {
  private static final Map<String, String> OFTEN =
      Map.of("delta.checkpointInterval", "4", "delta.logRetentionDuration", "interval 1 days");

  @TempDir Path root;

  @Test
  void entriesBehindAnExpiredCheckpointGo() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      commitUpTo(table, 10);
      assertThat(checkpoints(table)).containsExactly(4L, 8L);
      age(table, 9);
      commitUpTo(table, 12);

      assertThat(checkpoints(table)).as("8 is behind 12, which is young").contains(8L, 12L);
      assertThat(versions(table, ".json"))
          .as("8 is needed: it is the last that everybody may ask for with its checkpoint")
          .contains(9L, 10L, 11L, 12L)
          .doesNotContain(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
      assertThat(versions(table, ".crc")).allMatch(version -> version >= 8);
      assertThat(table.ids()).hasSize(12);
      for (long version = 9; version < 12; version++) {
        assertThat(table.idsAt(version)).hasSize((int) version);
      }
      assertThat(table.append("last.parquet", 1000)).isEqualTo(13);
    }
  }

  @Test
  void nothingGoesIfTheTableSaysSo() throws IOException {
    Map<String, String> properties = new java.util.HashMap<>(OFTEN);
    properties.put("delta.enableExpiredLogCleanup", "false");
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), properties)) {
      commitUpTo(table, 10);
      age(table, 9);
      commitUpTo(table, 12);
      assertThat(versions(table, ".json")).hasSize(13);
    }
  }

  @Test
  void entriesWithoutAnExpiredCheckpointStay() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      commitUpTo(table, 3);
      age(table, 3);
      commitUpTo(table, 5);
      assertThat(versions(table, ".json")).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }
  }

  @Test
  void partsThatNoCheckpointNamesGo() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      commitUpTo(table, 5);
      Files.createDirectories(table.path("_delta_log/_sidecars"));
      for (String part : List.of("named", "left", "young")) {
        table.orphan("_delta_log/_sidecars/" + part + ".parquet", Duration.ofDays(2));
      }
      table.age("_delta_log/_sidecars/young.parquet", Duration.ofHours(2));
      Files.writeString(
          table.path(
              "_delta_log/00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"),
          "{\"checkpointMetadata\":{\"version\":2}}\n"
              + "{\"sidecar\":{\"path\":\"named.parquet\",\"sizeInBytes\":1,"
              + "\"modificationTime\":1}}\n");

      CheckpointReport report;
      try (MaintainedTable maintained = table.maintained()) {
        report = maintained.checkpoint();
      }

      assertThat(report.version()).isEqualTo(5);
      assertThat(report.expired()).containsExactly("_sidecars/left.parquet");
      assertThat(table.path("_delta_log/_sidecars/left.parquet")).doesNotExist();
      assertThat(table.path("_delta_log/_sidecars/named.parquet")).exists();
      assertThat(table.path("_delta_log/_sidecars/young.parquet")).exists();
      assertThat(checkpoints(table)).containsExactly(4L, 5L);
    }
  }

  /** Kernel's own checkpoints forget removals that the checkpoint before them told of. */
  @Test
  void removalsAreTakenFromCheckpointToCheckpoint() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      table.append("a.parquet", 1);
      table.remove("a.parquet");
      commitUpTo(table, 14);
      assertThat(checkpoints(table)).contains(4L, 8L, 12L);
      // Without the entries, only the last checkpoint can tell.
      for (long version = 0; version < 12; version++) {
        Files.deleteIfExists(table.entryPath(version));
      }
      long weekAgo = Instant.now().minus(Duration.ofDays(7)).toEpochMilli();
      long tomorrow = Instant.now().plus(Duration.ofDays(1)).toEpochMilli();
      try (MaintainedTable maintained = table.maintained()) {
        assertThat(maintained.latest().neededFiles(weekAgo)).contains("a.parquet");
        assertThat(maintained.latest().neededFiles(tomorrow)).doesNotContain("a.parquet");
      }
      assertThat(table.ids()).doesNotContain(1L);
    }
  }

  /** delta-spark takes a file that a checkpoint has both ways for removed. */
  @Test
  void noCheckpointSaysOfAFileThatItIsThereAndNot() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      table.append("a.parquet", 1, 2);
      table.delete("a.parquet", 0);
      table.remove("a.parquet");
      try (MaintainedTable maintained = table.maintained()) {
        Restore.run(maintained, new Restore.Target.Version(2), false, Progress.SILENT);
      }
      assertThat(checkpoints(table)).containsExactly(4L);
      table.reopen();
      commitUpTo(table, 9);
      assertThat(checkpoints(table)).hasSize(2);
      for (long version : checkpoints(table)) {
        assertThat(CheckpointFiles.addedAndRemoved(table.folder(), version)).isEmpty();
      }
      assertThat(table.ids()).contains(2L).doesNotContain(1L);
    }
  }

  @Test
  void aFileThatCameBackIsNotARemoval() throws IOException {
    try (ExampleTable table = ExampleTable.create(root.resolve("t"), OFTEN)) {
      table.append("a.parquet", 1);
      table.remove("a.parquet");
      commitUpTo(table, 6);
      try (MaintainedTable maintained = table.maintained()) {
        Restore.run(maintained, new Restore.Target.Version(1), false, Progress.SILENT);
      }
      commitUpTo(table, 14);
      assertThat(table.ids()).contains(1L);
      for (long version = 0; version < 12; version++) {
        Files.deleteIfExists(table.entryPath(version));
      }
      assertThat(table.ids()).contains(1L);
    }
  }

  /** One row a version; each waits for the checkpoint that may be due. */
  private static void commitUpTo(ExampleTable table, long version) {
    while (table.version() < version) {
      long id = 100 + table.version();
      table.append("f" + id + ".parquet", id);
      table.reopen();
    }
  }

  private static void age(ExampleTable table, long upTo) throws IOException {
    try (Stream<Path> files = Files.list(table.path("_delta_log"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches("\\d{20}\\..*") && Long.parseLong(name.substring(0, 20)) <= upTo) {
          Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(10))));
        }
      }
    }
  }

  private static List<Long> checkpoints(ExampleTable table) throws IOException {
    return versions(table, ".checkpoint.parquet");
  }

  private static List<Long> versions(ExampleTable table, String suffix) throws IOException {
    TreeSet<Long> versions = new TreeSet<>();
    try (Stream<Path> files = Files.list(table.path("_delta_log"))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches("\\d{20}" + suffix.replace(".", "\\."))) {
          versions.add(Long.parseLong(name.substring(0, 20)));
        }
      }
    }
    return List.copyOf(versions);
  }
}
