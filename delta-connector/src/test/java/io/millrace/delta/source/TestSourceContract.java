package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import io.millrace.delta.sink.SharedCluster;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import io.millrace.delta.vector.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every way of reading a table owes: exactly the rows, each once, whatever fails in between
 * and however many readers go on from a savepoint. What a job has read is in a table of its own,
 * which its sink commits exactly once.
 */
@Timeout(120)
class TestSourceContract {
  private static final RowType COPY = (RowType) RandomRows.type("ROW<what STRING, id BIGINT>");
  private static final long PER_FILE = 4_000;

  /** How often jobs of this class are still to fail; tests run one after the other. */
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @TempDir private Path folder;
  private SourceTable table;
  private final List<DataFile> files = new ArrayList<>();
  private final List<String> appended = new ArrayList<>();
  private final List<String> deleted = new ArrayList<>();

  private enum Mode {
    SNAPSHOT,
    TAIL,
    CHANGELOG,
    CHANGE_ROWS;

    DeltaSourceBuilder of(DeltaSourceBuilder source) {
      return switch (this) {
        case SNAPSHOT -> source;
        case TAIL -> source.tail(OnChange.SKIP_COMMIT).startingVersion(1);
        case CHANGELOG -> source.changes(ChangeForm.CHANGELOG).startingVersion(1);
        case CHANGE_ROWS ->
            source
                .changes(ChangeForm.ROWS)
                .startingVersion(1)
                .column("id", SourceTable.NUMBERS.getTypeAt(0))
                .metadata("what", MetadataColumn.CHANGE_TYPE);
      };
    }

    RowData copy(RowData row) {
      String what =
          this == CHANGE_ROWS ? row.getString(1).toString() : row.getRowKind().shortString();
      String inserted = this == CHANGE_ROWS ? "insert" : "+I";
      return GenericRowData.of(
          StringData.fromString(what.equals(inserted) ? "came" : "went"), row.getLong(0));
    }
  }

  @BeforeEach
  void create() throws Exception {
    table =
        new SourceTable(
            folder.resolve("t"),
            SourceTable.NUMBERS,
            Map.of("delta.enableDeletionVectors", "true"));
    append();
    append();
  }

  private void append() throws Exception {
    long from = appended.size();
    files.add(table.appendNumbers(from, from + PER_FILE));
    for (long n = from; n < from + PER_FILE; n++) {
      appended.add("[came, %d]".formatted(n));
    }
  }

  private void delete(int file, int... positions) {
    for (int position : positions) {
      table.delete(files.get(file), position);
      deleted.add("[went, %d]".formatted(file * PER_FILE + position));
    }
  }

  private List<String> expected(Mode mode) {
    List<String> rows = new ArrayList<>(appended);
    if (mode == Mode.SNAPSHOT) {
      deleted.forEach(row -> rows.remove(row.replace("went", "came")));
    } else if (mode != Mode.TAIL) {
      rows.addAll(deleted);
    }
    rows.sort(null);
    return rows;
  }

  private Path copy() {
    return folder.resolve("copy");
  }

  private JobClient start(Mode mode, int parallelism, String savepoint) throws Exception {
    var configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(5));
    if (!savepoint.isEmpty()) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    var environment =
        new TestStreamEnvironment(
            SharedCluster.get(), configuration, parallelism, List.of(), List.of());
    var spec = new DeltaTableSpec("copy", copy().toString(), "s", COPY, List.of(), Map.of());
    DeltaSource source =
        mode.of(
                DeltaSource.builder(table.path())
                    .pollInterval(Duration.ofMillis(20))
                    .splitBytes(2_000))
            .build();
    DataStream<RowData> rows =
        environment
            .fromSource(source, WatermarkStrategy.noWatermarks(), "table")
            .uid("table")
            .map(
                row -> {
                  if (row.getLong(0) % 3_001 == 2_000 && FAILURES.getAndDecrement() > 0) {
                    throw new IllegalStateException("as the test wants it");
                  }
                  return mode.copy(row);
                })
            .uid("map")
            .returns(InternalTypeInfo.of(COPY));
    DeltaSink.commit(
        List.of(DeltaSink.append(rows, spec, "write")), List.of(spec), Silent.INSTANCE, "commit");
    return environment.executeAsync();
  }

  @ParameterizedTest
  @EnumSource
  void aJobThatFailsHalfwayReadsEveryRowOnce(Mode mode) throws Exception {
    delete(0, 17, 3_000);
    FAILURES.set(3);
    JobClient job = start(mode, 2, "");
    if (mode == Mode.SNAPSHOT) {
      job.getJobExecutionResult().get();
    } else {
      append();
      delete(2, 5);
      await(job, expected(mode).size());
      job.cancel().get();
    }

    assertThat(FAILURES.get()).isLessThanOrEqualTo(0);
    assertThat(copied()).isEqualTo(expected(mode));
  }

  @ParameterizedTest
  @EnumSource(names = "SNAPSHOT", mode = EnumSource.Mode.EXCLUDE)
  void moreReadersAndFewerGoOnFromASavepoint(Mode mode) throws Exception {
    FAILURES.set(0);
    String savepoint = "";
    for (int parallelism : new int[] {2, 4, 1}) {
      long before = savepoint.isEmpty() ? 0 : expected(mode).size();
      JobClient job = start(mode, parallelism, savepoint);
      append();
      // In the middle of it, and not before all tasks run.
      await(job, before + 1);
      delete(files.size() - 1, parallelism);
      savepoint = stopWithSavepoint(job);
    }
    JobClient job = start(mode, 2, savepoint);
    await(job, expected(mode).size());
    job.cancel().get();

    assertThat(copied()).isEqualTo(expected(mode));
  }

  /**
   * Flink fails a job that is being stopped when a split is on its way to a reader that has just
   * ended, and says so with the savepoint's path: going on from it is right also then.
   */
  private String stopWithSavepoint(JobClient job) throws Exception {
    try {
      return job.stopWithSavepoint(
              false, folder.resolve("savepoints").toUri().toString(), SavepointFormatType.CANONICAL)
          .get();
    } catch (ExecutionException e) {
      return ExceptionUtils.findThrowable(e, StopWithSavepointStoppingException.class)
          .orElseThrow(() -> e)
          .getSavepointPath();
    }
  }

  private List<String> copied() throws Exception {
    return Scan.rows(DeltaSource.builder(copy().toString()));
  }

  private void await(JobClient job, long count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (rowsOfCopy() < count) {
      if (job.getJobStatus().get().isGloballyTerminalState()) {
        job.getJobExecutionResult().get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("%d of %d rows came".formatted(rowsOfCopy(), count));
      }
      Thread.sleep(5);
    }
  }

  private long rowsOfCopy() {
    if (!Files.exists(copy().resolve("_delta_log/%020d.json".formatted(0)))) {
      return 0;
    }
    long[] rows = {0};
    TableSnapshot.latest(copy().toString())
        .forEachFile(file -> rows[0] += file.records().orElse(0));
    return rows[0];
  }

  private enum Silent implements EpochListener {
    INSTANCE;

    @Override
    public void open() {}

    @Override
    public void prepared(Epoch epoch) {}

    @Override
    public void committed(Epoch epoch, Map<String, Long> versions) {}
  }
}
