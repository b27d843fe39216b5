package io.millrace.jobs.pipeline;

import io.millrace.delta.row.FlatRowSerializer;
import io.millrace.jobs.operators.LookupJoinOperator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Rows that go to the operators inside the job itself. */
final class TravellingRows implements LookupJoinOperator.StaticRows {
  private static final long serialVersionUID = 1;

  private final RowType rowType;
  private final int count;
  private final byte[] bytes;

  TravellingRows(RowType rowType, List<RowData> rows) {
    this.rowType = rowType;
    this.count = rows.size();
    FlatRowSerializer serializer = new FlatRowSerializer(rowType);
    DataOutputSerializer out = new DataOutputSerializer(64 * (rows.size() + 1));
    try {
      for (RowData row : rows) {
        serializer.serialize(row, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.bytes = out.getCopyOfBuffer();
  }

  @Override
  public Iterable<RowData> load() throws IOException {
    FlatRowSerializer serializer = new FlatRowSerializer(rowType);
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    List<RowData> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rows.add(serializer.deserialize(in));
    }
    return rows;
  }
}
