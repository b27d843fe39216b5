package io.millrace.delta;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
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
 * @param partitionColumns columns whose values divide the table into folders, in layout order;
 *     empty for a table without partitions
 * @param evolution what may change about the table's schema when a job starts
 */
public record DeltaTableSpec(
    String name,
    String path,
    String sinkId,
    RowType rowType,
    List<String> primaryKey,
    Map<String, String> properties,
    List<String> partitionColumns,
    SchemaEvolution evolution)
    implements Serializable {

  public DeltaTableSpec {
    requireNonNull(name, "name is null");
    requireNonNull(path, "path is null");
    requireNonNull(sinkId, "sinkId is null");
    requireNonNull(rowType, "rowType is null");
    requireNonNull(evolution, "evolution is null");
    primaryKey = new ArrayList<>(primaryKey);
    properties = new TreeMap<>(properties);
    partitionColumns = new ArrayList<>(partitionColumns);
    requireColumns("primary key", primaryKey, rowType);
    requireColumns("partition", partitionColumns, rowType);
    if (new HashSet<>(partitionColumns).size() < partitionColumns.size()) {
      throw new IllegalArgumentException(
          "a partition column is named twice in " + partitionColumns);
    }
  }

  /** A table without partitions, whose schema stays as it is. */
  public DeltaTableSpec(
      String name,
      String path,
      String sinkId,
      RowType rowType,
      List<String> primaryKey,
      Map<String, String> properties) {
    this(name, path, sinkId, rowType, primaryKey, properties, List.of(), SchemaEvolution.NONE);
  }

  private static void requireColumns(String what, List<String> columns, RowType rowType) {
    for (String column : columns) {
      if (!rowType.getFieldNames().contains(column)) {
        throw new IllegalArgumentException(
            what + " column " + column + " is not in " + rowType.getFieldNames());
      }
    }
  }

  /** The same table, divided by these columns. */
  public DeltaTableSpec partitionedBy(List<String> columns) {
    return new DeltaTableSpec(
        name, path, sinkId, rowType, primaryKey, properties, columns, evolution);
  }

  /** The same table, whose schema may change like this when a job starts. */
  public DeltaTableSpec evolving(SchemaEvolution allowed) {
    return new DeltaTableSpec(
        name, path, sinkId, rowType, primaryKey, properties, partitionColumns, allowed);
  }

  /** True if a later row replaces the earlier one of the same key. */
  public boolean upserts() {
    return !primaryKey.isEmpty();
  }

  /** Positions of the primary key's columns in {@link #rowType()}. */
  public int[] primaryKeyPositions() {
    return primaryKey.stream().mapToInt(rowType.getFieldNames()::indexOf).toArray();
  }

  /** Positions of the partition columns in {@link #rowType()}. */
  public int[] partitionPositions() {
    return partitionColumns.stream().mapToInt(rowType.getFieldNames()::indexOf).toArray();
  }
}
