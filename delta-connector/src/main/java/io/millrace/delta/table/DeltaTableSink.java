package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.DeltaSink;
import io.millrace.delta.sink.Epoch;
import io.millrace.delta.sink.EpochListener;
import io.millrace.delta.sink.PartitionOptions;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.abilities.SupportsPartitioning;
import org.apache.flink.table.data.RowData;

/**
 * A Delta table that a statement writes: rows are appended, or with a primary key replaced and
 * deleted. They are there with the next checkpoint.
 */
final class DeltaTableSink implements DynamicTableSink, SupportsPartitioning {
  private final DeltaTableSpec spec;
  private final PartitionOptions partitions;

  DeltaTableSink(DeltaTableSpec spec, PartitionOptions partitions) {
    this.spec = requireNonNull(spec, "spec is null");
    this.partitions = requireNonNull(partitions, "partitions is null");
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requested) {
    return spec.upserts() ? ChangelogMode.upsert(false) : ChangelogMode.insertOnly();
  }

  /** Nothing to do: the planner puts the constants into the rows. */
  @Override
  public void applyStaticPartition(Map<String, String> partition) {}

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new DataStreamSinkProvider() {
      @Override
      public DataStreamSink<?> consumeDataStream(
          ProviderContext provider, DataStream<RowData> rows) {
        return write(provider, rows);
      }
    };
  }

  private DataStreamSink<?> write(ProviderContext provider, DataStream<RowData> rows) {
    DataStream<CheckpointPart> parts =
        spec.upserts()
            ? DeltaSink.upsert(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"), false)
            : DeltaSink.append(
                rows, spec, ParquetOptions.DEFAULT, partitions, uid(provider, "write"));
    return DeltaSink.commit(List.of(parts), List.of(spec), Nobody.INSTANCE, uid(provider, "commit"))
        .sinkTo(new DiscardingSink<>())
        .name(spec.name() + ": committed")
        .setParallelism(1)
        .uid(uid(provider, "committed"));
  }

  private String uid(ProviderContext provider, String step) {
    return provider.generateUid(step).orElse("delta: " + spec.name() + ": " + step);
  }

  @Override
  public DynamicTableSink copy() {
    return new DeltaTableSink(spec, partitions);
  }

  @Override
  public String asSummaryString() {
    return "Delta table " + spec.path();
  }

  /** A statement has no registry of epochs. */
  private enum Nobody implements EpochListener {
    INSTANCE;

    @Override
    public void open() {}

    @Override
    public void prepared(Epoch epoch) {}

    @Override
    public void committed(Epoch epoch, Map<String, Long> versions) {}
  }
}
