package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.vector.RandomRows;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.table.types.logical.RowType;

class TestSinkOfAppendedRows extends SinkContract {
  private static final RowType TYPE = (RowType) RandomRows.type("ROW<id BIGINT, name STRING>");

  @Override
  DeltaTableSpec spec(String path) {
    return new DeltaTableSpec("orders", path, "contract/orders", TYPE, List.of(), Map.of());
  }

  @Override
  NumberSource.Filler rows() {
    return (row, n) -> {
      row.setLong(0, n);
      row.setString(1, "name-" + n % 7);
    };
  }

  @Override
  List<String> expected(long end) {
    return LongStream.range(0, end).mapToObj(n -> n + "|name-" + n % 7).sorted().toList();
  }
}
