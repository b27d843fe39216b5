package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.source.DeltaSource;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.data.RowData;

/** A scan whose readers make the watermarks, file by file, where rows of one file are in order. */
final class WatermarkedScan implements DataStreamScanProvider {
  private final String table;
  private final DeltaSource source;
  private final WatermarkStrategy<RowData> watermarks;
  private final Optional<Integer> readers;

  /**
   * @param readers how many; empty for as many as the job has
   */
  WatermarkedScan(
      String table,
      DeltaSource source,
      WatermarkStrategy<RowData> watermarks,
      Optional<Integer> readers) {
    this.table = requireNonNull(table, "table is null");
    this.source = requireNonNull(source, "source is null");
    this.watermarks = requireNonNull(watermarks, "watermarks is null");
    this.readers = requireNonNull(readers, "readers is null");
  }

  @Override
  public DataStream<RowData> produceDataStream(
      ProviderContext context, StreamExecutionEnvironment environment) {
    DataStreamSource<RowData> rows = environment.fromSource(source, watermarks, "delta: " + table);
    context.generateUid("read").ifPresent(rows::uid);
    readers.ifPresent(rows::setParallelism);
    return rows;
  }

  @Override
  public boolean isBounded() {
    return source.getBoundedness() == Boundedness.BOUNDED;
  }

  @Override
  public Optional<Integer> getParallelism() {
    return readers;
  }
}
