package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.RowKeys;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose keyed state is {@link KeyedTables} in Flink's raw keyed state.
 *
 * <p>Its input is keyed by {@link RowKeys#selector}, so that Flink partitions by the hash that also
 * finds the table. Flink's own notion of a current key is switched off: it would hash every row
 * twice for a state backend that holds nothing.
 */
abstract class RawKeyedOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  private transient @Nullable KeyedTables tables;

  RawKeyedOperator(String operator) {
    super(operator);
  }

  /** Empty tables for this subtask's key groups. */
  abstract KeyedTables newTables();

  /** Called after the tables were filled, or found to have nothing to be filled with. */
  void restored(KeyedTables tables) {}

  /** Called before the tables are written. */
  void beforeSnapshot(KeyedTables tables) {}

  final KeyedTables tables() {
    return requireNonNull(tables, "state is not initialized");
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    KeyedTables initial = newTables();
    initial.restore(context);
    restored(initial);
    tables = initial;
  }

  @Override
  public void open() throws Exception {
    super.open();
    getMetricGroup().gauge("stateEntries", () -> tables().size());
    getMetricGroup().gauge("stateBytes", () -> tables().memoryBytes());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    beforeSnapshot(tables());
    tables().snapshot(context);
  }

  @Override
  protected final boolean isUsingCustomRawKeyedState() {
    return true;
  }

  @Override
  public final boolean hasKeyContext1() {
    return false;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public final void setKeyContextElement1(StreamRecord record) {}
}
