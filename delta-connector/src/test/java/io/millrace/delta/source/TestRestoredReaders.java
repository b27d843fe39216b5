package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.sink.SharedCluster;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault 30: a stream goes on from a retained checkpoint, and what it is to read next is not there
 * any more. It is told what is gone and what can be done, and the job fails; it does not try again
 * and again.
 */
@Timeout(120)
class TestRestoredReaders {
  private static final Duration A_WHILE = Duration.ofDays(10);

  @TempDir private Path folder;
  private SourceTable table;
  private DataFile first;

  private enum Mode {
    TAIL,
    CHANGELOG;

    DeltaSourceBuilder of(SourceTable table) {
      DeltaSourceBuilder source =
          DeltaSource.builder(table.path()).pollInterval(Duration.ofMillis(20));
      return this == TAIL
          ? source.tail(OnChange.FAIL).startingVersion(1)
          : source.changes(ChangeForm.CHANGELOG).startingVersion(1);
    }
  }

  @BeforeEach
  void oneVersionOfTenRows() throws Exception {
    table =
        new SourceTable(
            folder.resolve("t"),
            SourceTable.NUMBERS,
            Map.of(
                "delta.enableDeletionVectors", "true",
                "delta.checkpointInterval", "4",
                "delta.logRetentionDuration", "interval 1 days"));
    first = table.appendNumbers(0, 10);
  }

