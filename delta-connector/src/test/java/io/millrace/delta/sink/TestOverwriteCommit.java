package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do while a statement overwrites a table. */
class TestOverwriteCommit {
  @TempDir private Path folder;
  private DataFile first;

  private Path table() {
    return folder.resolve("orders");
  }

  private DeltaTableSpec spec() {
    return CommitterFixture.upserts(table());
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  @BeforeEach
  void createVersion1() {
    try (TableCommitter committer = TableCommitter.open(spec())) {
      first = file("f1.parquet", 1, 2, 3);
      committer.commit(adds("a", 1, 1, first));
    }
  }

  private void append(String name, long... ids) {
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(adds(name, 1, committer.lastSequence() + 1, file(name + ".parquet", ids)));
    }
  }

  private void overwrite(String transaction, long version, DataFile... files) {
    Overwrite all = new Overwrite(version, Map.of(), false);
    try (OverwriteCommit commit = new OverwriteCommit(spec(), all)) {
      commit.commit(transaction, List.of(files), Optional.empty());
    }
  }

  private void pack() {
    try (MaintainedTable table = MaintainedTable.open(table().toString())) {
      assertThat(
              Optimize.run(
                      table,
                      new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false),
                      Progress.SILENT)
                  .commits())
          .isEqualTo(1);
    }
  }

  private static void assertConflict(Runnable overwrite, String what) {
    assertThatThrownBy(overwrite::run)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
              assertThat(e.problem()).startsWith("table orders could not be overwritten: " + what);
            });
  }

  @Test
  void oneVersionReplacesAllRows() throws Exception {
    overwrite("s/1", 1, file("new.parquet", 7));

    assertThat(ids(table())).containsExactly(7L);
    assertThat(table().resolve("_delta_log/%020d.json".formatted(2)))
        .content()
        .contains(
            "\"operation\":\"WRITE\"",
            "\"operationParameters\":{\"mode\":\"Overwrite\",\"partitionBy\":\"[]\"}",
            "\"isBlindAppend\":false",
            "\"numRemovedFiles\":\"1\"");
  }

  @Test
  void theEndOfAStatementThatComesTwiceCommitsOnce() {
    overwrite("s/1", 1, file("new.parquet", 7));
    append("later", 8);
    overwrite("s/1", 1, file("new2.parquet", 7));

    assertThat(ids(table())).containsExactly(7L, 8L);
  }

  @Test
  void nothingForNothingIsNoVersion() {
    overwrite("s/1", 1);
    overwrite("s/2", 2);

    assertThat(ids(table())).isEmpty();
    assertThat(table().resolve("_delta_log/%020d.json".formatted(3))).doesNotExist();
  }

  @Test
  void rowsThatOthersAppendMeanwhileComeAfterwards() {
    append("later", 8, 9);
    overwrite("s/1", 1, file("new.parquet", 7));

    assertThat(ids(table())).containsExactly(7L, 8L, 9L);
  }

  @Test
  void filesThatOthersPackMeanwhileAreFollowed() {
    append("second", 4, 5);
    pack();
    overwrite("s/1", 2, file("new.parquet", 7));

    assertThat(ids(table())).containsExactly(7L);
  }

  @Test
  void whoDeletesRowsMeanwhileStandsInTheWay() {
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(change("b", 1, 2, List.of(), List.of(rows(first.path(), 0))));
    }

    assertConflict(
        () -> overwrite("s/1", 1, file("new.parquet", 7)),
        "version 2 (STREAMING UPDATE) removed or updated rows that are to be replaced, after"
            + " version 1 that the statement began with");
    assertThat(ids(table())).containsExactly(2L, 3L);
  }

  @Test
  void whoPacksOldRowsWithNewOnesStandsInTheWay() {
    append("later", 8);
    pack();

    assertConflict(
        () -> overwrite("s/1", 1, file("new.parquet", 7)),
        "version 3 (OPTIMIZE) packed rows that are to be replaced together with later ones");
  }

  @Test
  void rowsThatWereNotAskedForAConstraintAreNotCommitted() {
    DeltaTableSpec checked =
        CommitterFixture.with(spec(), Map.of("delta.constraints.small", "id < 9"));
    DeltaTableSpec other =
        new DeltaTableSpec(
            "checked",
            folder.resolve("checked").toString(),
            "s",
            checked.rowType(),
            checked.primaryKey(),
            checked.properties());
    Overwrite all = new Overwrite(-1, Map.of(), false);
    try (OverwriteCommit commit = new OverwriteCommit(other, all)) {
      DataFile file = ExampleFiles.write(folder.resolve("checked"), "f.parquet", 1);
      assertThatThrownBy(() -> commit.commit("s/1", List.of(file), Optional.of("")))
          .hasMessageStartingWith(
              "SCHEMA_CHANGED: table checked got constraint small (id < 9) after the rows of a"
                  + " statement were written");
      commit.commit("s/1", List.of(file), Optional.of("small: id < 9"));
    }
    assertThat(ids(folder.resolve("checked"))).containsExactly(1L);
  }

  @Test
  void tablesThatOnlyGrowAreNotOverwritten() {
    DeltaTableSpec grows =
        new DeltaTableSpec(
            "log",
            folder.resolve("log").toString(),
            "s",
            ExampleFiles.ROW_TYPE,
            List.of(),
            Map.of("delta.appendOnly", "true"));

    assertThatThrownBy(() -> new OverwriteCommit(grows, new Overwrite(-1, Map.of(), false)))
        .hasMessageStartingWith("TABLE_UNSUPPORTED: table log at ")
        .hasMessageContaining("is to be overwritten and is append-only");
  }
}
