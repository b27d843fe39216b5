package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.parquet.ColumnNames;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.row.FlatRow;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestPartitionedSink {
  private static final RowType VISITS =
      rowType("country STRING NOT NULL", "id BIGINT NOT NULL", "visits BIGINT");

  @TempDir private Path folder;

  private static RowType rowType(String... columns) {
    return (RowType)
        LogicalTypeParser.parse(
            "ROW<" + String.join(", ", columns) + "> NOT NULL",
            TestPartitionedSink.class.getClassLoader());
  }

  private DeltaTableSpec spec(RowType type, List<String> key, String... partitions) {
    return new DeltaTableSpec(
            "visits", folder.resolve("visits").toString(), "test/visits", type, key, Map.of())
        .partitionedBy(List.of(partitions));
  }

  private static void visit(FlatRow row, long n) {
    row.setString(0, "c" + n % 7);
    row.setLong(1, n);
    row.setLong(2, n * 10);
  }

  private static List<String> visits(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(n -> "c" + n % 7 + "|" + n + "|" + n * 10)
        .sorted()
        .toList();
  }

  private List<String> folders() throws Exception {
    try (Stream<Path> found = Files.walk(folder.resolve("visits"))) {
      return found
          .filter(Files::isDirectory)
          .map(path -> folder.resolve("visits").relativize(path).toString())
          .filter(name -> name.contains("="))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none#0", "row#777", "prepared#2", "committed#2"})
  void everyRowIsInItsPartitionOnce(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    var spec = spec(VISITS, List.of(), "country");

    new SinkJob(folder, spec, TestPartitionedSink::visit)
        .numbers(0, 2_000)
        .perCheckpoint(500)
        .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])))
        .run();

    assertThat(SinkJob.rows(spec)).isEqualTo(visits(0, 2_000));
    assertThat(folders())
        .containsExactlyElementsOf(IntStream.range(0, 7).mapToObj(i -> "country=c" + i).toList());
    var description = KernelTableReader.describe(spec.path());
    assertThat(description.partitionColumns()).containsExactly("country");
    assertThat(description.rows()).hasValue(2_000);
  }

  @Test
  void oneSubtaskWritesAPartition() throws Exception {
    var spec = spec(VISITS, List.of(), "country");

    new SinkJob(folder, spec, TestPartitionedSink::visit)
        .numbers(0, 700)
        .checkpointEvery(Duration.ofMinutes(10))
        .run();

    for (String partition : folders()) {
      try (Stream<Path> files = Files.list(folder.resolve("visits").resolve(partition))) {
        assertThat(files).hasSize(1);
      }
    }
  }

  @Test
  void partitionsOfEveryTypeAreReadBackWhateverTheyHold() throws Exception {
    RowType type =
        rowType(
            "n BIGINT",
            "`text` STRING",
            "`flag` BOOLEAN",
            "`tiny` TINYINT",
            "`small` SMALLINT",
            "`number` INT",
            "`large` BIGINT",
            "real4 FLOAT",
            "real8 DOUBLE",
            "`price` DECIMAL(10, 2)",
            "`exact` DECIMAL(30, 12)",
            "`day` DATE",
            "`wall` TIMESTAMP(6)",
            "`at` TIMESTAMP_LTZ(6)");
    List<String> texts = List.of("a/b=c", "ü €\n%", "x:y 'z'", "..", " ", "\\", "{[^]}#?*\"");
    NumberSource.Filler filler =
        (row, n) -> {
          row.setLong(0, n);
          if (n == texts.size()) {
            for (int i = 1; i < 14; i++) {
              row.setNull(i);
            }
            return;
          }
          row.setString(1, texts.get((int) n));
          row.setBoolean(2, n % 2 == 0);
          row.setLong(3, -n);
          row.setLong(4, 300 + n);
          row.setLong(5, 70_000 + n);
          row.setLong(6, 5_000_000_000L + n);
          row.setFloat(7, n / 4f);
          row.setDouble(8, n == 1 ? Double.NaN : n / 8.0);
          row.setLong(9, -1234567 + n);
          row.setObject(10, DecimalData.fromBigDecimal(new BigDecimal("0.000000000001"), 30, 12));
          row.setLong(11, -20_000 + n);
          row.setTimestamp(12, -1_000L - n, 1_000);
          row.setTimestamp(13, 1_700_000_000_123L, 456_000);
        };
    List<String> partitions = type.getFieldNames().subList(1, type.getFieldCount());
    var spec = spec(type, List.of(), partitions.toArray(String[]::new));

    new SinkJob(folder, spec, filler).numbers(0, texts.size() + 1).run();

    List<String> expected = new ArrayList<>();
    for (int n = 0; n < texts.size(); n++) {
      expected.add(
          String.join(
              "|",
              "" + n,
              texts.get(n),
              "" + (n % 2 == 0),
              "" + -n,
              "" + (300 + n),
              "" + (70_000 + n),
              "" + (5_000_000_000L + n),
              "" + n / 4f,
              "" + (n == 1 ? Double.NaN : n / 8.0),
              "" + BigDecimal.valueOf(-1234567 + n, 2),
              "0.000000000001",
              java.time.LocalDate.ofEpochDay(-20_000 + n).toString(),
              java.time.LocalDateTime.of(1970, 1, 1, 0, 0)
                  .minusNanos((1_000L + n) * 1_000_000 - 1_000)
                  .toString(),
              "2023-11-14T22:13:20.123456Z"));
    }
    expected.add("7" + "|null".repeat(13));
    assertThat(SinkJob.rows(spec).stream().map(TestPartitionedSink::plain).toList())
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(TestPartitionedSink::plain).toList());
  }

  /** Kernel gives the decimal of a partition with its scale or without it. */
  private static String plain(String row) {
    return row.replace("1E-12", "0.000000000001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none#0", "row#900", "prepared#2", "committed#2"})
  void upsertsReplaceRowsInTheirPartition(String moment) throws Exception {
    String[] place = moment.split("#", 2);
    var spec = spec(VISITS, List.of("country", "id"), "country");

    new SinkJob(folder, spec, TestPartitionedSink::changed)
        .numbers(0, 1_200)
        .perCheckpoint(300)
        .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])))
        .run();
    // Without state: the index is read from the table, files of ours and their folders.
    new SinkJob(folder, spec, TestPartitionedSink::changed).numbers(1_200, 1_500).run();

    assertThat(SinkJob.rows(spec)).isEqualTo(changes(1_500));
  }

  private static void changed(FlatRow row, long n) {
    long key = n % 100;
    row.setString(0, "c" + key % 5);
    row.setLong(1, key);
    row.setLong(2, n);
    row.setRowKind(n % 11 == 0 ? RowKind.DELETE : RowKind.INSERT);
  }

  private static List<String> changes(long end) {
    Map<Long, String> rows = new java.util.TreeMap<>();
    for (long n = 0; n < end; n++) {
      long key = n % 100;
      if (n % 11 == 0) {
        rows.remove(key);
      } else {
        rows.put(key, "c" + key % 5 + "|" + key + "|" + n);
      }
    }
    return rows.values().stream().sorted().toList();
  }

  @Test
  void upsertsGoOnFromASavepointWithAnotherParallelism() throws Exception {
    var spec = spec(VISITS, List.of("country", "id"), "country");

    String savepoint =
        new SinkJob(folder, spec, TestPartitionedSink::changed)
            .numbers(0, 800)
            .perCheckpoint(250)
            .runAndStop();
    new SinkJob(folder, spec, TestPartitionedSink::changed)
        .numbers(0, 1_500)
        .parallelism(3)
        .restoring(savepoint)
        .run();

    assertThat(SinkJob.rows(spec)).isEqualTo(changes(1_500));
  }

  @Test
  void aKeyOfNothingButPartitionColumnsFindsItsRowAfterAStartWithoutState() throws Exception {
    var spec = spec(VISITS, List.of("country"), "country");
    NumberSource.Filler filler =
        (row, n) -> {
          row.setString(0, "c" + n % 3);
          row.setLong(1, n);
          row.setLong(2, n);
        };

    new SinkJob(folder, spec, filler).numbers(0, 30).perCheckpoint(10).run();
    new SinkJob(folder, spec, filler).numbers(30, 33).run();

    assertThat(SinkJob.rows(spec)).containsExactly("c0|30|30", "c1|31|31", "c2|32|32");
  }

  @Test
  void aKeyWithoutAPartitionColumnIsRefused() {
    var spec = spec(VISITS, List.of("id"), "country");

    assertThatThrownBy(() -> new SinkJob(folder, spec, TestPartitionedSink::visit).start())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PRIMARY_KEY_MISSING))
        .hasMessage(
            "PRIMARY_KEY_MISSING: table visits is partitioned by country, which is not in its"
                + " primary key (id): a row of one key could lie in several partitions\n"
                + "  Remedy: add the partition columns to the primary key, or partition by"
                + " columns of the key");
  }

  @Test
  void aTableIsNotWrittenWithOtherPartitionsThanItHas() {
    TableCommitter.open(spec(VISITS, List.of(), "country")).close();

    assertThatThrownBy(() -> TableCommitter.open(spec(VISITS, List.of(), "country", "id")))
        .hasMessage(
            "SCHEMA_CHANGED: table visits at %s is partitioned by (country), and is written as"
                    .formatted(folder.resolve("visits"))
                + " partitioned by (country, id)\n  Remedy: name the table's partition columns in"
                + " its order, or write to a new table");
  }

  private PartitionedFiles files(DeltaTableSpec spec, int openMax, long bufferedMax) {
    return new PartitionedFiles(
        spec,
        ColumnNames.AS_THEY_ARE,
        new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT),
        new PartitionOptions(openMax, bufferedMax, PartitionOptions.Distribution.AS_THEY_COME),
        new FileCounters(new UnregisteredMetricsGroup()));
  }

  @Test
  void theFileUsedLeastRecentlyIsFinishedWhenOneTooManyIsNeeded() throws Exception {
    var spec = spec(VISITS, List.of(), "country");
    FlatRow row = new FlatRow(VISITS);
    try (PartitionedFiles files = files(spec, 3, 1 << 20)) {
      for (String country : List.of("a", "b", "c", "a", "d", "a", "c", "b")) {
        row.setString(0, country);
        row.setLong(1, 1);
        row.setLong(2, 2);
        files.write(row);
        assertThat(files.openFiles()).isLessThanOrEqualTo(3);
      }
      List<DataFile> taken = files.take();
      // b is finished for d, d for b.
      assertThat(taken.stream().map(file -> file.partitionValues().get("country")))
          .containsExactly("b", "d", "a", "c", "b");
      assertThat(taken.stream().map(DataFile::records)).containsExactly(1L, 1L, 3L, 2L, 1L);
      assertThat(files.openFiles()).isZero();
      assertThat(files.take()).isEmpty();
    }
  }

  @Test
  void theGreatestFileIsFinishedWhenTooMuchWaitsInMemory() throws Exception {
    var spec = spec(VISITS, List.of(), "country");
    FlatRow row = new FlatRow(VISITS);
    try (PartitionedFiles files = files(spec, 100, 64 << 10)) {
      for (int n = 0; n < 40_000; n++) {
        visit(row, n * 0x9E37_79B9_7F4A_7C15L >>> 1);
        row.setString(0, n % 10 == 0 ? "small" + n % 30 : "great");
        files.write(row);
        assertThat(files.memoryBytes()).isLessThan(200 << 10);
      }
      Set<String> early = new TreeSet<>();
      files.take().stream()
          .limit(3)
          .forEach(file -> early.add(String.valueOf(file.partitionValues().get("country"))));
      assertThat(early).containsExactly("great");
    }
  }

  @Test
  void thousandsOfPartitionsAreWrittenWithAHundredFilesOpen() throws Exception {
    RowType type = rowType("n INT NOT NULL", "`text` STRING");
    var spec = spec(type, List.of(), "n");
    FlatRow row = new FlatRow(type);
    int partitions = Integer.getInteger("millrace.test.partitions", 400);
    try (PartitionedFiles files = files(spec, PartitionOptions.DEFAULT.openFilesMax(), 256 << 20);
        TableCommitter committer = TableCommitter.open(spec)) {
      for (int n = 0; n < partitions; n++) {
        row.setLong(0, n);
        row.setString(1, "row of partition " + n);
        files.write(row);
        assertThat(files.openFiles()).isLessThanOrEqualTo(100);
      }
      committer.commit(
          new TableCommittable("visits", "e", 1, 1, files.take(), List.of(), Map.of()));
    }

    assertThat(KernelTableReader.describe(spec.path()).rows()).hasValue(partitions);
    assertThat(KernelTableReader.describe(spec.path()).files()).isEqualTo(partitions);
  }

  @Test
  void whatIsClosedBeforeItIsFinishedLeavesNoFile() throws Exception {
    var spec = spec(VISITS, List.of(), "country");
    FlatRow row = new FlatRow(VISITS);
    try (PartitionedFiles files = files(spec, 10, 1 << 20)) {
      for (int n = 0; n < 5; n++) {
        visit(row, n);
        files.write(row);
      }
    }
    try (Stream<Path> found = Files.walk(folder.resolve("visits"))) {
      assertThat(found.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void statisticsLeaveOutPartitionColumns() throws Exception {
    var spec = spec(VISITS, List.of(), "country");
    FlatRow row = new FlatRow(VISITS);
    visit(row, 3);
    try (PartitionedFiles files = files(spec, 10, 1 << 20)) {
      files.write(row);
      assertThat(files.take().get(0).stats())
          .isEqualTo(
              "{\"numRecords\":1,\"minValues\":{\"id\":3,\"visits\":30},"
                  + "\"maxValues\":{\"id\":3,\"visits\":30},"
                  + "\"nullCount\":{\"id\":0,\"visits\":0}}");
    }
  }

  @Test
  void nestedColumnsBesidePartitionsAreWritten() throws Exception {
    RowType type = rowType("tags ARRAY<STRING>", "country STRING", "place ROW<x INT, y INT>");
    var spec = spec(type, List.of(), "country");
    LogicalType place = type.getTypeAt(2);
    assertThat(place).isInstanceOf(RowType.class);
    NumberSource.Filler filler =
        (row, n) -> {
          row.setObject(
              0,
              new org.apache.flink.table.data.GenericArrayData(
                  new Object[] {org.apache.flink.table.data.StringData.fromString("t" + n)}));
          row.setString(1, "c" + n % 2);
          row.setObject(2, org.apache.flink.table.data.GenericRowData.of((int) n, 7));
        };

    new SinkJob(folder, spec, filler).numbers(0, 3).run();

    assertThat(SinkJob.rows(spec))
        .containsExactly("[t0]|c0|{x=0, y=7}", "[t1]|c1|{x=1, y=7}", "[t2]|c0|{x=2, y=7}");
  }
}
