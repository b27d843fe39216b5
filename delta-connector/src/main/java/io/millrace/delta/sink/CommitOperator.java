package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.sink.CommitterState.LastTransaction;
import io.millrace.delta.sink.CommitterState.PreparedEpoch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * The one committer of a pipeline: gathers what every writer of every table announces before a
 * barrier, keeps it in state, and commits it when the checkpoint is complete.
 *
 * <p>What it makes is stamped with an epoch, a random name of this run, and with a sequence number
 * that goes on where the table stands; both are restored as they were, so that a repeated commit
 * meets its own record in the table and a stateless start never collides with an earlier run. The
 * changes of an aborted checkpoint stay and are committed with the next one that completes, in
 * order. Tables are committed one by one: a reader may see one table before the other.
 *
 * <p>Parallelism 1. The listener is called by the task's thread.
 */
final class CommitOperator extends AbstractStreamOperator<Void>
    implements OneInputStreamOperator<CheckpointPart, Void> {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<byte[]> STATE =
      new ListStateDescriptor<>("committer", BytePrimitiveArraySerializer.INSTANCE);

  /** Counts above this would bloat every commit; the listener has them anyway. */
  private static final int MAX_COUNTS_CHARS = 4096;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ArrayList<DeltaTableSpec> specs;
  private final EpochListener listener;
  private final CompactionOptions compaction;

  private transient @Nullable TableCommits tables;
  private transient CommitterState state;
  private transient ListState<byte[]> stored;
  private transient Map<String, TableChanges> changes;
  private transient String run;
  private transient boolean restored;
  private transient boolean finished;

  CommitOperator(List<DeltaTableSpec> specs, EpochListener listener, CompactionOptions compaction) {
    this.specs = new ArrayList<>(specs);
    this.listener = listener;
    this.compaction = compaction;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    run = UUID.randomUUID().toString();
    changes = new TreeMap<>();
    stored = context.getOperatorStateStore().getListState(STATE);
    state = new CommitterState();
    try {
      for (byte[] bytes : stored.get()) {
        state = CommitterState.of(bytes);
        restored = true;
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    try {
      requireCheckpoints();
      tables = new TableCommits(specs, compaction, getMetricGroup());
      for (DeltaTableSpec spec : specs) {
        verify(spec, tables.committer(spec.name()));
      }
      getMetricGroup().gauge("pendingCheckpoints", () -> state.pending.size());
      listener.open();
      if (restored) {
        requireTablesOfPendingCommits();
        // Only a complete checkpoint is ever restored, so all that it names is to be committed.
        commitUpTo(Long.MAX_VALUE);
      }
    } catch (Exception e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private void verify(DeltaTableSpec spec, TableCommitter committer) {
    LastTransaction last = state.last.get(spec.name());
    if (last == null) {
      state.last.put(spec.name(), new LastTransaction(run, committer.lastSequence()));
    } else {
      committer.verifyRestored(last.epoch(), last.sequence());
    }
  }

  private void requireTablesOfPendingCommits() {
    for (PreparedEpoch prepared : state.pending) {
      for (TableCommittable committable : prepared.committables()) {
        if (!requireNonNull(tables, "not open").knows(committable.table())) {
          throw new MillraceException(
              ErrorCode.STATE_INCOMPATIBLE,
              "the restored state holds uncommitted rows of table %s, which the pipeline no longer"
                      .formatted(committable.table())
                  + " writes",
              "restore once with the table in the pipeline and stop it with a savepoint, then"
                  + " remove the table");
        }
      }
    }
  }

  private void requireCheckpoints() {
    if (!CheckpointingOptions.isCheckpointingEnabled(getContainingTask().getJobConfiguration())) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "checkpoints are off, and rows become visible only when a checkpoint completes",
          "set execution.checkpointing.interval, for instance to 10 s");
    }
  }

  @Override
  public void processElement(StreamRecord<CheckpointPart> element) {
    CheckpointPart part = element.getValue();
    if (part instanceof WriterOutput output) {
      if (!requireNonNull(tables, "not open").knows(output.table())) {
        throw new IllegalStateException("files for unknown table " + output.table());
      }
      changes.computeIfAbsent(output.table(), ignored -> new TableChanges()).add(output);
      state.add(output);
    } else if (part instanceof OperatorReport report) {
      state.add(report);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    try {
      PreparedEpoch prepared = prepare(context.getCheckpointId());
      state.pending.add(prepared);
      stored.update(List.of(state.toBytes()));
      listener.prepared(prepared.epoch());
    } catch (Exception e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private PreparedEpoch prepare(long checkpointId) throws JsonProcessingException {
    Epoch epoch = state.epoch(run, checkpointId);
    Map<String, String> info = info(epoch);
    List<TableCommittable> committables = new ArrayList<>();
    for (Map.Entry<String, TableChanges> entry : changes.entrySet()) {
      TableChanges changed = entry.getValue();
      if (changed.isEmpty()) {
        continue;
      }
      String table = entry.getKey();
      long sequence = requireNonNull(state.last.get(table), "table not open").sequence() + 1;
      state.last.put(table, new LastTransaction(run, sequence));
      committables.add(
          new TableCommittable(
              table,
              run,
              checkpointId,
              sequence,
              changed.added(),
              changed.superseded(),
              withChecked(
                  info,
                  changed
                      .checked()
                      .orElseGet(
                          requireNonNull(tables, "not open").committer(table)
                              ::checkedConstraints))));
    }
    changes.clear();
    return new PreparedEpoch(epoch, committables);
  }

  private static Map<String, String> withChecked(Map<String, String> info, String checked) {
    if (checked.isEmpty()) {
      return info;
    }
    Map<String, String> more = new TreeMap<>(info);
    more.put(TableCommitter.CHECKED, checked);
    return more;
  }

  private static Map<String, String> info(Epoch epoch) throws JsonProcessingException {
    Map<String, String> info = new TreeMap<>();
    info.put("checkpointId", Long.toString(epoch.checkpointId()));
    if (!epoch.offsets().isEmpty()) {
      info.put("offsets", JSON.writeValueAsString(epoch.offsets()));
    }
    if (epoch.maxTimestampMillis() != Long.MIN_VALUE) {
      info.put("maxTimestamp", Instant.ofEpochMilli(epoch.maxTimestampMillis()).toString());
    }
    if (!epoch.counts().isEmpty()) {
      String counts = JSON.writeValueAsString(epoch.counts());
      if (counts.length() <= MAX_COUNTS_CHARS) {
        info.put("counts", counts);
      }
    }
    return info;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    try {
      commitUpTo(checkpointId);
    } catch (Exception e) {
      throw Restarts.unlessCurable(e);
    }
  }

  private void commitUpTo(long checkpointId) throws Exception {
    List<PreparedEpoch> due = new ArrayList<>();
    List<TableCommittable> committables = new ArrayList<>();
    for (PreparedEpoch prepared : state.pending) {
      if (prepared.epoch().checkpointId() <= checkpointId) {
        due.add(prepared);
        committables.addAll(prepared.committables());
      }
    }
    if (due.isEmpty()) {
      return;
    }
    TableCommits commits = requireNonNull(tables, "not open");
    commits.commit(committables);
    Map<String, Long> versions = commits.versions();
    for (PreparedEpoch prepared : due) {
      listener.committed(prepared.epoch(), versions);
      state.pending.removeFirst();
    }
  }

  @Override
  public void finish() throws Exception {
    finished = true;
    super.finish();
  }

  @Override
  public void close() throws Exception {
    if (tables != null) {
      tables.close();
    }
    super.close();
    boolean failed = getContainingTask().isCanceled() || getContainingTask().isFailing();
    if (finished && !failed) {
      requireAllCommitted();
    }
  }

  private void requireAllCommitted() {
    long left = state.pending.stream().mapToLong(p -> p.committables().size()).sum();
    if (left > 0 || !changes.isEmpty()) {
      throw new MillraceException(
          ErrorCode.INTERNAL,
          "the job has ended with %d commits pending and changes of tables %s not yet in a"
                  .formatted(left, changes.keySet())
              + " checkpoint",
          "leave execution.checkpointing.checkpoints-after-tasks-finish on, and restart the job"
              + " from its last checkpoint");
    }
  }
}
