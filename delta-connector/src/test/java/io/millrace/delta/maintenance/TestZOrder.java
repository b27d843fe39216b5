package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.RowFilter.Comparison;
import io.millrace.delta.filter.Utf8;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.TableState;
import io.millrace.delta.log.CommitStore;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.sink.SupersededRows;
import io.millrace.delta.source.SourceTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows along a Z curve: the same rows, in files with narrow bounds. */
class TestZOrder {
  private static final RowType TYPE =
      RowType.of(
          new LogicalType[] {
            new BigIntType(),
            VarCharType.STRING_TYPE,
            new DoubleType(),
            new ArrayType(new IntType())
          },
          new String[] {"x", "y", "z", "tags"});

  private static final Map<String, String> VECTORS = Map.of("delta.enableDeletionVectors", "true");

  @TempDir Path root;

  private SourceTable table;

  private List<DataFile> write(int files, int rowsPerFile) throws IOException {
    table = new SourceTable(root, TYPE, VECTORS);
    var random = new Random(7);
    List<DataFile> written = new ArrayList<>();
    for (int file = 0; file < files; file++) {
      List<RowData> rows = new ArrayList<>();
      for (int i = 0; i < rowsPerFile; i++) {
        rows.add(row(random));
      }
      written.add(table.append(rows));
    }
    return written;
  }

  private static RowData row(Random random) {
    return GenericRowData.of(
        (long) random.nextInt(10_000),
        random.nextInt(20) == 0
            ? null
            : StringData.fromString("name-%05d".formatted(random.nextInt(10_000))),
        random.nextDouble() - 0.5,
        new org.apache.flink.table.data.GenericArrayData(new int[] {random.nextInt()}));
  }

