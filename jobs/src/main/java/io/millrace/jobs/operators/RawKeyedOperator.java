package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.KeyedTables;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.jspecify.annotations.Nullable;

/** An operator whose keyed state is {@link KeyedTables} in Flink's raw keyed state. */
abstract class RawKeyedOperator extends KeyedOperator {
  private static final long serialVersionUID = 1;

  private transient @Nullable KeyedTables tables;

  RawKeyedOperator(String operator) {
    super(operator);
  }

  /** An empty table, as each key group has one. */
  abstract KeyTable newTable();

  /** Called after the tables were filled, or found to have nothing to be filled with. */
  void restored(KeyedTables tables) {}

  /** Called before the tables are written. */
  void beforeSnapshot(KeyedTables tables) {}

  final KeyedTables tables() {
    return requireNonNull(tables, "state is not initialized");
  }

  @Override
  final String place() {
    return "memory";
  }

  @Override
  final void restore(StateInitializationContext context) throws Exception {
    KeyedTables initial =
        KeyedTables.of(getRuntimeContext().getTaskInfo(), signature(), this::newTable);
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
}
