package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.maintenance.VacuumReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fault 29: what writers leave behind that are killed at any moment. {@code
 * -Dmillrace.killed.writers=50} for more of them.
 */
class TestKilledWriters {
  @TempDir private Path folder;

  @Test
  void leaveFilesThatVacuumDeletesAndItDeletesNothingElse() throws Exception {
    int kills = Integer.getInteger("millrace.killed.writers", 4);
    Random random = new Random(29);
    Path table = folder.resolve("shared");
    for (int i = 0; i < kills; i++) {
      // Each is another sink: none has state to go on from.
      try (ChildJvm writer =
          ChildJvm.start(AppendingProcess.class, table.toString(), "" + i, "" + 1_000_000)) {
        assertThat(writer.hear()).isEqualTo("ready");
        writer.say("go");
        long entries = entries(table);
        while (entries(table) == entries) {
          LockSupport.parkNanos(1_000_000);
        }
        LockSupport.parkNanos(random.nextInt(100_000_000));
      }
    }
    // Of the moments at which one can be killed, the one that a test can bring about for sure.
    Files.write(table.resolve("part-00000-cut-off.zstd.parquet"), new byte[100]);
    DeltaTableSpec spec = AppendingProcess.spec(table.toString(), 0);
    List<String> before = SinkJob.rows(spec);
    assertThat(before).isNotEmpty().doesNotHaveDuplicates();
    Set<String> live;
    VacuumReport report;
    Clock inEightDays = Clock.offset(Clock.systemUTC(), Duration.ofDays(8));
    try (MaintainedTable maintained =
        MaintainedTable.open(
            table.toString(), CommitStores.forTable(table.toString()), inEightDays)) {
      live = Set.copyOf(maintained.latest().files().keySet());
      report =
          Vacuum.run(
              maintained, new VacuumOptions(Optional.empty(), false, false), Progress.SILENT);
    }

    assertThat(report.deletedFiles()).isPositive();
    assertThat(report.unneeded()).doesNotContainAnyElementsOf(live);
    try (Stream<Path> files = Files.list(table)) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> file.getFileName().toString())
                  .collect(Collectors.toSet()))
          .isEqualTo(live);
    }
    assertThat(SinkJob.rows(spec)).isEqualTo(before);
  }

  private static long entries(Path table) throws IOException {
    try (Stream<Path> files = Files.list(table.resolve("_delta_log"))) {
      return files.filter(file -> file.toString().endsWith(".json")).count();
    }
  }
}