  private Configuration configuration() {
    var configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.resolve("checkpoints").toUri() + "");
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(5));
    return configuration;
  }

  private static Collected collect(TestStreamEnvironment environment, DeltaSource source) {
    return new Collected(
        environment.fromSource(source, WatermarkStrategy.noWatermarks(), "table"),
        SourceTable.NUMBERS);
  }

  private static TestStreamEnvironment environment(Configuration configuration) {
    return new TestStreamEnvironment(SharedCluster.get(), configuration, 2, List.of(), List.of());
  }

  /** A checkpoint of a job that has read version 1 and nothing else. */
  private String checkpointAfterVersionOne(Mode mode) throws Exception {
    TestStreamEnvironment environment = environment(configuration());
    Collected collected = collect(environment, mode.of(table).build());
    JobClient job = environment.executeAsync();
    collected.await(job, 10);
    // Two more: the first may have been begun before the rows came.
    long wanted = newest(job.getJobID()) + 2;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (newest(job.getJobID()) < wanted) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
      Thread.onSpinWait();
    }
    job.cancel().get();
    while (!job.getJobStatus().get().isGloballyTerminalState()) {
      assertThat(System.nanoTime()).as("time is up").isLessThan(deadline);
      Thread.onSpinWait();
    }
    return checkpoints(job.getJobID()).resolve("chk-" + newest(job.getJobID())).toUri().toString();
  }

  private Path checkpoints(JobID job) {
    return folder.resolve("checkpoints").resolve(job.toHexString());
  }

  /** Number of the newest checkpoint that is complete, 0 if none is. */
  private long newest(JobID job) throws IOException {
    if (!Files.exists(checkpoints(job))) {
      return 0;
    }
    try (Stream<Path> found = Files.list(checkpoints(job))) {
      return found
          .filter(path -> Files.exists(path.resolve("_metadata")))
          .mapToLong(path -> Long.parseLong(path.getFileName().toString().substring(4)))
          .max()
          .orElse(0);
    }
  }

  /** Runs until the job has failed for good. */
  private MillraceException failureOf(Mode mode, String checkpoint) throws Exception {
    Configuration configuration = configuration();
    configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
    TestStreamEnvironment environment = environment(configuration);
    Collected collected = collect(environment, mode.of(table).build());
    JobClient job = environment.executeAsync();
    Throwable[] failure = new Throwable[1];
    assertThatThrownBy(() -> job.getJobExecutionResult().get(60, TimeUnit.SECONDS))
        .satisfies(thrown -> failure[0] = thrown)
        .hasStackTraceContaining("The failure is not recoverable");
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.FAILED);
    assertThat(collected.rows()).as("rows before the failure").isEmpty();
    return MillraceException.in(failure[0]);
  }

  @ParameterizedTest
  @EnumSource
  void aVersionThatTheLogHasForgottenEndsTheJobNamingTheFirstOneLeft(Mode mode) throws Exception {
    String checkpoint = checkpointAfterVersionOne(mode);
    for (long version = 2; version <= 9; version++) {
      table.appendNumbers(10 * version, 10 * version + 10);
    }
    ageTheLog();
    for (long version = 10; version <= 12; version++) {
      table.appendNumbers(10 * version, 10 * version + 10);
    }
    assertThat(folder.resolve("t/_delta_log/%020d.json".formatted(7))).doesNotExist();
    assertThat(folder.resolve("t/_delta_log/%020d.json".formatted(8))).exists();

    MillraceException told = failureOf(mode, checkpoint);

    assertThat(told.code()).isEqualTo(ErrorCode.SOURCE_GAP);
    assertThat(told)
        .hasMessageContaining(
            "version 2 of table %s is to be read next and is gone: the first version left in its"
                    .formatted(table.path())
                + " log is 8");
    assertThat(told.remedy())
        .contains("start the reader anew, without its state: from version 8 ('starting-version')")
        .contains("or without a start, which reads all rows of the latest version")
        .contains("delta.logRetentionDuration");
    // Both of what it says can be done.
    DeltaSourceBuilder source = DeltaSource.builder(table.path());
    assertThat(
            SourceTable.rows(
                source.changesUntilNow(ChangeForm.CHANGELOG).startingVersion(8).build(),
                SourceTable.NUMBERS))
        .isEqualTo(numbers(80, 130));
    assertThat(
            SourceTable.rows(
                DeltaSource.builder(table.path()).changesUntilNow(ChangeForm.CHANGELOG).build(),
                SourceTable.NUMBERS))
        .hasSize(120);
  }

  private static List<String> numbers(long from, long to) {
    return LongStream.range(from, to).mapToObj(n -> "[%d, n%d]".formatted(n, n)).sorted().toList();
  }

  private void ageTheLog() throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(A_WHILE));
    try (Stream<Path> files = Files.list(folder.resolve("t/_delta_log"))) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDataFileThatVacuumHasDeletedEndsTheJobNamingItAndItsVersion(Mode mode) throws Exception {
    String checkpoint = checkpointAfterVersionOne(mode);
    DataFile second = table.appendNumbers(10, 20);
    DataFile third = table.appendNumbers(20, 30);
    try (MaintainedTable maintained = MaintainedTable.open(table.path())) {
      Optimize.run(maintained, OptimizeOptions.DEFAULT, (step, done, of) -> {});
    }
    vacuumAfterAWhile();
    assertThat(folder.resolve("t").resolve(second.path())).doesNotExist();

    MillraceException told = failureOf(mode, checkpoint);

    assertThat(told.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
    // Two files are missing, and two readers look for them.
    boolean ofSecond = told.getMessage().contains(second.path());
    assertThat(told)
        .hasMessageContaining(
            "data file %s of table %s (added by version %3$d, read for version %3$d) is not there:"
                    .formatted(
                        ofSecond ? second.path() : third.path(), table.path(), ofSecond ? 2 : 3)
                + " it was deleted, perhaps by VACUUM");
    assertThat(told.remedy())
        .contains("a reader that fell behind starts anew, without its state: from a later version")
        .contains("let VACUUM keep files for longer than readers are behind");
    assertThat(SourceTable.rows(DeltaSource.builder(table.path()).build(), SourceTable.NUMBERS))
        .isEqualTo(numbers(0, 30));
  }

  @ParameterizedTest
  @EnumSource(names = "CHANGELOG")
  void aDeletionVectorThatVacuumHasDeletedEndsTheJobNamingItsFile(Mode mode) throws Exception {
    String checkpoint = checkpointAfterVersionOne(mode);
    table.delete(first, 3);
    table.delete(first, 5);
    vacuumAfterAWhile();

    MillraceException told = failureOf(mode, checkpoint);

    assertThat(told.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
    assertThat(told)
        .hasMessageContaining(
            "the deletion vector of %s in table %s is not there: it was deleted, perhaps by VACUUM"
                .formatted(first.path(), table.path()));
    assertThat(told.remedy()).contains("a reader that fell behind starts anew");
  }

  private void vacuumAfterAWhile() {
    try (MaintainedTable maintained =
        MaintainedTable.open(
            table.path(),
            CommitStores.forTable(table.path()),
            Clock.offset(Clock.systemUTC(), A_WHILE))) {
      assertThat(
              Vacuum.run(maintained, VacuumOptions.DEFAULT, (step, done, of) -> {}).deletedFiles())
          .isPositive();
    }
  }
}
