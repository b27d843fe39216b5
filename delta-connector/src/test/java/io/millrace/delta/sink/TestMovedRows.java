package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static io.millrace.delta.sink.CommitterFixture.upserts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.OptimizeReport;
import io.millrace.delta.maintenance.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are superseded in files which somebody has rewritten meanwhile. */
class TestMovedRows {
  @TempDir Path folder;

  private Path table() {
    return folder.resolve("orders");
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  private OptimizeReport optimize() {
    try (MaintainedTable table = MaintainedTable.open(table().toString())) {
      return Optimize.run(
          table,
          new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false),
          Progress.SILENT);
    }
  }

  @Test
  void rowsAreFoundInTheFilesThatTheyWereMovedTo() {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4, 5)));
      committer.commit(
          change("a", 2, 2, List.of(file("f3.parquet", 2)), List.of(rows("f1.parquet", 1))));
      assertThat(optimize().addedFiles()).isEqualTo(1);

      committer.commit(
          change(
              "a",
              3,
              3,
              List.of(file("f4.parquet", 1, 5)),
              List.of(rows("f1.parquet", 0), rows("f2.parquet", 1))));
      assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(KernelTableReader.describe(table().toString()).rows()).hasValue(5);
      committer.commit(change("a", 4, 4, List.of(), List.of(rows("f2.parquet", 0))));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 5L);
  }

  @Test
  void rowsAreFollowedThroughSeveralRewrites() {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4, 5)));
      optimize();
      committer.commit(adds("a", 2, 2, file("f3.parquet", 6)));
      optimize();
      committer.commit(adds("a", 3, 3, file("f4.parquet", 7)));
      optimize();
    }
    // Another run, which has seen none of it.
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(
          change(
              "a",
              4,
              4,
              List.of(file("f5.parquet", 2)),
              List.of(rows("f1.parquet", 1), rows("f3.parquet", 0), rows("f5.parquet"))));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L, 5L, 7L);
  }

  /** The rewrite is committed between two attempts of ours. */
  @Test
  void aRewriteThatIsFasterIsFollowed() throws IOException {
    try (TableCommitter first = TableCommitter.open(upserts(table()))) {
      first.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4, 5)));
    }
    var real = io.millrace.delta.log.CommitStores.forTable(table().toString());
    var late =
        new CommitterFixture.Forwarding(real) {
          private boolean done;

          @Override
          public boolean putIfAbsent(long version, byte[] entry) throws IOException {
            if (!done) {
              done = true;
              optimize();
            }
            return super.putIfAbsent(version, entry);
          }
        };
    try (TableCommitter committer = TableCommitter.open(upserts(table()), late)) {
      assertThat(
              committer.commit(
                  change(
                      "a", 2, 2, List.of(file("f3.parquet", 3)), List.of(rows("f1.parquet", 2)))))
          .isEqualTo(new CommitOutcome.Committed(3));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aRowThatWasDeletedBeforeItsFileWasRewrittenStaysDeleted() {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4)));
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 0))));
      optimize();
      committer.commit(change("a", 3, 3, List.of(), List.of(rows("f1.parquet", 0, 1))));
    }
    assertThat(ids(table())).containsExactly(3L, 4L);
  }

  @Test
  void anOldFileThatWasVacuumedIsSaid() throws IOException {
    try (TableCommitter committer = TableCommitter.open(upserts(table()))) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4)));
      optimize();
      Files.delete(table().resolve("f1.parquet"));
      assertThatThrownBy(
              () -> committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 0)))))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                assertThat(e.remedy()).contains("restart the job from its last checkpoint");
              })
          .hasMessageContaining(
              "rows of file f1.parquet are to be replaced in table orders, but version 2 moved them");
    }
  }
}
