package io.millrace.delta.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.log.CommitStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fault 31: writers whose clocks are an hour apart, either way. */
class TestSkewedClocks {
  private static final Clock FAST = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
  private static final Clock SLOW = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));

  @TempDir private Path folder;

  private TableLog open(Clock clock, Map<String, String> properties) {
    return TableLog.open(
        new TableDefinition("orders", folder.toString(), ExampleFiles.ROW_TYPE, true, properties),
        CommitStores.forTable(folder.toString()),
        clock);
  }

  private long append(TableLog log, long id) {
    log.reload();
    DataFile file = ExampleFiles.write(folder, "f" + id + ".parquet", id);
    LiveFile live = LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats());
    assertThat(
            log.commit(
                new TableChange(
                    List.of(), List.of(live), Map.of(), "WRITE", Map.of(), Map.of(), Map.of())))
        .isTrue();
    return log.version();
  }

  @Test
  void timesInCommitsOnlyGoForwardWhoeverWritesThem() {
    Map<String, String> inCommit = Map.of("delta.enableInCommitTimestamps", "true");
    long before = System.currentTimeMillis();
    try (TableLog fast = open(FAST, inCommit);
        TableLog slow = open(SLOW, inCommit)) {
      for (long id = 1; id <= 10; id++) {
        assertThat(append(id % 2 == 1 ? fast : slow, id)).isEqualTo(id);
      }
    }
    List<Long> times = new ArrayList<>();
    for (CommitEntry entry : KernelTableReader.history(folder.toString(), 100)) {
      times.add(0, entry.timestampMillis());
    }
    assertThat(times).hasSize(11).isSorted().doesNotHaveDuplicates();
    // The fast clock was first, and the slow one goes on from there.
    assertThat(times.get(1)).isGreaterThanOrEqualTo(before + Duration.ofHours(1).toMillis());
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      for (int version = 0; version < times.size(); version++) {
        assertThat(table.at(Instant.ofEpochMilli(times.get(version))).version()).isEqualTo(version);
      }
    }
  }

  /** Without times in commits those of the files count, and these may go backwards. */
  @Test
  void timesOfFilesThatGoBackwardsAreReadAsIfTheyDidNot() throws Exception {
    try (TableLog log = open(Clock.systemUTC(), Map.of())) {
      for (long id = 1; id <= 6; id++) {
        append(log, id);
      }
    }
    Instant start = Instant.parse("2030-01-01T00:00:00Z");
    int[] minutes = {0, 60, 1, 61, 2, 62, 3};
    for (int version = 0; version < minutes.length; version++) {
      Files.setLastModifiedTime(
          folder.resolve("_delta_log").resolve("%020d.json".formatted(version)),
          FileTime.from(start.plus(Duration.ofMinutes(minutes[version]))));
    }
    try (MaintainedTable table = MaintainedTable.open(folder.toString())) {
      List<Long> versions = new ArrayList<>();
      for (int minute = 0; minute <= 62; minute++) {
        versions.add(table.at(start.plus(Duration.ofMinutes(minute))).version());
      }
      assertThat(versions).isSorted();
      assertThat(versions.get(0)).isZero();
      assertThat(table.at(start.plus(Duration.ofHours(2))).version()).isEqualTo(6);
    }
  }
}
