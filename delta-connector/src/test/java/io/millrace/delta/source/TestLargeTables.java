package io.millrace.delta.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.RowFilter.Comparison;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.LogAggregates.Aggregate;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many partitions and many columns: what planning costs is bounded, and still skips. */
class TestLargeTables {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  private static SplitPlanner planner(SourceTable table, RowFilter filter) {
    return new SplitPlanner(DeltaSource.builder(table.path()).filter(filter).build().spec());
  }

  @Test
  void twentyThousandPartitionsArePlannedInBoundedMemory() throws Exception {
    var table = new SourceTable(folder, SourceTable.NUMBERS, Map.of(), List.of("id")).create();
    StringBuilder entry = new StringBuilder();
    for (int n = 0; n < 20_000; n++) {
      entry.append(
          """
          {"add":{"path":"id=%d/x.parquet","partitionValues":{"id":"%d"},"size":1000,"modificationTime":1,"dataChange":true,"stats":"{\\"numRecords\\":3,\\"minValues\\":{\\"name\\":\\"n\\"},\\"maxValues\\":{\\"name\\":\\"n\\"},\\"nullCount\\":{\\"name\\":0}}"}}
          """
              .formatted(n, n));
    }
    Files.writeString(
        folder.resolve("_delta_log/%020d.json".formatted(1)), entry, StandardOpenOption.CREATE_NEW);
    TableSnapshot snapshot = TableSnapshot.latest(table.path());
    ColumnRef id = new ColumnRef(List.of("id"), new BigIntType());

    long before = THREADS.getCurrentThreadAllocatedBytes();
    assertThat(planner(table, RowFilter.TRUE).rowsOf(snapshot)).hasSize(20_000);
    assertThat(
            planner(table, new RowFilter.Compare(id, Comparison.EQUAL, 19_999L)).rowsOf(snapshot))
        .hasSize(1);
    assertThat(LogAggregates.of(snapshot, RowFilter.TRUE, List.of(), List.of(new Aggregate.Rows())))
        .contains(List.of(GenericRowData.of(60_000L)));
    assertThat(
            LogAggregates.of(snapshot, RowFilter.TRUE, List.of(id), List.of(new Aggregate.Rows())))
        .as("more groups than belong into a job's description")
        .isEmpty();
    // About 10 kB a file, most of it Kernel's, and garbage at once.
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(2L << 30);
  }

  @Test
  void sixHundredColumnsWithStatisticsAreSkippedByTheLastOne() throws Exception {
    int columns = 600;
    LogicalType[] types = new LogicalType[columns];
    String[] names = new String[columns];
    for (int i = 0; i < columns; i++) {
      types[i] = new BigIntType();
      names[i] = "column_with_a_long_name_" + i;
    }
    var table =
        new SourceTable(
            folder,
            RowType.of(types, names),
            Map.of("delta.dataSkippingNumIndexedCols", "-1", "delta.checkpointInterval", "5"));
    List<String> expected = new ArrayList<>();
    for (long file = 0; file < 6; file++) {
      GenericRowData row = new GenericRowData(columns);
      for (int i = 0; i < columns; i++) {
        row.setField(i, 1_000_000 * file + i);
      }
      table.append(List.of(row));
      expected.add("[%d]".formatted(1_000_000 * file + columns - 1));
    }
    expected.sort(null);
    ColumnRef last = new ColumnRef(List.of(names[columns - 1]), new BigIntType());
    TableSnapshot snapshot = TableSnapshot.latest(table.path());

    assertThat(
            planner(table, new RowFilter.Compare(last, Comparison.GREATER, 4_000_000L))
                .rowsOf(snapshot))
        .hasSize(2);
    assertThat(
            Scan.rows(
                DeltaSource.builder(table.path()).column(names[columns - 1], new BigIntType())))
        .isEqualTo(expected);
    assertThat(
            LogAggregates.of(
                snapshot,
                RowFilter.TRUE,
                List.of(),
                List.of(new Aggregate.Extreme(last, true), new Aggregate.Rows())))
        .contains(List.of(GenericRowData.of(5_000_599L, 6L)));
  }
}
