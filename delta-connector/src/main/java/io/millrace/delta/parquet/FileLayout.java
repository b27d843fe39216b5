package io.millrace.delta.parquet;

import io.millrace.delta.DeltaTableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.schema.MessageType;

/**
 * What all data files of one table have in common: which columns of a row they hold, and how. The
 * values of partition columns are in the log, not in the files.
 *
 * @param table name of the table, for messages
 * @param folder of the table
 * @param rows type of the rows that come
 * @param names what the table calls its columns in its files
 * @param written the columns that files hold, called as they are there
 * @param fields positions of {@code written} in {@code rows}
 * @param schema of the files
 * @param statisticsColumns how many leaf columns get statistics; -1 for all
 */
record FileLayout(
    String table,
    Path folder,
    RowType rows,
    ColumnNames names,
    RowType written,
    int[] fields,
    MessageType schema,
    int statisticsColumns) {
  private static final String INDEXED_COLUMNS = "delta.dataSkippingNumIndexedCols";

  /**
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED for a column that Delta cannot
   *     store
   */
  static FileLayout of(DeltaTableSpec spec, ColumnNames names) {
    RowType rows = spec.rowType();
    int[] fields =
        IntStream.range(0, rows.getFieldCount())
            .filter(i -> !spec.partitionColumns().contains(rows.getFieldNames().get(i)))
            .toArray();
    List<RowType.RowField> columns = new ArrayList<>(fields.length);
    for (int field : fields) {
      columns.add(rows.getFields().get(field));
    }
    RowType written = new RowType(false, columns);
    return new FileLayout(
        spec.name(),
        new Path(spec.path()),
        rows,
        names,
        names.inFiles(written),
        fields,
        ParquetTypes.message(spec.name(), written, names),
        statisticsColumns(spec.properties()));
  }

  private static int statisticsColumns(Map<String, String> properties) {
    String columns = properties.get(INDEXED_COLUMNS);
    return columns == null ? FileStatistics.DEFAULT_COLUMNS : Integer.parseInt(columns.trim());
  }
}
