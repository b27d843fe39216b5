package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.vector.RandomRows;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.table.types.logical.RowType;

class TestSinkOfPartitionedRows extends SinkContract {
  private static final RowType TYPE = (RowType) RandomRows.type("ROW<id BIGINT, land STRING>");

  @Override
  DeltaTableSpec spec(String path) {
    return new DeltaTableSpec("visits", path, "contract/visits", TYPE, List.of(), Map.of())
        .partitionedBy(List.of("land"));
  }

  @Override
  NumberSource.Filler rows() {
    return (row, n) -> {
      row.setLong(0, n);
      row.setString(1, "land " + n % 5);
    };
  }

  @Override
  List<String> expected(long end) {
    return LongStream.range(0, end).mapToObj(n -> n + "|land " + n % 5).sorted().toList();
  }
}
