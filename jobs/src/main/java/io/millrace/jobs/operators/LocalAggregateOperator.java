package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.RowKeys;
import java.util.Arrays;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/**
 * Adds up the rows of each group where they are, so that fewer rows are shuffled, and emits {@link
 * Aggregation#partialType} rows: when it holds its limit of groups, before each barrier and at the
 * end. It has no state: all of it is downstream before the barrier.
 *
 * <p>Where groups are nearly as many as rows, adding up first is wasted; then each row is passed on
 * as a partial of its own, and the operator looks again after a while.
 */
public final class LocalAggregateOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  /** A table of so many groups stays within the processor's caches. */
  static final int DEFAULT_MAX_GROUPS = 32 << 10;

  private static final int MIN_SAMPLE_ROWS = 4 << 10;
  private static final double MAX_GROUPS_PER_ROW = 0.8;
  private static final int PASSED_ROWS_PER_SAMPLE_ROW = 16;

  private final Aggregation aggregation;
  private final Accumulators accumulators;
  private final RowKeys keys;
  private final int maxGroups;

  private transient KeyTable table;
  private transient FlatRow adapter;
  private transient FlatRow partial;
  private transient long[] single;
  private transient long rowsSinceFlush;
  private transient long rowsToPass;

  public LocalAggregateOperator(String operator, Aggregation aggregation) {
    this(operator, aggregation, DEFAULT_MAX_GROUPS);
  }

  LocalAggregateOperator(String operator, Aggregation aggregation, int maxGroups) {
    super(operator);
    this.aggregation = requireNonNull(aggregation, "aggregation is null");
    this.accumulators = aggregation.accumulators();
    this.keys = aggregation.inputKeys();
    this.maxGroups = maxGroups;
  }

  @Override
  public void open() throws Exception {
    super.open();
    table = keys.newTable(accumulators.width());
    adapter = new FlatRow(aggregation.inputType());
    partial = new FlatRow(aggregation.partialType());
    single = new long[accumulators.width()];
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    FlatRow row = flat(record.getValue());
    if (rowsToPass > 0) {
      rowsToPass--;
      pass(row);
      return;
    }
    // A table of longs finds its slot by the key alone.
    int slot = keys.insert(table, keys.isLong() ? 0 : keys.hash(row), row);
    accumulators.add(row, table.values(), table.valueOffset(slot < 0 ? ~slot : slot));
    rowsSinceFlush++;
    if (table.size() >= maxGroups) {
      flush();
    }
  }

  private FlatRow flat(RowData row) {
    if (row instanceof FlatRow flat) {
      return flat;
    }
    adapter.copyFrom(row);
    return adapter;
  }

  private void pass(FlatRow row) {
    Arrays.fill(single, 0);
    accumulators.add(row, single, 0);
    keys.copyKey(row, partial, 0);
    emitPartial(single, 0);
  }

  @Override
  protected void flush() {
    int groups = table.size();
    if (groups == 0) {
      return;
    }
    for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
      keys.readKey(table, slot, partial, 0);
      emitPartial(table.values(), table.valueOffset(slot));
    }
    table.clear();
    if (rowsSinceFlush >= MIN_SAMPLE_ROWS && groups > MAX_GROUPS_PER_ROW * rowsSinceFlush) {
      rowsToPass = PASSED_ROWS_PER_SAMPLE_ROW * rowsSinceFlush;
    }
    rowsSinceFlush = 0;
  }

  private void emitPartial(long[] values, int offset) {
    int groupColumns = aggregation.groupColumns();
    for (int i = 0; i < accumulators.width(); i++) {
      partial.setLong(groupColumns + i, values[offset + i]);
    }
    emit(partial);
  }
}
