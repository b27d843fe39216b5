package io.millrace.jobs.plan;

import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.RowType;

/**
 * A dataset that is kept in a table.
 *
 * @param table its name
 * @param input whose rows begin with the table's columns
 * @param rowType the table's columns
 * @param key columns by which later rows replace earlier ones; empty if rows are only added
 * @param properties for the table's creation, {@code delta.*}
 */
public record TableWrite(
    String table,
    PlanNode input,
    RowType rowType,
    List<String> key,
    Map<String, String> properties) {
  public TableWrite {
    key = List.copyOf(key);
    properties = Map.copyOf(properties);
  }
}
