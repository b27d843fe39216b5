package io.millrace.delta.sink;

import static io.millrace.delta.sink.CommitterFixture.adds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.RowKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFoundRows {
  private static final int GROUPS = 8;
  private static final long ROWS = 3_000;

  @TempDir private Path folder;

  private DeltaTableSpec spec() {
    return CommitterFixture.upserts(folder.resolve("orders"));
  }

  private void add(long checkpoint, String name, LongStream ids) {
    try (TableCommitter committer = TableCommitter.open(spec())) {
      committer.commit(
          adds(
              "a",
              checkpoint,
              checkpoint,
              ExampleFiles.write(folder.resolve("orders"), name, ids.toArray())));
    }
  }

  private UpsertIndex read(int firstGroup, int lastGroup) {
    RowKeys keys = new RowKeys(spec().rowType(), spec().primaryKeyPositions());
    RowPlaces places = new RowPlaces();
    UpsertIndex index =
        new UpsertIndex(
            keys,
            places,
            new KeyedTables(
                KeyGroupRange.of(firstGroup, lastGroup),
                GROUPS,
                "test",
                () -> keys.newTable(1),
                places));
    IndexBootstrap.read(spec(), index, row -> "");
    return index;
  }

  @BeforeEach
  void createTheTable() {
    add(1, "f1.parquet", LongStream.range(0, ROWS));
    add(2, "f2.parquet", LongStream.range(ROWS, 2 * ROWS));
  }

  @Test
  void everyRowIsInTheIndexOfOneSubtaskAndItsPlaceIsRight() {
    UpsertIndex one = read(0, 2);
    UpsertIndex other = read(3, GROUPS - 1);

    assertThat(one.tables().size() + other.tables().size()).isEqualTo(2 * ROWS);
    for (long id = 0; id < 2 * ROWS; id++) {
      GenericRowData row = GenericRowData.of(id, null);
      UpsertIndex owner = one.isMine(row) ? one : other;
      owner.remove(row, "");
      List<SupersededRows> superseded = owner.take();
      assertThat(superseded).hasSize(1);
      assertThat(superseded.get(0).path()).isEqualTo(id < ROWS ? "f1.parquet" : "f2.parquet");
      assertThat(superseded.get(0).positions()).containsExactly(id % ROWS);
    }
    assertThat(one.tables().size() + other.tables().size()).isZero();
  }

  @Test
  void tablesAreMadeForAllRowsAtOnce() {
    UpsertIndex index = read(0, GROUPS - 1);

    for (int i = 0; i < GROUPS; i++) {
      assertThat(index.tables().table(i).moves()).isEqualTo(1);
    }
    assertThat(index.tables().memoryBytes() / (2 * ROWS)).isBetween(25L, 32L);
  }

  @Test
  void twoRowsOfOneKeyAreNamed() {
    add(3, "f3.parquet", LongStream.of(70_000, 1234));

    assertThatThrownBy(() -> read(0, GROUPS - 1))
        .hasMessage(
            "STATE_INCOMPATIBLE: table orders has two rows of one primary key (id): row 1 of file"
                + " f3.parquet and row 1234 of file f1.parquet; it cannot be the table that was"
                + " upserted so far\n  Remedy: remove the duplicates, or write to another table");
  }

  @Test
  void filesAreForgottenWhileTheIndexStaysTrue() {
    UpsertIndex index = read(0, GROUPS - 1);
    GenericRowData row = GenericRowData.of(5L, null);
    for (int i = 0; i < 5_000; i++) {
      index.replace(row, "", i, i);
    }
    index.take();
    assertThat(index.places().areMany()).isTrue();
    index.forgetFiles();

    assertThat(index.places().areMany()).isFalse();
    index.remove(row, "");
    index.remove(GenericRowData.of(ROWS + 3, null), "");
    assertThat(index.take())
        .anySatisfy(rows -> assertThat(rows.positions()).containsExactly(4_999))
        .anySatisfy(
            rows -> {
              assertThat(rows.path()).isEqualTo("f2.parquet");
              assertThat(rows.positions()).containsExactly(3);
            })
        .hasSize(2);
  }
}
