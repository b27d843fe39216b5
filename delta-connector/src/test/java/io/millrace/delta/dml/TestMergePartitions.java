package io.millrace.delta.dml;

import java.util.Map;

/** MERGE into a table with partitions that maps its column names. */
class TestMergePartitions extends MergeContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.columnMapping.mode", "name", "delta.enableDeletionVectors", "true");
  }

  @Override
  String partitionedBy() {
    return "PARTITIONED BY (region)";
  }
}