  private List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    try (var all = KernelTableReader.open(root.toString()).rows()) {
      all.forEachRemaining(row -> rows.add(row.toString()));
    }
    rows.sort(null);
    return rows;
  }

  private OptimizeReport order(long targetBytes, String... columns) {
    return order(CommitStores.forTable(root.toString()), targetBytes, columns);
  }

  private OptimizeReport order(CommitStore store, long targetBytes, String... columns) {
    try (MaintainedTable maintained =
        MaintainedTable.open(root.toString(), store, Clock.systemUTC())) {
      return Optimize.run(
          maintained,
          new OptimizeOptions(
              OptionalLong.of(targetBytes), false, Map.of(), 0, false, List.of(columns)),
          Progress.SILENT);
    }
  }

  private TableState state() {
    try (MaintainedTable maintained = MaintainedTable.open(root.toString())) {
      return maintained.latest();
    }
  }

  /** How many of the table's files may hold such a row. */
  private long filesRead(String column, Comparable<?> from, Comparable<?> to) {
    LogicalType type = TYPE.getTypeAt(TYPE.getFieldIndex(column));
    ColumnRef reference = new ColumnRef(List.of(column), type);
    RowFilter filter =
        new RowFilter.And(
            List.of(
                new RowFilter.Compare(reference, Comparison.GREATER_OR_EQUAL, from),
                new RowFilter.Compare(reference, Comparison.LESS, to)));
    return state().files().values().stream()
        .filter(file -> filter.mayMatch(new FileBounds(file.partitionValues(), file.stats())))
        .count();
  }

  @Test
  void fewerFilesAreReadWhicheverColumnIsAskedFor() throws IOException {
    write(6, 5000);
    List<String> before = rows();
    long bytes = state().files().values().stream().mapToLong(file -> file.sizeBytes()).sum();
    assertThat(filesRead("x", 3000L, 3050L)).isEqualTo(6);

    OptimizeReport report = order(bytes / 64, "x", "y");

    assertThat(rows()).isEqualTo(before);
    assertThat(report.removedFiles()).isEqualTo(6);
    assertThat(report.addedFiles()).isBetween(62L, 66L);
    assertThat(report.added().max()).isLessThan(2 * report.added().min());
    // A square of eight by eight, of which a value meets a row or a column, and what lies across.
    assertThat(filesRead("x", 3000L, 3050L)).isLessThanOrEqualTo(20);
    assertThat(filesRead("y", Utf8.of("name-02000"), Utf8.of("name-02050")))
        .isLessThanOrEqualTo(20);
    assertThat(filesRead("z", 0.2, 0.21)).isEqualTo(report.addedFiles());
    assertThat(KernelTableReader.history(root.toString(), 1).get(0).operationParameters())
        .containsEntry("zOrderBy", "[\"x\",\"y\"]")
        .containsEntry("predicate", "[]");
    assertThat(Files.readString(root.resolve("_delta_log/%020d.json".formatted(report.version()))))
        .contains("\"dataChange\":false")
        .doesNotContain("\"dataChange\":true");
  }

  @Test
  void oneColumnMakesSortedFiles() throws IOException {
    write(3, 3000);
    List<String> before = rows();
    long bytes = state().files().values().stream().mapToLong(file -> file.sizeBytes()).sum();

    OptimizeReport report = order(bytes / 8, "z");

    assertThat(rows()).isEqualTo(before);
    assertThat(report.addedFiles()).isBetween(7L, 9L);
    assertThat(filesRead("z", -0.25, -0.24)).isLessThanOrEqualTo(2);
    assertThat(filesRead("z", 0.4, 0.41)).isLessThanOrEqualTo(2);
  }

  @Test
  void rowsThatOthersDeleteMeanwhileAreDeletedWhereTheyWent() throws IOException {
    List<DataFile> files = write(3, 2000);
    table.delete(files.get(1), 0, 1, 2, 1999);
    CommitStore real = CommitStores.forTable(root.toString());
    List<List<String>> expected = new ArrayList<>();
    CommitStore late =
        new CommitStore() {
          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (expected.isEmpty()) {
              table.delete(files.get(0), 5, 7, 1000);
              table.delete(files.get(1), 3, 500);
              expected.add(rows());
            }
            return real.putIfAbsent(version, entry);
          }

          @Override
          public Optional<byte[]> read(long version) throws IOException {
            return real.read(version);
          }
        };

    OptimizeReport report = order(late, 20_000, "y", "x");

    assertThat(report.conflicts()).isZero();
    assertThat(expected.get(0)).hasSize(6000 - 9);
    assertThat(rows()).isEqualTo(expected.get(0));
    assertThat(state().files().values()).allMatch(file -> file.path().startsWith("part-"));
    assertThat(state().files().values().stream().mapToLong(file -> file.deletedRecords()).sum())
        .isEqualTo(5);
  }

  @Test
  void oddTablesAreOrderedToo() throws IOException {
    table = new SourceTable(root, TYPE, VECTORS);
    DataFile one = table.append(List.of(GenericRowData.of(1L, null, null, null)));
    assertThat(order(1000, "x", "y", "z").addedFiles()).isEqualTo(1);
    state().files().values().forEach(file -> delete(file.path()));
    assertThat(order(1000, "x").addedFiles()).isZero();
    assertThat(rows()).isEmpty();
    assertThat(order(1000, "x").bins()).isZero();
    table = new SourceTable(root.resolve("other"), TYPE, VECTORS);
    assertThat(one.records()).isEqualTo(1);
    List<RowData> same = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      same.add(GenericRowData.of(1L, null, Double.NaN, null));
    }
    table.append(same);
    try (MaintainedTable maintained = MaintainedTable.open(table.path())) {
      OptimizeReport report =
          Optimize.run(
              maintained,
              new OptimizeOptions(
                  OptionalLong.of(100), false, Map.of(), 2, false, List.of("x", "y", "z")),
              Progress.SILENT);
      assertThat(report.addedFiles()).isEqualTo(1);
    }
    try (var all = KernelTableReader.open(table.path()).rows()) {
      assertThat(all).toIterable().hasSize(500);
    }
  }

  private void delete(String file) {
    table.commit(List.of(), List.of(new SupersededRows(file, new long[] {0})));
  }

  @Test
  void columnsThatRowsCannotBeOrderedByAreRefusedByName() throws IOException {
    write(1, 10);
    assertRefused(ErrorCode.COLUMN_NOT_FOUND, "has no column w to order by", "w");
    assertRefused(
        ErrorCode.TYPE_UNSUPPORTED,
        "rows cannot be ordered by column tags, which is ARRAY<INT>",
        "tags");
    assertRefused(ErrorCode.OPTION_INVALID, "a column is named twice in x, x", "x", "x");
  }

  private void assertRefused(ErrorCode code, String problem, String... columns) {
    assertThatThrownBy(() -> order(1000, columns))
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(problem);
  }

  @Test
  void nothingIsLeftOnTheDisk() throws IOException {
    Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    write(2, 1000);
    order(5_000, "x");
    try (var files = Files.list(scratch)) {
      assertThat(
              files.filter(file -> file.getFileName().toString().startsWith("millrace-optimize")))
          .isEmpty();
    }
  }
}
