package io.millrace.jobs.operators;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.state.RowKeys;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * An operator with keyed state, on a stream keyed by {@link RowKeys#selector}.
 *
 * <p>Its state says what it was written for, and is refused where something else is needed. Flink's
 * own notion of a current key is switched off: it would hash every row twice.
 */
abstract class KeyedOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  private transient ListState<String> signatures;

  KeyedOperator(String operator) {
    super(operator);
  }

  /** What keys and values mean, such as the types and functions involved. */
  abstract String signature();

  /** Where the keyed state lies. */
  abstract String place();

  /** Takes over keyed state, once its signature has been found to be ours. */
  abstract void restore(StateInitializationContext context) throws Exception;

  @Override
  public final void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    signatures =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("signature", StringSerializer.INSTANCE));
    String ours = signature() + " in " + place();
    for (String stored : signatures.get()) {
      if (!stored.equals(ours)) {
        throw new MillraceException(
            ErrorCode.STATE_INCOMPATIBLE,
            "the state was written for " + stored + " but the query now needs " + ours,
            "Start this table afresh, or restore with the query that wrote the state.");
      }
    }
    restore(context);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    signatures.clear();
    // All subtasks are given the union of what each has written.
    if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) {
      signatures.add(signature() + " in " + place());
    }
  }

  /** Also where there is none: otherwise Flink takes it for timers, and fails to read them. */
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
