package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that pack the small files that they write. */
class TestInJobCompaction {
  private static final CompactionOptions TEN =
      new CompactionOptions(CompactionOptions.When.ALWAYS, 10, -1);

  /** So many that most rows of a file live longer than it takes to have ten files. */
  private static final long KEYS = 997;

  private static final Duration INTERVAL = Duration.ofMillis(60);

  @TempDir private Path folder;

  private DeltaTableSpec appends(Map<String, String> properties) {
    return new DeltaTableSpec(
        "orders",
        folder.resolve("orders").toString(),
        "test/orders",
        ExampleFiles.ROW_TYPE,
        List.of(),
        properties);
  }

  private static final NumberSource.Filler NUMBERS =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "n" + n);
      };

  private static int files(DeltaTableSpec spec) {
    int[] files = {0};
    TableSnapshot.latest(spec.path()).forEachFile(file -> files[0]++);
    return files[0];
  }

  private static List<String> operations(DeltaTableSpec spec) {
    return KernelTableReader.history(spec.path(), 10_000).stream()
        .map(CommitEntry::operation)
        .toList();
  }

  private static List<String> numbers(long end) {
    List<String> rows = new ArrayList<>();
    for (long n = 0; n < end; n++) {
      rows.add(n + "|n" + n);
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void manySmallCheckpointsLeaveFewFiles() throws Exception {
    DeltaTableSpec spec = appends(Map.of());
    SinkJob job =
        new SinkJob(folder, spec, NUMBERS)
            .numbers(0, 300)
            .perCheckpoint(6)
            .checkpointEvery(INTERVAL)
            .compacting(TEN)
            .endless();
    JobClient client = job.start();
    SinkJob.await(client, () -> job.probe().emitted.get() >= 300 && files(spec) < 25);
    stop(client);

    List<String> operations = operations(spec);
    assertThat(operations).contains("OPTIMIZE");
    assertThat(operations.stream().filter("STREAMING UPDATE"::equals).count()).isGreaterThan(40);
    assertThat(SinkJob.rows(spec)).isEqualTo(numbers(300));
  }

  private String stop(JobClient client) throws Exception {
    return client
        .stopWithSavepoint(
            false, folder.resolve("savepoints").toUri() + "", SavepointFormatType.CANONICAL)
        .get();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none#1", "row#700", "committed#9"})
  void rowsThatAreReplacedMeanwhileAreFollowed(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    RowType type =
        (RowType)
            DataTypes.ROW(
                    DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("total", DataTypes.BIGINT()))
                .notNull()
                .getLogicalType();
    DeltaTableSpec spec =
        new DeltaTableSpec(
            "totals",
            folder.resolve("totals").toString(),
            "test/totals",
            type,
            List.of("customer"),
            Map.of());
    NumberSource.Filler changes =
        (row, n) -> {
          row.setLong(0, n % KEYS);
          row.setLong(1, n);
          row.setRowKind(n % 11 == 3 ? RowKind.DELETE : RowKind.UPDATE_AFTER);
        };

    SinkJob job =
        new SinkJob(folder, spec, changes)
            .numbers(0, 1_200)
            .perCheckpoint(30)
            .checkpointEvery(INTERVAL)
            .compacting(TEN)
            .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])))
            .endless();
    JobClient client = job.start();
    SinkJob.await(
        client,
        () ->
            job.probe().emitted.get() >= 1_200
                && !job.probe().committed.isEmpty()
                && operations(spec).contains("OPTIMIZE"));
    // Another job goes on where this one was.
    new SinkJob(folder, spec, changes)
        .numbers(0, 1_350)
        .perCheckpoint(30)
        .checkpointEvery(INTERVAL)
        .compacting(TEN)
        .restoring(stop(client))
        .run();
    // And one without state reads the index from packed files.
    new SinkJob(folder, spec, changes).numbers(1_350, 1_500).compacting(TEN).run();

    Map<Long, Long> totals = new TreeMap<>();
    for (long n = 0; n < 1_500; n++) {
      if (n % 11 == 3) {
        totals.remove(n % KEYS);
      } else {
        totals.put(n % KEYS, n);
      }
    }
    assertThat(SinkJob.rows(spec))
        .isEqualTo(
            totals.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).sorted().toList());
  }

  @Test
  void aTableMayWantItItself() throws Exception {
    DeltaTableSpec wants = appends(Map.of("delta.autoOptimize.autoCompact", "true"));
    CompactionOptions byTable = new CompactionOptions(CompactionOptions.When.BY_TABLE, 10, -1);
    SinkJob job =
        new SinkJob(folder, wants, NUMBERS)
            .numbers(0, 200)
            .perCheckpoint(4)
            .checkpointEvery(INTERVAL)
            .compacting(byTable)
            .endless();
    JobClient client = job.start();
    SinkJob.await(
        client, () -> job.probe().emitted.get() >= 200 && operations(wants).contains("OPTIMIZE"));
    client.cancel().get();
    SinkJob.awaitEnd(client);

    DeltaTableSpec not =
        new DeltaTableSpec(
            "other",
            folder.resolve("other").toString(),
            "test/other",
            ExampleFiles.ROW_TYPE,
            List.of(),
            Map.of());
    new SinkJob(folder, not, NUMBERS).numbers(0, 200).perCheckpoint(4).compacting(byTable).run();
    assertThat(operations(not)).doesNotContain("OPTIMIZE");
  }
}
