package io.millrace.delta.sink;

import io.millrace.delta.row.FlatRow;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.legacy.RichSourceFunction;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Rows made from the numbers from {@code first} on, in one mutable row; between two checkpoints not
 * more than a given number, so that a test decides how many checkpoints it sees.
 */
final class NumberSource extends RichSourceFunction<RowData>
    implements CheckpointedFunction, CheckpointListener {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<Long> NEXT =
      new ListStateDescriptor<>("next", LongSerializer.INSTANCE);

  private final String probe;
  private final RowType rowType;
  private final Filler filler;
  private final long end;
  private final long perCheckpoint;
  private final boolean endless;

  private long next;
  private transient ListState<Long> state;
  private volatile long allowed;
  private volatile boolean running = true;

  /** Makes the row of a number. */
  interface Filler extends Serializable {
    void fill(FlatRow row, long number);
  }

  /**
   * @param endless true to wait for the job's end after the last number
   */
  NumberSource(
      Probe probe,
      RowType rowType,
      Filler filler,
      long first,
      long end,
      long perCheckpoint,
      boolean endless) {
    this.probe = probe.name();
    this.rowType = rowType;
    this.filler = filler;
    this.next = first;
    this.end = end;
    this.perCheckpoint = perCheckpoint;
    this.endless = endless;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state = context.getOperatorStateStore().getListState(NEXT);
    for (Long stored : state.get()) {
      next = stored;
    }
    allowed = next + perCheckpoint;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.update(List.of(next));
  }

  @Override
  public void run(SourceContext<RowData> context) {
    FlatRow row = new FlatRow(rowType);
    while (running && (next < end || endless)) {
      if (next >= end || next >= allowed || Probe.of(probe).isHeld()) {
        LockSupport.parkNanos(500_000);
        continue;
      }
      synchronized (context.getCheckpointLock()) {
        row.setAllNull();
        filler.fill(row, next);
        context.collect(row);
        next++;
        Probe.of(probe).emitted.incrementAndGet();
      }
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    allowed = Math.max(allowed, next + perCheckpoint);
  }

  @Override
  public void cancel() {
    running = false;
  }
}
