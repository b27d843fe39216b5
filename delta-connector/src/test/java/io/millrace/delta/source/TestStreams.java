package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import io.millrace.delta.sink.SharedCluster;
import io.millrace.delta.sink.SupersededRows;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import io.millrace.delta.vector.RandomRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestStreams {
  private static final RowType NUMBERS = SourceTable.NUMBERS;

  @TempDir private Path folder;
  private SourceTable table;

  @BeforeEach
  void create() {
    table = new SourceTable(folder, NUMBERS, Map.of("delta.enableDeletionVectors", "true"));
  }

  private DeltaSourceBuilder source() {
    return DeltaSource.builder(table.path()).pollInterval(Duration.ofMillis(20));
  }

  private static List<String> texts(long from, long to) {
    return LongStream.range(from, to).mapToObj(n -> "[%d, n%d]".formatted(n, n)).toList();
  }

  private static TestStreamEnvironment environment() {
    var configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(5));
    return new TestStreamEnvironment(SharedCluster.get(), configuration, 2, List.of(), List.of());
  }

  @Test
  void aTailShowsTheRowsThatAreThereAndThenWhatIsAppended() throws Exception {
    table.appendNumbers(0, 10);
    TestStreamEnvironment environment = environment();
    Collected collected = collect(environment, source().tail(OnChange.FAIL));
    JobClient job = environment.executeAsync();
    collected.await(job, 10);
    table.appendNumbers(10, 15);
    collected.await(job, 15);
    table.appendNumbers(15, 16);
    collected.await(job, 16);
    job.cancel().get();

    assertThat(collected.rows())
        .containsExactlyInAnyOrderElementsOf(texts(0, 16).stream().map(row -> "+I" + row).toList());
  }

  private static Collected collect(TestStreamEnvironment environment, DeltaSourceBuilder source) {
    return new Collected(
        environment.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "table"), NUMBERS);
  }

  /** How often jobs of this class are still to fail; tests run one after the other. */
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @Test
  void aFailingJobReadsEveryRowExactlyOnce() throws Exception {
    table.appendNumbers(0, 30_000);
    FAILURES.set(3);
    Path copy = folder.resolve("copy");
    var spec = new DeltaTableSpec("copy", copy.toString(), "s", NUMBERS, List.of(), Map.of());
    TestStreamEnvironment environment = environment();
    DataStream<RowData> rows =
        environment
            .fromSource(
                source().splitBytes(20_000).tail(OnChange.FAIL).build(),
                WatermarkStrategy.noWatermarks(),
                "table")
            .map(
                row -> {
                  if (row.getLong(0) % 9_973 == 5_000 && FAILURES.getAndDecrement() > 0) {
                    throw new IllegalStateException("as the test wants it");
                  }
                  return row;
                })
            .returns(InternalTypeInfo.of(NUMBERS));
    DeltaSink.commit(
        List.of(DeltaSink.append(rows, spec, "write")), List.of(spec), Silent.INSTANCE, "commit");
    JobClient job = environment.executeAsync();
    for (int part = 0; part < 3; part++) {
      long end = 30_000 + 1000L * part;
      awaitRows(job, copy, end);
      table.appendNumbers(end, end + 1000);
    }
    awaitRows(job, copy, 33_000);
    job.cancel().get();

    assertThat(FAILURES.get()).isLessThanOrEqualTo(0);
    assertThat(SourceTable.rows(DeltaSource.builder(copy.toString()).build(), NUMBERS))
        .isEqualTo(texts(0, 33_000).stream().sorted().toList());
  }

  private static void awaitRows(JobClient job, Path copy, long count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (rowsOf(copy) < count) {
      if (job.getJobStatus().get().isGloballyTerminalState()) {
        job.getJobExecutionResult().get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(rowsOf(copy) + " rows came");
      }
      Thread.sleep(5);
    }
  }

  private static long rowsOf(Path copy) {
    if (!Files.exists(copy.resolve("_delta_log/%020d.json".formatted(0)))) {
      return 0;
    }
    long[] rows = {0};
    TableSnapshot.latest(copy.toString()).forEachFile(f -> rows[0] += f.records().orElse(0));
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

  @Test
  void aCommitThatChangesRowsFailsTheTailNamingVersionAndOption() throws Exception {
    DataFile file = table.appendNumbers(0, 10);
    table.delete(file, 3);
    table.commit(
        List.of(table.writeNumbers(100, 101)),
        List.of(new SupersededRows(file.path(), new long[] {4})));

    assertThatThrownBy(() -> planned(OnChange.FAIL, 2))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GAP))
        .hasMessageContaining("version 2 of table")
        .hasMessageContaining("updates rows, which a stream of appended rows cannot tell")
        .hasMessageContaining("set 'skip-change-commits' or 'ignore-changes' to 'true'");
    assertThat(planned(OnChange.SKIP_COMMIT, 3)).isEmpty();
    assertThat(planned(OnChange.IGNORE_CHANGES, 3)).hasSize(2);
    assertThatThrownBy(() -> planned(OnChange.IGNORE_DELETES, 3))
        .hasMessageContaining("version 3 of table");
    assertThat(planned(OnChange.FAIL, 1)).hasSize(1);
  }

  private List<DeltaSplit> planned(OnChange onChange, long version) {
    LoggedCommit commit = new LogTail(table.path()).read(version).orElseThrow();
    return new SplitPlanner(source().tail(onChange).build().spec()).changesOf(commit);
  }

  @Test
  void aFailureOfTheTableFailsTheJob() throws Exception {
    DataFile file = table.appendNumbers(0, 10);
    table.delete(file, 3);
    TestStreamEnvironment environment = environment();
    Collected collected = collect(environment, source().tail(OnChange.FAIL).startingVersion(1));

    assertThatThrownBy(environment::execute)
        .hasStackTraceContaining("SOURCE_GAP")
        .hasStackTraceContaining("version 2 of table");
    // Restarting would not help, and is not tried.
    assertThat(collected.rows()).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void aLogThatWasCleanedUnderTheReaderIsSaidSo() throws Exception {
    for (int i = 0; i < 5; i++) {
      table.appendNumbers(i, i + 1);
    }
    var tail = new LogTail(table.path());
    assertThat(tail.read(5)).isPresent();
    assertThat(tail.read(6)).isEmpty();
    for (int version = 0; version < 4; version++) {
      Files.delete(folder.resolve("_delta_log/%020d.json".formatted(version)));
    }

    assertThatThrownBy(() -> tail.read(2))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GAP))
        .hasMessageContaining("version 2 of table")
        .hasMessageContaining("is gone: the first version left in its log is 4");
  }

  /** Fault 23: logs are cleaned from their beginning, so that this is no clean-up. */
  @Test
  void anEntryThatIsMissingInTheMiddleIsNamed() throws Exception {
    for (int i = 0; i < 5; i++) {
      table.appendNumbers(i, i + 1);
    }
    Files.delete(folder.resolve("_delta_log/%020d.json".formatted(3)));
    var tail = new LogTail(table.path());
    assertThat(tail.read(2)).isPresent();

    assertThatThrownBy(() -> tail.read(3))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("table %s is damaged".formatted(table.path()))
        .hasMessageContaining("log entry 00000000000000000003.json (version 3) is missing from");
    assertThatThrownBy(() -> Scan.rows(DeltaSource.builder(table.path())))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("log entry 00000000000000000003.json (version 3) is missing from");
  }

  @Test
  void aChangedColumnStopsTheReaderAndAnAddedOneDoesNot() throws Exception {
    table.appendNumbers(0, 1);
    SourceSpec spec = source().tail(OnChange.FAIL).build().spec();
    var other = new ForeignWriter(folder);
    other.replaceSchema(
        RowType.of(
            new LogicalType[] {
              RandomRows.type("BIGINT"), RandomRows.type("STRING"), RandomRows.type("INT")
            },
            new String[] {"id", "name", "more"}));
    other.replaceSchema(
        RowType.of(new LogicalType[] {RandomRows.type("STRING")}, new String[] {"id"}));
    var planner = new SplitPlanner(spec);
    var log = new LogTail(table.path());

    assertThat(planner.changesOf(log.read(2).orElseThrow())).isEmpty();
    assertThatThrownBy(() -> planner.changesOf(log.read(3).orElseThrow()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEMA_CHANGED))
        .hasMessageContaining("version 3 of table")
        .hasMessageContaining("column id is STRING now, BIGINT is read; column name is gone");
  }

  @Test
  void changesOfFilesAndDeletionVectorsComeInOrder() throws Exception {
    DataFile file = table.appendNumbers(0, 4);
    table.delete(file, 1);
    table.commit(
        List.of(table.writeNumbers(100, 102)),
        List.of(new SupersededRows(file.path(), new long[] {0, 3})));
    table.delete(file, 2);

    assertThat(
            SourceTable.changes(
                source().changesUntilNow(ChangeForm.CHANGELOG).startingVersion(0).build(),
                NUMBERS,
                2))
        .containsExactly(
            "+I[0, n0]",
            "+I[1, n1]",
            "+I[2, n2]",
            "+I[3, n3]",
            "-D[1, n1]",
            "-D[0, n0]",
            "-D[3, n3]",
            "+I[100, n100]",
            "+I[101, n101]",
            "-D[2, n2]");
    assertThat(
            SourceTable.changes(
                source()
                    .changesUntilNow(ChangeForm.CHANGELOG)
                    .startingVersion(2)
                    .endingVersion(2)
                    .build(),
                NUMBERS,
                2))
        .containsExactly("-D[1, n1]");
    // All rows of the latest version, if it is not said where to start.
    assertThat(
            SourceTable.changes(source().changesUntilNow(ChangeForm.CHANGELOG).build(), NUMBERS, 2))
        .containsExactly("+I[100, n100]", "+I[101, n101]");
  }

  /** A commit with a change data feed, as other writers make it. */
  private void commitWithFeed(long version, String feedFile) throws Exception {
    DataFile other = table.writeNumbers(500, 501);
    String entry =
        """
        {"commitInfo":{"timestamp":1,"operation":"MERGE"}}
        {"add":{"path":"%s","partitionValues":{},"size":%d,"modificationTime":1,"dataChange":true}}
        {"cdc":{"path":"%s","partitionValues":{},"size":%d,"dataChange":false}}
        """
            .formatted(
                other.path(), other.sizeBytes(), feedFile, Files.size(folder.resolve(feedFile)));
    Files.writeString(folder.resolve("_delta_log/%020d.json".formatted(version)), entry);
  }

  @Test
  void aChangeDataFeedIsReadInsteadOfTheFilesWhereThereIsOne() throws Exception {
    table.appendNumbers(0, 2);
    RowType feed = (RowType) RandomRows.type("ROW<id BIGINT, name STRING, `_change_type` STRING>");
    List<RowData> changes = new ArrayList<>();
    String[][] told = {
      {"1", "update_preimage"}, {"1", "update_postimage"}, {"7", "insert"}, {"0", "delete"}
    };
    for (String[] change : told) {
      changes.add(
          GenericRowData.of(
              Long.parseLong(change[0]),
              StringData.fromString("n" + change[0]),
              StringData.fromString(change[1])));
    }
    DataFile written = new SourceTable(folder.resolve("_change_data"), feed).write(changes);
    commitWithFeed(2, "_change_data/" + written.path());

    assertThat(
            SourceTable.changes(
                source().changesUntilNow(ChangeForm.CHANGELOG).startingVersion(2).build(),
                NUMBERS,
                2))
        .containsExactly("-U[1, n1]", "-D[0, n0]", "+U[1, n1]", "+I[7, n7]");
    RowType type = (RowType) RandomRows.type("ROW<what STRING, id BIGINT, v BIGINT>");
    assertThat(
            SourceTable.changes(
                source()
                    .changesUntilNow(ChangeForm.ROWS)
                    .startingVersion(1)
                    .metadata("what", MetadataColumn.CHANGE_TYPE)
                    .column("id", type.getTypeAt(1))
                    .metadata("v", MetadataColumn.COMMIT_VERSION)
                    .build(),
                type,
                1))
        .containsExactly(
            "+I[insert, 0, 1]",
            "+I[insert, 1, 1]",
            "+I[update_preimage, 1, 2]",
            "+I[update_postimage, 1, 2]",
            "+I[insert, 7, 2]",
            "+I[delete, 0, 2]");
  }

  @Test
  void aVersionThatOnlyMovesRowsIsPassedOver() throws Exception {
    DataFile file = table.appendNumbers(0, 2);
    DataFile merged = table.writeNumbers(0, 2);
    Files.writeString(
        folder.resolve("_delta_log/%020d.json".formatted(2)),
        """
        {"commitInfo":{"timestamp":1,"operation":"OPTIMIZE"}}
        {"remove":{"path":"%s","dataChange":false}}
        {"add":{"path":"%s","partitionValues":{},"size":%d,"modificationTime":1,"dataChange":false}}
        """
            .formatted(file.path(), merged.path(), merged.sizeBytes()));

    assertThat(planned(OnChange.FAIL, 2)).isEmpty();
    assertThat(
            SourceTable.changes(
                source().changesUntilNow(ChangeForm.CHANGELOG).startingVersion(2).build(),
                NUMBERS,
                1))
        .isEmpty();
    assertThat(SourceTable.rows(source().build(), NUMBERS)).isEqualTo(texts(0, 2));
  }

  @Test
  void changesAsRowsSayWhatHappenedAndWhen() throws Exception {
    DataFile file = table.appendNumbers(0, 2);
    table.delete(file, 0);
    RowType type =
        (RowType)
            RandomRows.type(
                "ROW<id BIGINT, `what` STRING, `version` BIGINT, `when` TIMESTAMP_LTZ(3)>");
    Files.setLastModifiedTime(
        folder.resolve("_delta_log/%020d.json".formatted(2)),
        java.nio.file.attribute.FileTime.fromMillis(1_700_000_000_000L));

    assertThat(
            SourceTable.changes(
                source()
                    .changesUntilNow(ChangeForm.ROWS)
                    .startingVersion(2)
                    .column("id", type.getTypeAt(0))
                    .metadata("what", MetadataColumn.CHANGE_TYPE)
                    .metadata("version", MetadataColumn.COMMIT_VERSION)
                    .metadata("when", MetadataColumn.COMMIT_TIMESTAMP)
                    .build(),
                type,
                1))
        .containsExactly("+I[0, delete, 2, 2023-11-14T22:13:20]");
  }
}
