package io.millrace.delta.dml;

import java.util.Map;

/** Ids of rows that move between partitions, in files that are rewritten under mapped names. */
class TestRowIdsPartitions extends RowIdContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.columnMapping.mode", "name", "delta.enableChangeDataFeed", "true");
  }

  @Override
  String partitionedBy() {
    return "PARTITIONED BY (region)";
  }
}
