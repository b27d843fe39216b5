package io.millrace.jobs.operators;

import io.millrace.delta.state.KeyBucket;
import io.millrace.delta.state.KeyBuffer;
import io.millrace.delta.state.RowKeys;
import java.time.Duration;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Does what {@link DeduplicateOperator} does with its keys in Flink's state backend: slower, but
 * bounded by the disk and not by the heap, with incremental checkpoints.
 *
 * <p>One difference: the horizon is wall-clock time and goes on while the job stands still.
 */
public final class DeduplicateOnStateBackend extends KeyedOperator {
  private static final long serialVersionUID = 1;

  private final RowType rowType;
  private final int[] keyColumns;
  private final RowKeys keys;
  private final @Nullable Duration horizon;
  private final int deduplicated = counter(DeduplicateOperator.DEDUPLICATED);

  private transient ValueState<byte[]> seen;
  private transient KeyBucket bucket;
  private transient KeyBuffer key;

  /** As {@link DeduplicateOperator#DeduplicateOperator}. */
  public DeduplicateOnStateBackend(
      String operator, RowType rowType, int[] keyColumns, @Nullable Duration horizon) {
    super(operator);
    this.rowType = rowType;
    this.keyColumns = keyColumns.clone();
    this.keys = new RowKeys(rowType, keyColumns);
    this.horizon = horizon == null ? null : DeduplicateOperator.checked(horizon);
  }

  /** What the input has to be keyed by. */
  public KeySelector<RowData, Integer> keySelector() {
    return new RowKeys(rowType, keyColumns).selector();
  }

  @Override
  String signature() {
    return DeduplicateOperator.signature(keys, horizon != null);
  }

  @Override
  String place() {
    return "the state backend";
  }

  @Override
  void restore(StateInitializationContext context) throws Exception {
    ValueStateDescriptor<byte[]> descriptor =
        new ValueStateDescriptor<>("seen", BytePrimitiveArraySerializer.INSTANCE);
    if (horizon != null) {
      // A key that shares the hash of a later one stays as long as that one: never too short.
      descriptor.enableTimeToLive(
          StateTtlConfig.newBuilder(horizon)
              .setUpdateType(StateTtlConfig.UpdateType.OnCreateAndWrite)
              .setStateVisibility(StateTtlConfig.StateVisibility.NeverReturnExpired)
              .build());
    }
    seen = context.getKeyedStateStore().getState(descriptor);
    bucket = new KeyBucket(0);
    key = new KeyBuffer(64);
  }

  @Override
  public void processElement(StreamRecord<RowData> record) throws Exception {
    countIn();
    RowData row = record.getValue();
    setCurrentKey(keys.hash(row));
    key.clear();
    keys.encode(row, key);
    bucket.read(seen.value());
    if (bucket.find(key.bytes(), 0, key.length()) >= 0) {
      count(deduplicated);
      return;
    }
    bucket.add(key.bytes(), 0, key.length());
    seen.update(bucket.write());
    forward(record);
  }
}
