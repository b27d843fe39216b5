package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

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
 */
public record TableDefinition(
    String name, String path, RowType rowType, boolean upserts, Map<String, String> properties) {
  public TableDefinition {
    requireNonNull(name, "name is null");
    requireNonNull(path, "path is null");
    requireNonNull(rowType, "rowType is null");
    properties = new TreeMap<>(properties);
  }
}
