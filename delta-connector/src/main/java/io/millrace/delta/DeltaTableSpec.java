package io.millrace.delta;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;

/**
 * A table that a sink writes: created at the first start if it is not there.
 *
 * @param name how people call it, for messages, operator names and metrics
 * @param path folder of the table: an absolute local path or a URI that Flink's file systems know
 * @param sinkId stable name of who writes, for the transaction identifier: pipeline and table,
 *     never the Flink job
 * @param rowType columns in order, with nullability; NOT NULL is enforced by the writer
 * @param primaryKey columns that identify a row; empty for an append-only stream of rows
 * @param properties Delta table properties, set when the table is created
 */
public record DeltaTableSpec(
    String name,
    String path,
    String sinkId,
    RowType rowType,
    List<String> primaryKey,
    Map<String, String> properties)
    implements Serializable {

  public DeltaTableSpec {
    requireNonNull(name, "name is null");
    requireNonNull(path, "path is null");
    requireNonNull(sinkId, "sinkId is null");
    requireNonNull(rowType, "rowType is null");
    primaryKey = new ArrayList<>(primaryKey);
    properties = new TreeMap<>(properties);
    for (String column : primaryKey) {
      if (!rowType.getFieldNames().contains(column)) {
        throw new IllegalArgumentException(
            "primary key column " + column + " is not in " + rowType.getFieldNames());
      }
    }
  }

  /** True if a later row replaces the earlier one of the same key. */
  public boolean upserts() {
    return !primaryKey.isEmpty();
  }

  /** Positions of the primary key's columns in {@link #rowType()}. */
  public int[] primaryKeyPositions() {
    return primaryKey.stream().mapToInt(rowType.getFieldNames()::indexOf).toArray();
  }
}
