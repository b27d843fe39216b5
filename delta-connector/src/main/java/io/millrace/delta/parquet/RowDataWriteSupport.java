package io.millrace.delta.parquet;

import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Rows of one type, or some of their columns, for parquet-java. */
final class RowDataWriteSupport extends WriteSupport<RowData> {
  private final RowType written;
  private final int[] fields;
  private final MessageType schema;
  private final NullChecks nulls;
  private @Nullable RecordConsumer out;
  private @Nullable GroupWriter root;

  /**
   * @param written the columns of {@code schema}
   * @param fields their positions in the rows that come
   */
  RowDataWriteSupport(RowType written, int[] fields, MessageType schema, NullChecks nulls) {
    this.written = written;
    this.fields = fields;
    this.schema = schema;
    this.nulls = nulls;
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(schema, Map.of());
  }

  @Override
  public WriteContext init(Configuration configuration) {
    return new WriteContext(schema, Map.of());
  }

  @Override
  public void prepareForWrite(RecordConsumer consumer) {
    out = consumer;
    root = new GroupWriter(written, fields, "", new FieldWriters(consumer, nulls));
  }

  @Override
  public void write(RowData row) {
    out.startMessage();
    root.writeFields(row);
    out.endMessage();
  }
}
