package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Parts as bytes: the length of what follows, a version, the kind, the fields. Strings are
 * length-prefixed UTF-8 of any size, since the statistics of a wide table pass the 64 KB of {@code
 * writeUTF}. Stateless.
 */
final class CheckpointPartSerializer extends TypeSerializerSingleton<CheckpointPart> {
  static final CheckpointPartSerializer INSTANCE = new CheckpointPartSerializer();

  private static final long serialVersionUID = 1L;
  private static final byte VERSION = 3;
  private static final byte VERSION_WITHOUT_CONSTRAINTS = 2;
  private static final byte VERSION_WITHOUT_PARTITIONS = 1;
  private static final byte OUTPUT = 1;
  private static final byte REPORT = 2;

  private CheckpointPartSerializer() {}

  @Override
  public void serialize(CheckpointPart part, DataOutputView target) throws IOException {
    var body = new DataOutputSerializer(256);
    body.writeByte(VERSION);
    if (part instanceof WriterOutput output) {
      body.writeByte(OUTPUT);
      writeOutput(output, body);
    } else if (part instanceof OperatorReport report) {
      body.writeByte(REPORT);
      writeReport(report, body);
    }
    target.writeInt(body.length());
    target.write(body.getSharedBuffer(), 0, body.length());
  }

  @Override
  public CheckpointPart deserialize(DataInputView source) throws IOException {
    source.readInt();
    byte version = source.readByte();
    if (version < VERSION_WITHOUT_PARTITIONS || version > VERSION) {
      throw new IOException("checkpoint part of version %d, expected 1 to 3".formatted(version));
    }
    byte kind = source.readByte();
    return switch (kind) {
      case OUTPUT -> readOutput(source, version);
      case REPORT -> readReport(source);
      default -> throw new IOException("checkpoint part of unknown kind " + kind);
    };
  }

  private static void writeOutput(WriterOutput output, DataOutputView target) throws IOException {
    FieldCodec.writeString(output.table(), target);
    target.writeLong(output.checkpointId());
    FieldCodec.writeFiles(output.added(), target);
    target.writeInt(output.superseded().size());
    for (SupersededRows rows : output.superseded()) {
      FieldCodec.writeString(rows.path(), target);
      FieldCodec.writeLongs(rows.positions(), target);
    }
    target.writeBoolean(output.checked().isPresent());
    if (output.checked().isPresent()) {
      FieldCodec.writeString(output.checked().get(), target);
    }
  }

  private static WriterOutput readOutput(DataInputView source, byte version) throws IOException {
    String table = FieldCodec.readString(source);
    long checkpointId = source.readLong();
    List<DataFile> added = FieldCodec.readFiles(source, version > VERSION_WITHOUT_PARTITIONS);
    int rows = source.readInt();
    List<SupersededRows> superseded = new ArrayList<>(rows);
    for (int i = 0; i < rows; i++) {
      superseded.add(
          new SupersededRows(FieldCodec.readString(source), FieldCodec.readLongs(source)));
    }
    Optional<String> checked =
        version > VERSION_WITHOUT_CONSTRAINTS && source.readBoolean()
            ? Optional.of(FieldCodec.readString(source))
            : Optional.empty();
    return new WriterOutput(table, checkpointId, added, superseded, checked);
  }

  private static void writeReport(OperatorReport report, DataOutputView target) throws IOException {
    FieldCodec.writeString(report.operator(), target);
    target.writeLong(report.checkpointId());
    FieldCodec.writeCounts(report.counts(), target);
    FieldCodec.writeCounts(report.offsets(), target);
    target.writeLong(report.maxTimestampMillis());
  }

  private static OperatorReport readReport(DataInputView source) throws IOException {
    String operator = FieldCodec.readString(source);
    long checkpointId = source.readLong();
    Map<String, Long> counts = FieldCodec.readCounts(source, new TreeMap<>());
    Map<String, Long> offsets = FieldCodec.readCounts(source, new TreeMap<>());
    return new OperatorReport(operator, checkpointId, counts, offsets, source.readLong());
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public CheckpointPart createInstance() {
    return new OperatorReport("none", 0, Map.of(), Map.of(), Long.MIN_VALUE);
  }

  @Override
  public CheckpointPart copy(CheckpointPart from) {
    return from;
  }

  @Override
  public CheckpointPart copy(CheckpointPart from, CheckpointPart reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public CheckpointPart deserialize(CheckpointPart reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    // Not write(source, length): DataOutputSerializer does not grow for that.
    FieldCodec.writeBytes(FieldCodec.readBytes(source), target);
  }

  @Override
  public TypeSerializerSnapshot<CheckpointPart> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Found by Flink through its name and its constructor when state is restored. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<CheckpointPart> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
