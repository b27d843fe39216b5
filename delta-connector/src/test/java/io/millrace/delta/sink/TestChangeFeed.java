package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.SchemaEvolution;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Change data of tables that are upserted. */
class TestChangeFeed {
  private static final long KEYS = 97;
  private static final Map<String, String> FEED = Map.of("delta.enableChangeDataFeed", "true");

  private static final RowType TOTALS =
      type(
          DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("total", DataTypes.BIGINT()));

  /** As the table of sums in {@link TestUpsertSink}: with deletes, and keys changed many times. */
  private static final NumberSource.Filler CHANGES =
      (row, n) -> {
        row.setLong(0, n % KEYS);
        row.setLong(1, n);
        row.setRowKind(n % 13 == 5 ? RowKind.DELETE : RowKind.UPDATE_AFTER);
      };

  @TempDir private Path folder;

  private DeltaTableSpec totals() {
    return new DeltaTableSpec(
        "totals", table().toString(), "test/totals", TOTALS, List.of("customer"), FEED);
  }

  private Path table() {
    return folder.resolve("totals");
  }

  private static List<String> totals(long end) {
    Map<Long, Long> totals = new TreeMap<>();
    for (long n = 0; n < end; n++) {
      if (n % 13 == 5) {
        totals.remove(n % KEYS);
      } else {
        totals.put(n % KEYS, n);
      }
    }
    return totals.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).sorted().toList();
  }

  private SinkJob job() {
    return new SinkJob(folder, totals(), CHANGES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none#1", "row#600", "prepared#3", "committed#2", "stored#2"})
  void everyVersionTellsWhatItChangesWhereverTheJobFails(String moment) throws Exception {
    String[] place = moment.split("#", 2);

    job()
        .numbers(0, 1_000)
        .perCheckpoint(90)
        .probe(new Probe().failAt(place[0], Integer.parseInt(place[1])))
        .run();

    assertThat(SinkJob.rows(totals())).isEqualTo(totals(1_000));
    assertThat(new ChangeFeed(totals()).requireExact())
        .hasEntrySatisfying("insert", count -> assertThat(count).isGreaterThan(90))
        .hasEntrySatisfying("delete", count -> assertThat(count).isGreaterThan(20))
        .hasEntrySatisfying("update_postimage", count -> assertThat(count).isGreaterThan(200));
  }

  @Test
  void aRestoredJobOfAnotherIdAndParallelismGoesOn() throws Exception {
    String savepoint = job().numbers(0, 600).perCheckpoint(150).runAndStop();
    job().parallelism(3).numbers(0, 1_300).perCheckpoint(150).restoring(savepoint).run();

    assertThat(SinkJob.rows(totals())).isEqualTo(totals(1_300));
    new ChangeFeed(totals()).requireExact();
  }

  @Test
  void whoPacksFilesMeanwhileDoesNotDisturb() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    // Between a checkpoint and its commit, and after commits.
    Probe probe =
        new Probe()
            .beside(
                () -> {
                  if (calls.incrementAndGet() % 3 == 0) {
                    pack();
                  }
                });

    job().numbers(0, 1_500).perCheckpoint(100).probe(probe).run();

    assertThat(KernelTableReader.history(totals().path(), 1_000))
        .anySatisfy(entry -> assertThat(entry.operation()).isEqualTo("OPTIMIZE"));
    assertThat(SinkJob.rows(totals())).isEqualTo(totals(1_500));
    new ChangeFeed(totals()).requireExact();
  }

  private void pack() {
    try (MaintainedTable table = MaintainedTable.open(totals().path())) {
      Optimize.run(
          table,
          new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false),
          Progress.SILENT);
    }
  }

  @Test
  void partitionsMappedNamesAndTextAreToldToo() throws Exception {
    RowType columns =
        type(
            DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("region", DataTypes.STRING().notNull()),
            DataTypes.FIELD("name", DataTypes.STRING()));
    Map<String, String> properties = new TreeMap<>(FEED);
    properties.put("delta.columnMapping.mode", "name");
    DeltaTableSpec spec =
        new DeltaTableSpec(
                "totals", table().toString(), "s", columns, List.of("region", "id"), properties)
            .partitionedBy(List.of("region"));
    NumberSource.Filler filler =
        (row, n) -> {
          row.setLong(0, n % 50);
          row.setString(1, "r/" + n % 50 % 3);
          row.setString(2, "name-" + n);
        };

    new SinkJob(folder, spec, filler).numbers(0, 400).perCheckpoint(80).run();

    assertThat(new ChangeFeed(spec).requireExact())
        .containsKeys("insert", "update_preimage", "update_postimage");
    try (Stream<Path> folders = Files.list(table().resolve("_change_data"))) {
      assertThat(folders.map(path -> path.getFileName().toString().replaceAll("^.*=", "")))
          .containsExactlyInAnyOrder("r%2F0", "r%2F1", "r%2F2");
    }
  }

  private DataFile file(DeltaTableSpec spec, long... idsAndTotals) throws IOException {
    try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      for (int i = 0; i < idsAndTotals.length; i += 2) {
        writer.write(GenericRowData.of(idsAndTotals[i], idsAndTotals[i + 1]));
      }
      return writer.finishFile();
    }
  }

  private static TableCommittable committable(
      long sequence, List<DataFile> added, List<SupersededRows> superseded) {
    return new TableCommittable("totals", "e", sequence, sequence, added, superseded, Map.of());
  }

  @Test
  void severalChangesOfAKeyInOneCommitAreOne() throws Exception {
    DeltaTableSpec spec = totals();
    try (TableCommitter committer = TableCommitter.open(spec)) {
      DataFile first = file(spec, 1, 10, 2, 20, 3, 30);
      committer.commit(committable(1, List.of(first), List.of()));
      // 1: twice changed; 2: changed, then deleted; 3: stays; 4: inserted and deleted; 5: inserted,
      // changed.
      DataFile second = file(spec, 1, 11, 1, 12, 2, 21, 4, 40, 5, 50, 5, 51);
      committer.commit(
          committable(
              2,
              List.of(second),
              List.of(rows(first.path(), 0, 1), rows(second.path(), 0, 2, 3, 4))));
    }

    assertThat(new ChangeFeed(spec).changes().stream().filter(change -> change.version() == 2))
        .extracting(change -> change.type() + " " + change.row())
        .containsExactlyInAnyOrder(
            "update_preimage 1|10", "update_postimage 1|12", "delete 2|20", "insert 5|51");
    new ChangeFeed(spec).requireExact();
  }

  @Test
  void manyFilesAreReadSideBySide() throws Exception {
    DeltaTableSpec spec = totals();
    Random random = new Random(7);
    List<DataFile> files = new ArrayList<>();
    List<SupersededRows> superseded = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (var writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT);
        TableCommitter committer = TableCommitter.open(spec)) {
      for (long file = 0; file < 7; file++) {
        for (long i = 0; i < 100_000; i++) {
          long total = random.nextLong();
          long key = file * 100_000 + i;
          writer.write(GenericRowData.of(key, total));
          if (i % 40_000 == 7) {
            expected.add("%s %d|%d".formatted(i == 7 ? "delete" : "update_preimage", key, total));
          }
        }
        files.add(writer.finishFile());
        superseded.add(rows(files.get((int) file).path(), 7, 40_007, 80_007));
      }
      assertThat(files.stream().mapToLong(DataFile::sizeBytes).sum()).isGreaterThan(5 << 20);
      committer.commit(committable(1, files, List.of()));
      writer.write(GenericRowData.of(-1L, -1L));
      expected.add("insert -1|-1");
      for (SupersededRows rows : superseded) {
        long file = superseded.indexOf(rows);
        for (long position : new long[] {40_007, 80_007}) {
          long key = file * 100_000 + position;
          writer.write(GenericRowData.of(key, -key));
          expected.add("update_postimage %d|%d".formatted(key, -key));
        }
      }
      committer.commit(committable(2, List.of(writer.finishFile()), superseded));
    }

    assertThat(new ChangeFeed(spec).changesFrom(2))
        .extracting(change -> change.type() + " " + change.row())
        .containsExactlyInAnyOrderElementsOf(expected);
    try (Stream<Path> written = Files.list(table().resolve("_change_data"))) {
      assertThat(written.count()).isGreaterThan(1);
    }
  }

  @Test
  void rowsThatAnotherWriterDeletedMeanwhileAreInsertedNotUpdated() throws Exception {
    DeltaTableSpec spec = totals();
    DataFile first = file(spec, 1, 10, 2, 20, 3, 30);
    try (TableCommitter committer = TableCommitter.open(spec)) {
      committer.commit(committable(1, List.of(first), List.of()));
      DeltaTableSpec otherSpec =
          new DeltaTableSpec("totals", spec.path(), "other", TOTALS, List.of("customer"), FEED);
      try (TableCommitter other = TableCommitter.open(otherSpec)) {
        other.commit(committable(1, List.of(), List.of(rows(first.path(), 0))));
      }
      committer.commit(
          committable(2, List.of(file(spec, 1, 11, 2, 21)), List.of(rows(first.path(), 0, 1))));
    }

    assertThat(new ChangeFeed(spec).changes().stream().filter(change -> change.version() == 3))
        .extracting(change -> change.type() + " " + change.row())
        .containsExactlyInAnyOrder("insert 1|11", "update_preimage 2|20", "update_postimage 2|21");
    new ChangeFeed(spec).requireExact();
    try (Stream<Path> files = Files.list(table().resolve("_change_data"))) {
      assertThat(files).as("what a lost attempt wrote is deleted").hasSize(1);
    }
  }

  @Test
  void aVersionThatOnlyInsertsOrDeletesListsNothing() throws Exception {
    DeltaTableSpec spec = totals();
    try (TableCommitter committer = TableCommitter.open(spec)) {
      DataFile first = file(spec, 1, 10, 2, 20);
      committer.commit(committable(1, List.of(first), List.of()));
      committer.commit(committable(2, List.of(), List.of(rows(first.path(), 1))));
    }

    assertThat(table().resolve("_change_data")).doesNotExist();
    new ChangeFeed(spec).requireExact();
  }

  @Test
  void rowsThatStayAsTextKeepTheirColumns() throws Exception {
    RowType wide =
        type(
            DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("total", DataTypes.BIGINT()),
            DataTypes.FIELD("note", DataTypes.STRING()));
    DeltaTableSpec all =
        new DeltaTableSpec("totals", table().toString(), "s", wide, List.of("customer"), FEED);
    DataFile first;
    try (var writer = new RowDataParquetWriter(all, 0, ParquetOptions.DEFAULT);
        TableCommitter committer = TableCommitter.open(all)) {
      writer.write(GenericRowData.of(1L, 10L, StringData.fromString("noted")));
      first = writer.finishFile();
      committer.commit(committable(1, List.of(first), List.of()));
    }
    // A sink that does not write the third column replaces the row: the row before had one.
    DeltaTableSpec narrow =
        new DeltaTableSpec("totals", table().toString(), "s", TOTALS, List.of("customer"), FEED);
    try (TableCommitter committer = TableCommitter.open(narrow)) {
      committer.commit(
          committable(2, List.of(file(narrow, 1, 11)), List.of(rows(first.path(), 0))));
    }

    List<String> changes = new ArrayList<>();
    new ChangeFeed(all)
        .changes().stream()
            .filter(change -> change.version() == 2)
            .forEach(change -> changes.add(change.type() + " " + change.row()));
    assertThat(changes)
        .containsExactlyInAnyOrder("update_preimage 1|10|noted", "update_postimage 1|11|null");
  }

  @Test
  void rowsOfNarrowerFilesAreToldInTheTypeThatTheTableHasNow() throws Exception {
    Map<String, String> properties = new TreeMap<>(FEED);
    properties.put("delta.enableTypeWidening", "true");
    RowType narrowType =
        type(
            DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("total", DataTypes.INT()));
    DeltaTableSpec narrow =
        new DeltaTableSpec(
            "totals", table().toString(), "s", narrowType, List.of("customer"), properties);
    DataFile first;
    try (var writer = new RowDataParquetWriter(narrow, 0, ParquetOptions.DEFAULT);
        TableCommitter committer = TableCommitter.open(narrow)) {
      writer.write(GenericRowData.of(1L, 10));
      first = writer.finishFile();
      committer.commit(committable(1, List.of(first), List.of()));
    }
    DeltaTableSpec wide =
        new DeltaTableSpec(
                "totals", table().toString(), "s", TOTALS, List.of("customer"), properties)
            .evolving(SchemaEvolution.WIDEN);
    try (TableCommitter committer = TableCommitter.open(wide)) {
      committer.commit(
          committable(2, List.of(file(wide, 1, 5_000_000_000L)), List.of(rows(first.path(), 0))));
    }

    assertThat(new ChangeFeed(wide).changes().stream().filter(change -> change.version() == 3))
        .extracting(change -> change.type() + " " + change.row())
        .containsExactlyInAnyOrder("update_preimage 1|10", "update_postimage 1|5000000000");
  }

  private static RowType type(Field... fields) {
    return (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
  }
}
