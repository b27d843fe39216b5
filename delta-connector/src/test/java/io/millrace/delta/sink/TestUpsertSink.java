package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.row.FlatRow;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestUpsertSink {
  private static final long KEYS = 97;

  private static final RowType TOTALS =
      type(
          DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("total", DataTypes.BIGINT()));

  /** Number n sets the total of customer n mod 97 to n; every 13th deletes instead. */
  private static final NumberSource.Filler CHANGES =
      (row, n) -> {
        row.setLong(0, n % KEYS);
        row.setLong(1, n);
        row.setRowKind(
            n % 13 == 5
                ? RowKind.DELETE
                : n % 13 == 6 ? RowKind.UPDATE_BEFORE : RowKind.UPDATE_AFTER);
      };

  @TempDir private Path folder;

  private static List<String> totals(long end) {
    Map<Long, Long> totals = new TreeMap<>();
    for (long n = 0; n < end; n++) {
      if (n % 13 == 5) {
        totals.remove(n % KEYS);
      } else if (n % 13 != 6) {
        totals.put(n % KEYS, n);
      }
    }
    return totals.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).sorted().toList();
  }

  private DeltaTableSpec spec(RowType type, String... key) {
    return new DeltaTableSpec(
        "totals", folder.resolve("totals").toString(), "test/totals", type, List.of(key), Map.of());
  }

  private SinkJob totalsJob() {
    return new SinkJob(folder, spec(TOTALS, "customer"), CHANGES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none#1", "row#1200", "prepared#3", "committed#2", "stored#2"})
  void eachKeyHasItsLastRowWhereverTheJobFails(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    SinkJob job =
        totalsJob()
            .numbers(0, 2_000)
            .perCheckpoint(300)
            .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])));

    job.run();

    assertThat(job.probe().faultsLeft()).isEqualTo(place[0].equals("none") ? 1 : 0);
    assertThat(SinkJob.rows(spec(TOTALS, "customer"))).isEqualTo(totals(2_000));
  }

  /** Fault 11: 2, 4, 1. */
  @Test
  void theIndexMovesWithTheKeysWhenTheJobIsRescaled() throws Exception {
    String first = totalsJob().numbers(0, 700).perCheckpoint(250).runAndStop();
    String second =
        totalsJob()
            .parallelism(4)
            .numbers(0, 1_400)
            .perCheckpoint(250)
            .restoring(first)
            .emitting(700)
            .runAndStop();
    totalsJob().parallelism(1).numbers(0, 2_000).perCheckpoint(250).restoring(second).run();

    assertThat(SinkJob.rows(spec(TOTALS, "customer"))).isEqualTo(totals(2_000));
  }

  @Test
  void rowsThatAreAlreadyPartitionedByTheirKeyAreNotShuffledAgain() throws Exception {
    String savepoint = totalsJob().partitioned().numbers(0, 700).perCheckpoint(250).runAndStop();
    totalsJob().partitioned().parallelism(3).numbers(0, 1_500).restoring(savepoint).run();

    assertThat(SinkJob.rows(spec(TOTALS, "customer"))).isEqualTo(totals(1_500));
  }

  /** Fault 16, with a stream that upserts. */
  @ParameterizedTest
  @ValueSource(strings = {"none#1", "row#1100", "committed#3"})
  void whoPacksFilesMeanwhileDoesNotDisturb(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    DeltaTableSpec spec = spec(TOTALS, "customer");
    AtomicInteger calls = new AtomicInteger();
    Probe probe = new Probe().failAt(place[0], Integer.parseInt(place[1]));
    // Between a checkpoint and its commit, and after commits; and from another thread at any time.
    probe.beside(
        () -> {
          if (calls.incrementAndGet() % 3 == 0) {
            pack(spec);
          }
        });
    JobClient client = totalsJob().numbers(0, 2_000).perCheckpoint(150).probe(probe).start();
    while (!client.getJobStatus().get().isGloballyTerminalState()) {
      if (Files.exists(Path.of(spec.path(), "_delta_log", "%020d.json".formatted(0)))) {
        pack(spec);
      }
    }
    client.getJobExecutionResult().get();

    List<String> operations =
        KernelTableReader.history(spec.path(), 1_000).stream().map(CommitEntry::operation).toList();
    assertThat(operations.stream().filter("OPTIMIZE"::equals))
        .as("the stream went on beside rewrites: %s", operations)
        .hasSizeGreaterThan(5);
    assertThat(SinkJob.rows(spec)).isEqualTo(totals(2_000));
  }

  @Test
  void aRestoredIndexForgetsFilesThatWereRewritten() throws Exception {
    DeltaTableSpec spec = spec(TOTALS, "customer");
    String savepoint = totalsJob().numbers(0, 900).perCheckpoint(250).runAndStop();
    assertThat(pack(spec)).isEqualTo(1);
    try (MaintainedTable table = MaintainedTable.open(spec.path())) {
      VacuumOptions all = new VacuumOptions(Optional.of(Duration.ZERO), true, false);
      assertThat(Vacuum.run(table, all, Progress.SILENT).deletedFiles()).isPositive();
    }
    totalsJob().parallelism(3).numbers(0, 2_000).perCheckpoint(250).restoring(savepoint).run();

    assertThat(SinkJob.rows(spec)).isEqualTo(totals(2_000));
  }

  /** Commits that a rewrite of all small files made. */
  private static long pack(DeltaTableSpec spec) {
    try (MaintainedTable table = MaintainedTable.open(spec.path())) {
      return Optimize.run(
              table,
              new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false),
              Progress.SILENT)
          .commits();
    }
  }

  @Test
  void aStartWithoutStateReadsTheIndexFromTheTable() throws Exception {
    totalsJob().numbers(0, 900).perCheckpoint(200).run();
    totalsJob().numbers(900, 2_000).perCheckpoint(400).run();

    assertThat(SinkJob.rows(spec(TOTALS, "customer"))).isEqualTo(totals(2_000));
  }

  @Test
  void rowsThatAnotherWriterMadeAreReplaced() throws Exception {
    var spec = spec(ExampleFiles.ROW_TYPE, "id");
    Path table = folder.resolve("totals");
    try (TableCommitter other = TableCommitter.open(spec)) {
      other.commit(
          new TableCommittable(
              "totals",
              "other",
              1,
              1,
              List.of(
                  ExampleFiles.write(table, "part-00000-a b.c000.parquet", 1, 2, 3),
                  ExampleFiles.write(table, "part-00001.parquet", 4, 5)),
              List.of(),
              Map.of()));
    }

    // The state names files that it could not name by number: it is taken and restored.
    SinkJob first = new SinkJob(folder, spec, TestUpsertSink::named).numbers(2, 4).perCheckpoint(1);
    String savepoint = first.runAndStop();
    new SinkJob(folder, spec, TestUpsertSink::named)
        .numbers(2, 6)
        .parallelism(1)
        .restoring(savepoint)
        .run();

    assertThat(SinkJob.rows(spec))
        .containsExactly("1|part-00000-a b.c000.parquet-1", "2|new", "3|new", "4|new", "5|new");
  }

  private static void named(FlatRow row, long n) {
    row.setLong(0, n);
    row.setString(1, "new");
  }

  @Test
  void keysOfTwoColumnsTextTimeAndDecimalFindTheirRows() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("region", DataTypes.STRING().notNull()),
            DataTypes.FIELD("minute", DataTypes.TIMESTAMP_LTZ(3).notNull()),
            DataTypes.FIELD("price", DataTypes.DECIMAL(25, 2).notNull()),
            DataTypes.FIELD("day", DataTypes.DATE().notNull()),
            DataTypes.FIELD("orders", DataTypes.BIGINT()));
    DeltaTableSpec spec = spec(type, "region", "minute", "price", "day");
    NumberSource.Filler filler =
        (row, n) -> {
          long key = n % 50;
          row.setString(0, "région-" + key % 5);
          row.setTimestamp(1, 1_700_000_000_000L + key * 60_000, 0);
          row.setObject(2, DecimalData.fromBigDecimal(BigDecimal.valueOf(key % 3, 2), 25, 2));
          row.setLong(3, 20_000 + key % 2);
          row.setLong(4, n);
        };

    new SinkJob(folder, spec, filler).numbers(0, 200).perCheckpoint(60).run();
    // Once more without state: what was written and what is read back are the same keys.
    new SinkJob(folder, spec, filler).numbers(200, 400).perCheckpoint(90).run();

    assertThat(SinkJob.rows(spec))
        .hasSize(50)
        .allSatisfy(row -> assertThat(row).matches(".*\\|3[5-9]\\d$"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TIMESTAMP(3)", "TIMESTAMP(6)", "STRING", "DECIMAL(10, 2)", "DOUBLE"})
  void aKeyOfOneColumnFindsItsRowAlsoAfterAStartWithoutState(String keyType) throws Exception {
    var sqlType =
        LogicalTypeParser.parse(keyType + " NOT NULL", TestUpsertSink.class.getClassLoader());
    RowType type =
        RowType.of(false, new LogicalType[] {sqlType, new BigIntType()}, new String[] {"k", "v"});
    DeltaTableSpec spec = spec(type, "k");
    NumberSource.Filler filler =
        (row, n) -> {
          long key = n % 20;
          switch (sqlType.getTypeRoot()) {
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                row.setTimestamp(0, -5_000_000L + key * 999, keyType.contains("6") ? 7_000 : 0);
            case VARCHAR -> row.setString(0, "k" + key);
            case DOUBLE -> row.setDouble(0, key == 3 ? Double.NaN : key / 8.0);
            default -> row.setLong(0, key - 10);
          }
          row.setLong(1, n);
        };

    new SinkJob(folder, spec, filler).numbers(0, 50).perCheckpoint(30).run();
    new SinkJob(folder, spec, filler).numbers(50, 100).run();

    assertThat(SinkJob.rows(spec))
        .hasSize(20)
        .extracting(row -> Long.parseLong(row.substring(row.indexOf('|') + 1)))
        .containsExactlyInAnyOrderElementsOf(LongStream.range(80, 100).boxed().toList());
  }

  @Test
  void fiveThousandCompositeKeysChangeInOneCheckpoint() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("region", DataTypes.STRING().notNull()),
            DataTypes.FIELD("minute", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("orders", DataTypes.BIGINT()));
    DeltaTableSpec spec = spec(type, "region", "minute");
    NumberSource.Filler filler =
        (row, n) -> {
          row.setString(0, "region-" + n % 5);
          row.setLong(1, n % 5_000);
          row.setLong(2, n);
        };

    new SinkJob(folder, spec, filler).numbers(0, 10_000).perCheckpoint(5_000).run();

    assertThat(SinkJob.rows(spec))
        .hasSize(5_000)
        .allSatisfy(
            row ->
                assertThat(Long.parseLong(row.substring(row.lastIndexOf('|') + 1)) / 5_000)
                    .isEqualTo(1));
  }

  @Test
  void aKeyThatTheTableWouldRoundIsRefused() {
    RowType type = type(DataTypes.FIELD("at", DataTypes.TIMESTAMP(9).notNull()));

    assertThatThrownBy(() -> new SinkJob(folder, spec(type, "at"), CHANGES).start())
        .isInstanceOf(MillraceException.class)
        .hasMessageStartingWith(
            "TYPE_UNSUPPORTED: primary key column at of table totals has type TIMESTAMP(9) NOT"
                + " NULL, of which a Delta table keeps only microseconds");
  }

  @Test
  void stateOfAnotherKeyIsRefused() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("total", DataTypes.BIGINT().notNull()));
    String savepoint =
        new SinkJob(folder, spec(type, "customer"), TestUpsertSink::pair)
            .numbers(0, 10)
            .runAndStop();

    JobClient client =
        new SinkJob(folder, spec(type, "customer", "total"), TestUpsertSink::pair)
            .numbers(0, 20)
            .restoring(savepoint)
            .start();

    assertThatThrownBy(() -> client.getJobExecutionResult().get())
        .satisfies(
            failure ->
                assertThat(MillraceException.in(failure).code())
                    .isEqualTo(ErrorCode.STATE_INCOMPATIBLE));
  }

  private static void pair(FlatRow row, long n) {
    row.setLong(0, n);
    row.setLong(1, n);
  }

  private static RowType type(Field... fields) {
    return (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
  }
}
