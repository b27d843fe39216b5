package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fault 7: the process that commits is stopped, another takes over from its last checkpoint, and
 * then the first goes on as if nothing had been.
 */
class TestPausedCommitter {
  @TempDir private Path folder;
  private Path kept;
  private DeltaTableSpec spec;

  @BeforeEach
  void place() throws IOException {
    kept = Files.createDirectory(folder.resolve("checkpoints"));
    spec = AppendingProcess.spec(folder.resolve("shared").toString(), 1);
  }

  private TableCommittable restored(long sequence) throws IOException {
    var serializer = new TableCommittableSerializer();
    return serializer.deserialize(
        serializer.getVersion(), Files.readAllBytes(CommittingProcess.kept(kept, sequence)));
  }

  /** Takes over after a checkpoint, as a job does that was restored, and commits more. */
  private CommitOutcome takeOver(long sequence, int more) throws IOException {
    try (TableCommitter successor = TableCommitter.open(spec);
        RowDataParquetWriter writer = new RowDataParquetWriter(spec, 2, ParquetOptions.DEFAULT)) {
      successor.verifyRestored(CommittingProcess.RUN, sequence);
      CommitOutcome pending = successor.commit(restored(sequence));
      for (long next = sequence + 1; next <= sequence + more; next++) {
        writer.write(GenericRowData.of(2, next));
        successor.commit(CommittingProcess.committable("run-2", next, writer.finishFile()));
      }
      return pending;
    }
  }

  private static List<String> rows(long byTheFirst, int more) {
    List<String> rows = new ArrayList<>();
    for (long sequence = 1; sequence <= byTheFirst + more; sequence++) {
      rows.add((sequence <= byTheFirst ? "1|" : "2|") + sequence);
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void whatItWasAboutToCommitIsRecognisedAndWhatComesAfterIsRefused() throws Exception {
    try (ChildJvm zombie =
        ChildJvm.start(CommittingProcess.class, spec.path(), kept.toString(), "step")) {
      assertThat(zombie.hear()).isEqualTo("prepared 1");
      zombie.say("");
      assertThat(zombie.hear()).isEqualTo("committed 1");
      assertThat(zombie.hear()).isEqualTo("prepared 2");
      zombie.pause();

      assertThat(takeOver(2, 3)).isEqualTo(new CommitOutcome.Committed(2));
      zombie.resume();
      zombie.say("");

      assertThat(zombie.hear()).isEqualTo("recognised 2");
      assertThat(zombie.hear()).isEqualTo("prepared 3");
      zombie.say("");
      assertThat(zombie.hear()).isEqualTo("refused SINK_FENCED");
    }
    assertThat(SinkJob.rows(spec)).isEqualTo(rows(2, 3));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whereverItIsStoppedNothingIsLostOrThereTwice(long seed) throws Exception {
    Random random = new Random(seed);
    long last;
    try (ChildJvm zombie = ChildJvm.start(CommittingProcess.class, spec.path(), kept.toString())) {
      String commits = "committed " + (3 + random.nextInt(10));
      while (!zombie.hear().equals(commits)) {
        continue;
      }
      LockSupport.parkNanos(random.nextInt(20_000_000));
      zombie.pause();
      try (var files = Files.list(kept)) {
        last =
            files
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".committable"))
                .mapToLong(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
                .max()
                .orElseThrow();
      }

      takeOver(last, 2);
      zombie.resume();

      String end = zombie.hear();
      while (!end.startsWith("refused")) {
        assertThat(end).as("after committable %d", last).isNotEqualTo("committed " + (last + 1));
        end = zombie.hear();
      }
      assertThat(end).isEqualTo("refused SINK_FENCED");
    }
    assertThat(SinkJob.rows(spec)).isEqualTo(rows(last, 2));
  }
}
