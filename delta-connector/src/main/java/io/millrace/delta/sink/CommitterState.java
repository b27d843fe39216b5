package io.millrace.delta.sink;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What the committer must not forget: checkpoints that are not committed yet, the last transaction
 * of each table, and the running totals of the pipeline. Owned by the task's thread.
 */
final class CommitterState {
  private static final int VERSION = 1;

  /** Checkpoints in order, the oldest first. */
  final Deque<PreparedEpoch> pending = new ArrayDeque<>();

  /** The last transaction made for each table, committed or pending. */
  final Map<String, LastTransaction> last = new TreeMap<>();

  final Map<String, Long> offsets = new TreeMap<>();
  final Map<String, Map<String, Long>> counts = new TreeMap<>();
  long maxTimestampMillis = Long.MIN_VALUE;

  /**
   * The last commit of this sink in a table, made or found.
   *
   * @param epoch run that made it, or that found it at its first start
   * @param sequence its number, 0 if there is none
   */
  record LastTransaction(String epoch, long sequence) {}

  /** One checkpoint and what it changes. */
  record PreparedEpoch(Epoch epoch, List<TableCommittable> committables) {
    PreparedEpoch {
      committables = List.copyOf(committables);
    }
  }

  /** Adds what a subtask reports. */
  void add(OperatorReport report) {
    offsets.putAll(report.offsets());
    Map<String, Long> totals =
        counts.computeIfAbsent(report.operator(), ignored -> new TreeMap<>());
    report.counts().forEach((fate, rows) -> totals.merge(fate, rows, Long::sum));
    maxTimestampMillis = Math.max(maxTimestampMillis, report.maxTimestampMillis());
  }

  /**
   * Under the table's name: rows, files and bytes written so far, and how many rows are no more.
   */
  void add(WriterOutput output) {
    Map<String, Long> totals = counts.computeIfAbsent(output.table(), ignored -> new TreeMap<>());
    for (DataFile file : output.added()) {
      totals.merge("rows", file.records(), Long::sum);
      totals.merge("files", 1L, Long::sum);
      totals.merge("bytes", file.sizeBytes(), Long::sum);
    }
    for (SupersededRows rows : output.superseded()) {
      totals.merge("superseded", (long) rows.positions().length, Long::sum);
    }
  }

  /** The running totals as one checkpoint sees them. */
  Epoch epoch(String run, long checkpointId) {
    Map<String, Map<String, Long>> copy = new TreeMap<>();
    counts.forEach((operator, fates) -> copy.put(operator, new TreeMap<>(fates)));
    return new Epoch(run, checkpointId, offsets, copy, maxTimestampMillis);
  }

  byte[] toBytes() throws IOException {
    var out = new DataOutputSerializer(1024);
    out.writeInt(VERSION);
    out.writeInt(last.size());
    for (Map.Entry<String, LastTransaction> entry : last.entrySet()) {
      FieldCodec.writeString(entry.getKey(), out);
      FieldCodec.writeString(entry.getValue().epoch(), out);
      out.writeLong(entry.getValue().sequence());
    }
    FieldCodec.writeCounts(offsets, out);
    writeNestedCounts(counts, out);
    out.writeLong(maxTimestampMillis);
    var committables = new TableCommittableSerializer();
    out.writeInt(committables.getVersion());
    out.writeInt(pending.size());
    for (PreparedEpoch prepared : pending) {
      Epoch epoch = prepared.epoch();
      FieldCodec.writeString(epoch.run(), out);
      out.writeLong(epoch.checkpointId());
      FieldCodec.writeCounts(epoch.offsets(), out);
      writeNestedCounts(epoch.counts(), out);
      out.writeLong(epoch.maxTimestampMillis());
      out.writeInt(prepared.committables().size());
      for (TableCommittable committable : prepared.committables()) {
        FieldCodec.writeBytes(committables.serialize(committable), out);
      }
    }
    return out.getCopyOfBuffer();
  }

  static CommitterState of(byte[] bytes) throws IOException {
    var in = new DataInputDeserializer(bytes);
    int version = in.readInt();
    if (version != VERSION) {
      throw new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "the committer's state has version %d, this release reads version %d"
              .formatted(version, VERSION),
          "start this release from a savepoint of its own, or use the release that wrote this one");
    }
    var state = new CommitterState();
    int tables = in.readInt();
    for (int i = 0; i < tables; i++) {
      String table = FieldCodec.readString(in);
      state.last.put(table, new LastTransaction(FieldCodec.readString(in), in.readLong()));
    }
    FieldCodec.readCounts(in, state.offsets);
    state.counts.putAll(readNestedCounts(in));
    state.maxTimestampMillis = in.readLong();
    var committables = new TableCommittableSerializer();
    int committableVersion = in.readInt();
    int epochs = in.readInt();
    for (int i = 0; i < epochs; i++) {
      String run = FieldCodec.readString(in);
      long checkpointId = in.readLong();
      Map<String, Long> offsets = FieldCodec.readCounts(in, new TreeMap<>());
      Map<String, Map<String, Long>> counts = readNestedCounts(in);
      var epoch = new Epoch(run, checkpointId, offsets, counts, in.readLong());
      int size = in.readInt();
      List<TableCommittable> list = new ArrayList<>(size);
      for (int k = 0; k < size; k++) {
        list.add(committables.deserialize(committableVersion, FieldCodec.readBytes(in)));
      }
      state.pending.add(new PreparedEpoch(epoch, list));
    }
    return state;
  }

  private static void writeNestedCounts(Map<String, Map<String, Long>> counts, DataOutputView out)
      throws IOException {
    out.writeInt(counts.size());
    for (Map.Entry<String, Map<String, Long>> entry : counts.entrySet()) {
      FieldCodec.writeString(entry.getKey(), out);
      FieldCodec.writeCounts(entry.getValue(), out);
    }
  }

  private static Map<String, Map<String, Long>> readNestedCounts(DataInputView in)
      throws IOException {
    Map<String, Map<String, Long>> counts = new TreeMap<>();
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      counts.put(FieldCodec.readString(in), FieldCodec.readCounts(in, new TreeMap<>()));
    }
    return counts;
  }
}
