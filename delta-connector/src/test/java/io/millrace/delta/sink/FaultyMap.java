package io.millrace.delta.sink;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.table.data.RowData;

/**
 * Passes rows on, and fails where the probe says: at {@code row}, at {@code notified} of a complete
 * checkpoint, and at {@code stored}, which aborts a checkpoint in its asynchronous part and leaves
 * the job running.
 */
final class FaultyMap extends RichMapFunction<RowData, RowData>
    implements CheckpointedFunction, CheckpointListener {
  private static final long serialVersionUID = 1L;

  private final String probe;
  private transient ListState<String> state;

  FaultyMap(Probe probe) {
    this.probe = probe.name();
  }

  @Override
  public RowData map(RowData row) {
    Probe.of(probe).reach("row");
    return row;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    Probe.of(probe).reach("notified");
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("probe", FaultySerializer.INSTANCE));
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.update(List.of(probe));
  }

  /** Writes the name of the probe, or fails. */
  static final class FaultySerializer extends TypeSerializerSingleton<String> {
    private static final long serialVersionUID = 1L;
    static final FaultySerializer INSTANCE = new FaultySerializer();

    @Override
    public void serialize(String probe, DataOutputView target) throws IOException {
      if (Probe.of(probe).takeFault("stored")) {
        throw new IOException("injected at stored");
      }
      target.writeUTF(probe);
    }

    @Override
    public String deserialize(DataInputView source) throws IOException {
      return source.readUTF();
    }

    @Override
    public String deserialize(String reuse, DataInputView source) throws IOException {
      return source.readUTF();
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
      target.writeUTF(source.readUTF());
    }

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public String createInstance() {
      return "";
    }

    @Override
    public String copy(String from) {
      return from;
    }

    @Override
    public String copy(String from, String reuse) {
      return from;
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public TypeSerializerSnapshot<String> snapshotConfiguration() {
      return new Snapshot();
    }

    /** For Flink. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<String> {
      public Snapshot() {
        super(() -> INSTANCE);
      }
    }
  }
}
