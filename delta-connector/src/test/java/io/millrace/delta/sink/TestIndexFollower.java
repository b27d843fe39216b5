package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static io.millrace.delta.sink.CommitterFixture.change;
import static io.millrace.delta.sink.CommitterFixture.ids;
import static io.millrace.delta.sink.CommitterFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.RowKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index in a job that runs while files are packed. */
class TestIndexFollower {
  private static final RowFolders NO_FOLDERS = row -> "";

  @TempDir private Path folder;
  private UpsertIndex index;

  private Path table() {
    return folder.resolve("orders");
  }

  private DeltaTableSpec spec() {
    return CommitterFixture.upserts(table());
  }

  private DataFile file(String name, long... ids) {
    return ExampleFiles.write(table(), name, ids);
  }

  private static RowData row(long id) {
    return GenericRowData.of(id, null);
  }

  @BeforeEach
  void createVersion1AndItsIndex() {
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(adds("a", 1, 1, file("f1.parquet", 1, 2, 3), file("f2.parquet", 4, 5)));
    }
    RowKeys keys = new RowKeys(spec().rowType(), spec().primaryKeyPositions());
    RowPlaces places = new RowPlaces();
    index =
        new UpsertIndex(
            keys,
            places,
            new KeyedTables(KeyGroupRange.of(0, 0), 1, "test", () -> keys.newTable(1), places));
    IndexBootstrap.read(spec(), index, NO_FOLDERS);
  }

  private IndexFollower follower() {
    return new IndexFollower(spec(), index, NO_FOLDERS, IndexFollower.versionOf(spec()));
  }

  private void pack() {
    try (MaintainedTable table = MaintainedTable.open(table().toString())) {
      Optimize.run(
          table,
          new OptimizeOptions(OptionalLong.empty(), true, Map.of(), 1, false),
          Progress.SILENT);
    }
  }

  private void vacuum() {
    try (MaintainedTable table = MaintainedTable.open(table().toString())) {
      Vacuum.run(
          table, new VacuumOptions(Optional.of(Duration.ZERO), true, false), Progress.SILENT);
    }
  }

  private Set<String> files() {
    return index.paths(spec().rowType(), spec().primaryKeyPositions(), NO_FOLDERS);
  }

  @Test
  void rowsAreWhereTheyWereMovedToAndOldFilesMayGo() {
    IndexFollower follower = follower();
    // Of this checkpoint, not committed yet: stays where it is.
    index.replace(row(2), "", index.fileId("f3.parquet", ""), 7);
    index.take();
    pack();
    follower.follow();
    vacuum();

    assertThat(files()).hasSize(2).contains("f3.parquet").doesNotContain("f1.parquet");
    index.remove(row(4), "");
    index.remove(row(2), "");
    List<SupersededRows> superseded = index.take();
    assertThat(superseded)
        .filteredOn(rows -> rows.path().equals("f3.parquet"))
        .singleElement()
        .satisfies(rows -> assertThat(rows.positions()).containsExactly(7));
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(
          change(
              "a",
              2,
              2,
              List.of(),
              superseded.stream().filter(rows -> !rows.path().equals("f3.parquet")).toList()));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 5L);
  }

  @Test
  void rowsThatWereMovedTwiceAreFollowedAlsoIfTheFilesBetweenAreGone() {
    IndexFollower follower = follower();
    pack();
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(adds("a", 2, 2, file("f4.parquet", 6)));
    }
    pack();
    vacuum();
    follower.follow();

    index.remove(row(5), "");
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(change("a", 3, 3, List.of(), index.take()));
    }
    assertThat(ids(table())).containsExactly(1L, 2L, 3L, 4L, 6L);
  }

  @Test
  void whatChangesRowsMovesNone() {
    IndexFollower follower = follower();
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(change("a", 2, 2, List.of(), List.of(rows("f1.parquet", 0))));
    }
    follower.follow();
    follower.follow();

    assertThat(files()).containsExactlyInAnyOrder("f1.parquet", "f2.parquet");
  }
}
