package io.millrace.delta.table;

import java.util.Map;

/** UPDATE and DELETE in a table with partitions that maps its column names. */
class TestRowLevelMappedColumns extends RowLevelContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.columnMapping.mode", "name", "delta.enableDeletionVectors", "true");
  }

  @Override
  String partitionedBy() {
    return "PARTITIONED BY (region)";
  }

  @Override
  boolean vectors() {
    return true;
  }
}
