package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyBucket;
import io.millrace.delta.state.KeyBuffer;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/**
 * Does what {@link GlobalAggregateOperator} does with its totals in Flink's state backend.
 *
 * <p>What arrives between two barriers is added up in memory, so that the backend is read and
 * written once for each group that changed; the groups of one interval have to fit the heap.
 */
public final class GlobalAggregateOnStateBackend extends KeyedOperator {
  private static final long serialVersionUID = 1;

  private final Aggregation aggregation;
  private final Accumulators accumulators;
  private final RowKeys keys;
  private final int groupColumns;

  private transient ValueState<byte[]> totals;
  private transient KeyTable changes;
  private transient KeyBucket bucket;
  private transient KeyBuffer key;
  private transient FlatRow adapter;
  private transient FlatRow result;
  private transient long[] partial;

  public GlobalAggregateOnStateBackend(String operator, Aggregation aggregation) {
    super(operator);
    this.aggregation = requireNonNull(aggregation, "aggregation is null");
    this.accumulators = aggregation.accumulators();
    this.keys = aggregation.partialKeys();
    this.groupColumns = aggregation.groupColumns();
  }

  @Override
  String signature() {
    return aggregation.signature();
  }

  @Override
  String place() {
    return "the state backend";
  }

  @Override
  void restore(StateInitializationContext context) throws Exception {
    totals =
        context
            .getKeyedStateStore()
            .getState(new ValueStateDescriptor<>("totals", BytePrimitiveArraySerializer.INSTANCE));
  }

  @Override
  public void open() throws Exception {
    super.open();
    changes = keys.newTable(accumulators.width());
    bucket = new KeyBucket(accumulators.width());
    key = new KeyBuffer(64);
    adapter = new FlatRow(aggregation.partialType());
    result = new FlatRow(aggregation.outputType());
    partial = new long[accumulators.width()];
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    FlatRow row = flat(record.getValue());
    for (int i = 0; i < partial.length; i++) {
      partial[i] = row.longAt(groupColumns + i);
    }
    int inserted = keys.insert(changes, keys.hash(row), row);
    int slot = inserted < 0 ? ~inserted : inserted;
    accumulators.merge(partial, 0, changes.values(), changes.valueOffset(slot));
  }

  private FlatRow flat(RowData row) {
    if (row instanceof FlatRow flat) {
      return flat;
    }
    adapter.copyFrom(row);
    return adapter;
  }

  @Override
  protected void flush() throws Exception {
    for (int slot = changes.next(-1); slot >= 0; slot = changes.next(slot)) {
      keys.readKey(changes, slot, result, 0);
      setCurrentKey(keys.hash(result));
      key.clear();
      keys.encode(result, key);
      bucket.read(totals.value());
      int found = bucket.find(key.bytes(), 0, key.length());
      int entry = found < 0 ? bucket.add(key.bytes(), 0, key.length()) : found;
      long[] values = bucket.values();
      int offset = bucket.valueOffset(entry);
      accumulators.merge(changes.values(), changes.valueOffset(slot), values, offset);
      totals.update(bucket.write());
      // What is in the state has been emitted: both happen before the same barrier.
      result.setRowKind(found < 0 ? RowKind.INSERT : RowKind.UPDATE_AFTER);
      accumulators.results(values, offset, result, groupColumns);
      emit(result);
    }
    changes.clear();
  }
}
