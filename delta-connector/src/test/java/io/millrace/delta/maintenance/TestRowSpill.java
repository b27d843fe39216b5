package io.millrace.delta.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRowSpill {
  private static final RowType TYPE =
      RowType.of(new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE});

  @TempDir Path folder;

  @Test
  void rowsComeBackByKeyFromMemoryAndDisk() throws IOException {
    try (RowSpill spill = new RowSpill(folder, TYPE, 3)) {
      RowSpill.Writer one = spill.newWriter();
      RowSpill.Writer other = spill.newWriter();
      var random = new Random(3);
      for (int i = 0; i < 5000; i++) {
        long key = random.nextInt(100);
        String text = "x".repeat(i == 17 ? 3 * RowSpill.BLOCK_BYTES : random.nextInt(30));
        (i % 2 == 0 ? one : other)
            .write(
                i % 3 == 0 ? 0 : 2,
                key,
                i,
                GenericRowData.of(key * 1000 + i, StringData.fromString(text)));
      }
      assertThat(spill.rows(0)).isEqualTo(1667);
      assertThat(spill.rows(1)).isZero();
      assertThat(spill.rows(2)).isEqualTo(3333);
      try (var files = Files.list(folder)) {
        assertThat(files).hasSize(2);
      }

      List<Long> seen = new ArrayList<>();
      List<Long> keys = new ArrayList<>();
      spill.read(
          2,
          Integer.MAX_VALUE,
          (origin, row) -> {
            seen.add(origin);
            keys.add((row.getLong(0) - origin) / 1000);
            if (origin == 17) {
              assertThat(row.getString(1).toString()).hasSize(3 * RowSpill.BLOCK_BYTES);
            }
          });
      assertThat(keys).isSorted();
      assertThat(seen).hasSize(3333).doesNotHaveDuplicates().allMatch(origin -> origin % 3 != 0);
      List<Long> inChunks = new ArrayList<>();
      spill.read(2, 40_000, (origin, row) -> inChunks.add(origin));
      assertThat(inChunks).containsExactlyInAnyOrderElementsOf(seen).isNotEqualTo(seen);
      spill.read(1, 1000, (origin, row) -> seen.add(origin));
      assertThat(seen).hasSize(3333);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void keysAreSortedWithWhatIsBesideThem() {
    var random = new Random(5);
    for (int bits : new int[] {1, 8, 20, 63}) {
      long[] keys = random.longs(1000, 0, 1L << Math.min(bits, 62)).toArray();
      long[] expected = keys.clone();
      Arrays.sort(expected);
      int[] values = new int[keys.length];
      long[] before = keys.clone();
      Arrays.setAll(values, i -> i);

      RadixSort.sort(keys, values);

      assertThat(keys).isEqualTo(expected);
      for (int i = 0; i < keys.length; i++) {
        assertThat(before[values[i]]).isEqualTo(keys[i]);
        assertThat(i == 0 || keys[i - 1] < keys[i] || values[i - 1] < values[i]).isTrue();
      }
    }
  }
}
