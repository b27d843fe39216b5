package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.KernelTableReader;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestAppendSink {
  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("name", DataTypes.STRING()))
              .notNull()
              .getLogicalType();

  private static final NumberSource.Filler ROWS =
      (row, n) -> {
        row.setLong(0, n);
        row.setString(1, "name-" + n % 7);
      };

  @TempDir private Path folder;
  private DeltaTableSpec spec;

  @BeforeEach
  void describeTable() {
    spec =
        new DeltaTableSpec(
            "orders",
            folder.resolve("orders").toString(),
            "test/orders",
            TYPE,
            List.of(),
            Map.of());
  }

  private SinkJob job() {
    return new SinkJob(folder, spec, ROWS);
  }

  private static List<String> expected(long from, long to) {
    return LongStream.range(from, to).mapToObj(n -> n + "|name-" + n % 7).sorted().toList();
  }

  @Test
  void theLastRowsOfABoundedJobAreCommitted() throws Exception {
    SinkJob job = job().numbers(0, 10).checkpointEvery(Duration.ofMinutes(10));

    job.run();

    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 10));
    assertThat(job.probe().lastCommitted()).isNotNull();
    assertThat(job.probe().versions.get()).isEqualTo(Map.of("orders", 1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"row#1", "row#777", "prepared#2", "committed#2", "notified#3"})
  void everyRowIsThereOnceWhereverTheJobFails(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    SinkJob job =
        job()
            .numbers(0, 2_000)
            .perCheckpoint(400)
            .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])));

    job.run();

    assertThat(job.probe().faultsLeft()).isZero();
    assertThat(job.probe().runs).hasValue(2);
    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 2_000));
  }

  @Test
  void theChangesOfAbortedCheckpointsAreCommittedWithTheNextOne() throws Exception {
    SinkJob job =
        job()
            .numbers(0, 1_000)
            .perCheckpoint(200)
            .probe(new Probe().failAt("stored", 1).failAt("stored", 4).failAt("stored", 5));

    job.run();

    assertThat(job.probe().faultsLeft()).isZero();
    assertThat(job.probe().runs).hasValue(1);
    // An aborted checkpoint is told as well, in order, when a later one is complete.
    assertThat(job.probe().prepared.stream().map(Epoch::checkpointId).toList())
        .startsWith(job.probe().committed.stream().map(Epoch::checkpointId).toArray(Long[]::new));
    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 1_000));
  }

  /** Fault 10: a subtask stands still, and barriers wait behind the rows that it does not take. */
  @Test
  void checkpointsThatTimeOutUnderBackPressureCostNoRow() throws Exception {
    SinkJob job =
        job()
            .numbers(0, 2_000)
            .perCheckpoint(400)
            .checkpointTimeout(Duration.ofMillis(500))
            .probe(new Probe().waitAt("row", 500));
    JobClient client = job.start();
    SinkJob.await(client, job.probe()::isWaiting);
    long before = SinkJob.failedCheckpoints(client);
    SinkJob.await(client, () -> SinkJob.failedCheckpoints(client) >= before + 3);
    assertThat(SinkJob.rows(spec)).hasSizeLessThan(500);
    job.probe().goOn();
    client.getJobExecutionResult().get();

    assertThat(job.probe().runs).hasValue(1);
    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 2_000));
  }

  @Test
  void aRetainedCheckpointIsRestoredByAnotherJobWithoutLossOrDuplicates() throws Exception {
    SinkJob cancelled = job().numbers(0, 1_000).perCheckpoint(300).endless();
    JobClient client = cancelled.start();
    SinkJob.await(client, () -> cancelled.probe().committed.size() >= 2);
    client.cancel().get();
    SinkJob.awaitEnd(client);

    SinkJob second =
        job().numbers(0, 1_500).restoring(SinkJob.latestCheckpoint(folder, client.getJobID()));
    second.run();

    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 1_500));
    assertThat(second.probe().committed.get(0).run())
        .isEqualTo(cancelled.probe().committed.get(0).run());
  }

  /** Fault 11. */
  @Test
  void noRowIsLostOrThereTwiceWhenTheJobIsRescaled() throws Exception {
    String two = job().numbers(0, 500).perCheckpoint(200).runAndStop();
    String four =
        job()
            .parallelism(4)
            .numbers(0, 1_000)
            .perCheckpoint(200)
            .restoring(two)
            .emitting(500)
            .runAndStop();
    job().parallelism(1).numbers(0, 1_500).perCheckpoint(200).restoring(four).run();

    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 1_500));
  }

  @Test
  void aStartWithoutStateAddsAllItsRows() throws Exception {
    job().numbers(0, 300).perCheckpoint(100).run();
    job().numbers(300, 500).run();

    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 500));
  }

  @Test
  void anOlderSavepointIsRefusedAtOnce() throws Exception {
    String older = job().numbers(0, 100).runAndStop();
    job().numbers(0, 200).restoring(older).run();
    SinkJob behind = job().numbers(0, 200).restoring(older);

    assertFailure(behind::run, ErrorCode.STATE_BEHIND_TABLE);
    assertThat(behind.probe().runs).hasValue(0);
    assertThat(SinkJob.rows(spec)).isEqualTo(expected(0, 200));
  }

  @Test
  void aMissingValueEndsTheJobWithoutRestarts() {
    SinkJob job = job().numbers(0, 10).filler((row, n) -> row.setString(1, "no id"));

    assertFailure(job::run, ErrorCode.NOT_NULL_VIOLATED);
    assertThat(job.probe().runs).hasValueLessThan(2);
  }

  @Test
  void aChangeEndsTheJobBecauseThereIsNoKeyToFindItsRow() {
    SinkJob job =
        job()
            .numbers(0, 10)
            .filler(
                (row, n) -> {
                  ROWS.fill(row, n);
                  row.setRowKind(RowKind.DELETE);
                });

    assertFailure(job::run, ErrorCode.PRIMARY_KEY_MISSING);
  }

  @Test
  void aJobWithoutCheckpointsIsRefused() {
    assertFailure(job().numbers(0, 10).withoutCheckpoints()::run, ErrorCode.CONFIG_INVALID);
  }

  @Test
  void aCommitTellsItsCheckpointAndNothingIsCommittedForAnEmptyOne() throws Exception {
    SinkJob job = job().numbers(0, 20).endless();
    JobClient client = job.start();
    SinkJob.await(
        client,
        () -> job.probe().committed.size() > 3 && job.probe().versions.get().containsValue(1L));
    client.cancel().get();
    SinkJob.awaitEnd(client);

    assertThat(KernelTableReader.open(spec.path()).version()).isEqualTo(1);
    assertThat(SinkJob.committed(spec, 0))
        .containsEntry("sequence", "1")
        .containsEntry("epoch", job.probe().committed.get(0).run())
        .containsKey("checkpointId");
  }

  @Test
  void statisticsOfSixHundredColumnsPassTheStateAndTheLog() throws Exception {
    Field[] fields =
        IntStream.range(0, 600)
            .mapToObj(i -> DataTypes.FIELD("column_" + i, DataTypes.STRING()))
            .toArray(Field[]::new);
    RowType type = (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
    Map<String, String> allColumns = Map.of("delta.dataSkippingNumIndexedCols", "-1");
    spec = new DeltaTableSpec("wide", spec.path(), spec.sinkId(), type, List.of(), allColumns);
    NumberSource.Filler filler =
        (row, n) -> {
          for (int i = 0; i < 600; i++) {
            row.setString(i, "value of column " + i + " in row " + n + "-".repeat(50));
          }
        };

    new SinkJob(folder, spec, filler)
        .numbers(0, 30)
        .perCheckpoint(10)
        .probe(new Probe().failAt("committed", 2))
        .run();

    assertThat(SinkJob.rows(spec)).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void everyTypeIsReadBackByKernel() throws Exception {
    RowType type =
        (RowType)
            DataTypes.ROW(
                    DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
                    DataTypes.FIELD("tiny", DataTypes.TINYINT()),
                    DataTypes.FIELD("small", DataTypes.SMALLINT()),
                    DataTypes.FIELD("number", DataTypes.INT()),
                    DataTypes.FIELD("big", DataTypes.BIGINT()),
                    DataTypes.FIELD("single", DataTypes.FLOAT()),
                    DataTypes.FIELD("twice", DataTypes.DOUBLE()),
                    DataTypes.FIELD("fixed_text", DataTypes.CHAR(2)),
                    DataTypes.FIELD("text", DataTypes.STRING()),
                    DataTypes.FIELD("small_decimal", DataTypes.DECIMAL(7, 2)),
                    DataTypes.FIELD("decimal", DataTypes.DECIMAL(18, 3)),
                    DataTypes.FIELD("large_decimal", DataTypes.DECIMAL(38, 10)),
                    DataTypes.FIELD("day", DataTypes.DATE()),
                    DataTypes.FIELD("local_time", DataTypes.TIMESTAMP(9)),
                    DataTypes.FIELD("instant", DataTypes.TIMESTAMP_LTZ(3)))
                .notNull()
                .getLogicalType();
    NumberSource.Filler filler =
        (row, n) -> {
          if (n % 2 == 1) {
            return;
          }
          row.setBoolean(0, n % 4 == 0);
          row.setLong(1, -n);
          row.setLong(2, 300 + n);
          row.setLong(3, 70_000 + n);
          row.setLong(4, 5_000_000_000L + n);
          row.setFloat(5, n / 2f);
          row.setDouble(6, -n / 4.0);
          row.setString(7, "ab");
          row.setString(8, "größer " + n);
          row.setLong(9, -1234567 + n);
          row.setLong(10, 123456789012345678L + n);
          row.setObject(
              11,
              DecimalData.fromBigDecimal(
                  new BigDecimal("-1234567890.5").scaleByPowerOfTen(9), 38, 10));
          row.setLong(12, 20_000 + n);
          row.setTimestamp(13, 1_700_000_000_123L, 456_789);
          row.setTimestamp(14, 1_700_000_000_123L + n, 0);
        };
    spec = new DeltaTableSpec("types", spec.path(), spec.sinkId(), type, List.of(), Map.of());

    new SinkJob(folder, spec, filler).numbers(0, 2_002).parallelism(1).run();

    List<String> rows = SinkJob.rows(spec);
    assertThat(rows).hasSize(2_002);
    assertThat(rows).filteredOn(row -> row.startsWith("null|null|")).hasSize(1_001);
    assertThat(rows)
        .contains(
            "true|0|300|70000|5000000000|0.0|0.0|ab|größer 0|-12345.67|123456789012345.678"
                + "|-1234567890500000000.0000000000|2024-10-04|2023-11-14T22:13:20.123456"
                + "|2023-11-14T22:13:20.123Z");
  }

  private static void assertFailure(ThrowingCallable run, ErrorCode code) {
    assertThatThrownBy(run)
        .satisfies(
            failure -> {
              MillraceException known = MillraceException.in(failure);
              assertThat(known).as("%s", failure).isNotNull();
              assertThat(known.code()).isEqualTo(code);
            });
  }
}
