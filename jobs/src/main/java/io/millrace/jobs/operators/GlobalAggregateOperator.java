package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.RowKeys;
import java.util.Arrays;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/**
 * Keeps the totals of each group and emits those that changed, once, before each barrier and at the
 * end of the input: so the rows of checkpoint N are the totals of exactly the rows before barrier
 * N.
 *
 * <p>A group's row is an INSERT the first time and an UPDATE_AFTER from then on; group columns are
 * the key. Input rows are of {@link Aggregation#partialType}, keyed by {@link
 * Aggregation#partialKeySelector}; output rows are of {@link Aggregation#outputType}.
 */
public final class GlobalAggregateOperator extends RawKeyedOperator {
  private static final long serialVersionUID = 1;

  private static final long CHANGED = 1;
  private static final long EMITTED = 2;
  private static final int SCANNED_SHARE = 8;

  private final Aggregation aggregation;
  private final Accumulators accumulators;
  private final RowKeys keys;
  private final int groupColumns;

  private transient Changes[] changes;
  private transient FlatRow adapter;
  private transient FlatRow result;
  private transient long[] partial;

  public GlobalAggregateOperator(String operator, Aggregation aggregation) {
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

  /** A group's longs: what the calls accumulated, then the flags. */
  @Override
  KeyTable newTable() {
    return keys.newTable(accumulators.width() + 1);
  }

  @Override
  void restored(KeyedTables tables) {
    changes = new Changes[tables.count()];
    for (int i = 0; i < changes.length; i++) {
      changes[i] = new Changes(tables.table(i).moves());
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
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
    int hash = keys.hash(row);
    int index = tables().indexFor(hash);
    KeyTable table = tables().table(index);
    int inserted = keys.insert(table, hash, row);
    int slot = inserted < 0 ? ~inserted : inserted;
    long[] values = table.values();
    int offset = table.valueOffset(slot);
    accumulators.merge(partial, 0, values, offset);
    int flags = offset + partial.length;
    if ((values[flags] & CHANGED) == 0) {
      values[flags] |= CHANGED;
      changes[index].add(slot);
    }
  }

  private FlatRow flat(RowData row) {
    if (row instanceof FlatRow flat) {
      return flat;
    }
    adapter.copyFrom(row);
    return adapter;
  }

  @Override
  protected void flush() {
    for (int i = 0; i < changes.length; i++) {
      Changes changed = changes[i];
      if (changed.count == 0) {
        continue;
      }
      KeyTable table = tables().table(i);
      // In the order of the table where most of it changed: memory is read ahead then.
      if (changed.moves == table.moves() && changed.count < table.size() / SCANNED_SHARE) {
        for (int n = 0; n < changed.count; n++) {
          emitChanged(table, changed.slots[n]);
        }
      } else {
        for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
          emitChanged(table, slot);
        }
      }
      changed.clear(table.moves());
    }
  }

  private void emitChanged(KeyTable table, int slot) {
    long[] values = table.values();
    int offset = table.valueOffset(slot);
    int flags = offset + partial.length;
    if ((values[flags] & CHANGED) == 0) {
      return;
    }
    result.setRowKind((values[flags] & EMITTED) == 0 ? RowKind.INSERT : RowKind.UPDATE_AFTER);
    values[flags] = EMITTED;
    keys.readKey(table, slot, result, 0);
    accumulators.results(values, offset, result, groupColumns);
    emit(result);
  }

  /** Slots that changed since the last flush; void once the table has moved its entries. */
  private static final class Changes {
    private int[] slots = new int[16];
    private int count;
    private int moves;

    Changes(int moves) {
      this.moves = moves;
    }

    void add(int slot) {
      if (count == slots.length) {
        slots = Arrays.copyOf(slots, count * 2);
      }
      slots[count++] = slot;
    }

    void clear(int nowMoves) {
      count = 0;
      moves = nowMoves;
    }
  }
}
