package io.millrace.delta.kernel;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.RowType;

/**
 * What a table is, at one version.
 *
 * @param path folder of the table, qualified
 * @param version of the table
 * @param rowType columns in order, with nullability
 * @param partitionColumns in layout order
 * @param properties of the table
 * @param files number of data files
 * @param rows rows by statistics, less those in deletion vectors; empty if a file has no statistics
 * @param bytes of the data files together, deleted rows included
 * @param features table features, readers' and writers', in alphabetical order
 */
public record TableDescription(
    String path,
    long version,
    RowType rowType,
    List<String> partitionColumns,
    Map<String, String> properties,
    long files,
    OptionalLong rows,
    long bytes,
    List<String> features) {
  public TableDescription {
    partitionColumns = List.copyOf(partitionColumns);
    properties = new TreeMap<>(properties);
    features = List.copyOf(features);
  }
}
