package io.millrace.delta.sink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.constraint.RowConstraints;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.state.RowKeys;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream of changes into a table with a primary key: every row goes into a file at once,
 * and the row of the same key that it replaces is announced as superseded, be it of an earlier
 * checkpoint or of the file that is still open.
 *
 * <p>Where each key's row lies is known from an index in raw keyed state, which moves with the key
 * groups and is of the same checkpoint as the files it names. Nothing is ever looked up in the
 * table, so that a commit that has not happened yet cannot be missed. A start without state reads
 * the index from the table. {@link AppendWriterOperator} says what becomes of files when a
 * checkpoint is aborted or the job fails.
 */
final class UpsertWriterOperator extends AbstractStreamOperator<CheckpointPart>
    implements OneInputStreamOperator<RowData, CheckpointPart> {
  private static final long serialVersionUID = 1L;
  private static final ListStateDescriptor<byte[]> NAMES =
      new ListStateDescriptor<>("foreign-files", BytePrimitiveArraySerializer.INSTANCE);

  private final DeltaTableSpec spec;
  private final ParquetOptions options;
  private final PartitionOptions partitions;

  private transient @Nullable TableFiles files;
  private transient UpsertIndex index;
  private transient WriteRules rules;
  private transient RowConstraints constraints;
  private transient Optional<String> checked;
  private transient @Nullable RowCompletion completion;
  private transient DeltaTableSpec written;
  private transient RowFolders folders;
  private transient IndexFollower follower;
  private transient ListState<byte[]> names;

  UpsertWriterOperator(DeltaTableSpec spec, ParquetOptions options, PartitionOptions partitions) {
    this.spec = spec;
    this.options = options;
    this.partitions = partitions;
  }

  /** The key is not Flink's business here: the index is a state of our own. */
  @Override
  public boolean hasKeyContext1() {
    return false;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void setKeyContextElement1(StreamRecord record) {}

  @Override
  protected boolean isUsingCustomRawKeyedState() {
    return true;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    TaskInfo task = getRuntimeContext().getTaskInfo();
    RowKeys keys = new RowKeys(spec.rowType(), spec.primaryKeyPositions());
    index = UpsertIndex.of(task, keys);
    names = context.getOperatorStateStore().getUnionListState(NAMES);
    try {
      rules = WriteRules.load(TableDefinition.of(spec));
      checked = Optional.of(TableCommitter.text(rules.constraints()));
      completion = RowCompletion.of(spec, rules).orElse(null);
      written = completion == null ? spec : completion.written();
      constraints = rules.constraintsFor(spec.name(), written.rowType());
      folders = RowFolders.of(spec, rules.names());
      long version = IndexFollower.versionOf(spec);
      follower = new IndexFollower(spec, index, folders, version);
      boolean known = false;
      for (byte[] bytes : names.get()) {
        known = true;
        index.addNames(bytes);
      }
      if (known) {
        index.tables().restore(context);
        IndexBootstrap.refresh(spec, index, folders);
      } else {
        IndexBootstrap.read(spec, index, folders);
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    try {
      int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      files = TableFiles.of(written, rules, subtask, options, partitions, getMetricGroup());
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
    var table = getMetricGroup().addGroup("table", spec.name());
    table.gauge("indexedKeys", () -> index.tables().size());
    table.gauge("indexBytes", () -> index.tables().memoryBytes());
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    RowData row = element.getValue();
    try {
      switch (row.getRowKind()) {
        case INSERT, UPDATE_AFTER -> {
          RowData stored = completion == null ? row : completion.complete(row);
          constraints.require(stored);
          long position = files.write(stored);
          index.replace(row, folders.of(row), files.fileId(), position);
        }
        case DELETE -> index.remove(row, folders.of(row));
        case UPDATE_BEFORE -> {
          // The UPDATE_AFTER that follows replaces the row.
        }
      }
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    announce(checkpointId);
  }

  @Override
  public void finish() throws Exception {
    announce(CheckpointPart.END_OF_INPUT);
    super.finish();
  }

  private void announce(long checkpointId) throws Exception {
    List<DataFile> added = requireNonNull(files, "not open").take();
    List<SupersededRows> superseded = index.take();
    if (!added.isEmpty() || !superseded.isEmpty()) {
      output.collect(
          new StreamRecord<>(
              new WriterOutput(spec.name(), checkpointId, added, superseded, checked)));
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    try {
      follower.followNowAndThen();
    } catch (MillraceException e) {
      throw Restarts.unlessCurable(e);
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    index.forgetFiles();
    index.tables().snapshot(context);
    names.update(List.of(index.namesToBytes()));
  }

  @Override
  public void close() throws Exception {
    if (files != null) {
      files.close();
    }
    super.close();
  }
}
