package io.millrace.delta.filter;

import io.millrace.delta.filter.Bounds.Nulls;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;

/** Bounds of a row group's columns, from its file's footer. */
public final class RowGroupBounds implements Bounds.Source {
  private final Map<ColumnPath, ColumnChunkMetaData> columns = new HashMap<>();
  private final long rows;

  public RowGroupBounds(BlockMetaData group) {
    rows = group.getRowCount();
    for (ColumnChunkMetaData column : group.getColumns()) {
      columns.put(column.getPath(), column);
    }
  }

  @Override
  public Bounds of(ColumnRef column) {
    ColumnChunkMetaData chunk = columns.get(ColumnPath.get(column.path().toArray(new String[0])));
    Statistics<?> statistics = chunk == null ? null : chunk.getStatistics();
    if (chunk == null || statistics == null || statistics.isEmpty()) {
      return Bounds.UNKNOWN;
    }
    Nulls nulls = Nulls.UNKNOWN;
    if (statistics.isNumNullsSet()) {
      long count = statistics.getNumNulls();
      nulls = count == 0 ? Nulls.NONE : count == rows ? Nulls.ALL : Nulls.SOME;
    }
    if (nulls == Nulls.ALL) {
      return Bounds.NULL;
    }
    if (!statistics.hasNonNullValue()) {
      return new Bounds(null, null, nulls);
    }
    return new Bounds(
        FilterValues.ofParquet(statistics.genericGetMin(), chunk.getPrimitiveType(), column.type()),
        FilterValues.ofParquet(statistics.genericGetMax(), chunk.getPrimitiveType(), column.type()),
        nulls);
  }
}
