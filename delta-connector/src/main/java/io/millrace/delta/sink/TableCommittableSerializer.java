package io.millrace.delta.sink;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Committables as bytes, for the committer's state. Strings are length-prefixed UTF-8 of any size,
 * since the statistics of a wide table pass the 64 KB of {@code writeUTF}. Stateless.
 */
public final class TableCommittableSerializer
    implements SimpleVersionedSerializer<TableCommittable> {
  private static final int VERSION = 2;
  private static final int VERSION_WITHOUT_PARTITIONS = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(TableCommittable committable) throws IOException {
    var target = new DataOutputSerializer(512);
    FieldCodec.writeString(committable.table(), target);
    FieldCodec.writeString(committable.epoch(), target);
    target.writeLong(committable.checkpointId());
    target.writeLong(committable.sequence());
    FieldCodec.writeFiles(committable.added(), target);
    target.writeInt(committable.superseded().size());
    for (SupersededRows rows : committable.superseded()) {
      FieldCodec.writeString(rows.path(), target);
      FieldCodec.writeLongs(rows.positions(), target);
    }
    target.writeInt(committable.info().size());
    for (Map.Entry<String, String> entry : committable.info().entrySet()) {
      FieldCodec.writeString(entry.getKey(), target);
      FieldCodec.writeString(entry.getValue(), target);
    }
    return target.getCopyOfBuffer();
  }

  /**
   * @throws IOException if the bytes are of a version that is not known here, or not whole
   */
  @Override
  public TableCommittable deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION && version != VERSION_WITHOUT_PARTITIONS) {
      throw new IOException(
          "committable of version %d, this release reads versions 1 to %d"
              .formatted(version, VERSION));
    }
    var source = new DataInputDeserializer(bytes);
    String table = FieldCodec.readString(source);
    String epoch = FieldCodec.readString(source);
    long checkpointId = source.readLong();
    long sequence = source.readLong();
    List<DataFile> added = FieldCodec.readFiles(source, version != VERSION_WITHOUT_PARTITIONS);
    int supersededFiles = source.readInt();
    List<SupersededRows> superseded = new ArrayList<>();
    for (int i = 0; i < supersededFiles; i++) {
      superseded.add(
          new SupersededRows(FieldCodec.readString(source), FieldCodec.readLongs(source)));
    }
    int infos = source.readInt();
    Map<String, String> info = new TreeMap<>();
    for (int i = 0; i < infos; i++) {
      info.put(FieldCodec.readString(source), FieldCodec.readString(source));
    }
    if (source.available() > 0) {
      throw new IOException("committable has %d bytes too many".formatted(source.available()));
    }
    return new TableCommittable(table, epoch, checkpointId, sequence, added, superseded, info);
  }
}
