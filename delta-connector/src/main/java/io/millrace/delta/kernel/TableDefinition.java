package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.SchemaEvolution;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;

/**
 * What a writer wants a table to be.
 *
 * @param name how people call it, for messages
 * @param path folder of the table: an absolute local path or a URI
 * @param rowType columns in order, with nullability
 * @param upserts true if rows of earlier files will be deleted, which needs deletion vectors
 * @param properties Delta table properties, set if the table is created
 * @param partitionColumns in layout order; empty for a table without partitions
 * @param evolution what may change about the table's schema when it is opened
 * @param checksConstraints true if the writer evaluates the table's constraints for each row; if
 *     not, tables with constraints are refused
 */
public record TableDefinition(
    String name,
    String path,
    RowType rowType,
    boolean upserts,
    Map<String, String> properties,
    List<String> partitionColumns,
    SchemaEvolution evolution,
    boolean checksConstraints) {
  public TableDefinition {
    requireNonNull(name, "name is null");
    requireNonNull(path, "path is null");
    requireNonNull(rowType, "rowType is null");
    requireNonNull(evolution, "evolution is null");
    properties = new TreeMap<>(properties);
    partitionColumns = List.copyOf(partitionColumns);
  }

  /** A table without partitions, whose schema stays as it is. */
  public TableDefinition(
      String name, String path, RowType rowType, boolean upserts, Map<String, String> properties) {
    this(name, path, rowType, upserts, properties, List.of(), SchemaEvolution.NONE, false);
  }

  /** What a sink wants, which evaluates constraints. */
  public static TableDefinition of(DeltaTableSpec spec) {
    return new TableDefinition(
        spec.name(),
        spec.path(),
        spec.rowType(),
        spec.upserts(),
        spec.properties(),
        spec.partitionColumns(),
        spec.evolution(),
        true);
  }
}
