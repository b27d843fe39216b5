package io.millrace.delta.sink;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.vector.RandomRows;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * The contract for rows that replace one another: of each key the last one, unless it is deleted.
 */
abstract class UpsertContract extends SinkContract {
  private static final long KEYS = 97;
  private static final RowType TYPE =
      (RowType) RandomRows.type("ROW<customer BIGINT NOT NULL, total BIGINT>");

  /** Of the table, beside its key. */
  abstract Map<String, String> properties();

  @Override
  DeltaTableSpec spec(String path) {
    return new DeltaTableSpec(
        "totals", path, "contract/totals", TYPE, List.of("customer"), properties());
  }

  private static boolean isDelete(long n) {
    return n % 13 == 5;
  }

  @Override
  NumberSource.Filler rows() {
    return (row, n) -> {
      row.setLong(0, n % KEYS);
      row.setLong(1, n);
      row.setRowKind(isDelete(n) ? RowKind.DELETE : RowKind.UPDATE_AFTER);
    };
  }

  @Override
  List<String> expected(long end) {
    Map<Long, Long> totals = new TreeMap<>();
    for (long n = 0; n < end; n++) {
      if (isDelete(n)) {
        totals.remove(n % KEYS);
      } else {
        totals.put(n % KEYS, n);
      }
    }
    return totals.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).sorted().toList();
  }
}
