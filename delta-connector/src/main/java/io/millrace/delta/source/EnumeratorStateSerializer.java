package io.millrace.delta.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** The enumerator's state as bytes. Stateless. */
final class EnumeratorStateSerializer implements SimpleVersionedSerializer<EnumeratorState> {
  private static final int VERSION = DeltaSplitSerializer.VERSION;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(EnumeratorState state) throws IOException {
    var target = new DataOutputSerializer(1024);
    target.writeLong(state.nextNumber());
    target.writeLong(state.nextVersion());
    target.writeInt(state.pending().size());
    for (DeltaSplit split : state.pending()) {
      DeltaSplitSerializer.write(split, target);
    }
    return target.getCopyOfBuffer();
  }

  /**
   * @throws IOException if the bytes are of a version that is not known here, or not whole
   */
  @Override
  public EnumeratorState deserialize(int version, byte[] bytes) throws IOException {
    if (version < DeltaSplitSerializer.FIRST_VERSION || version > VERSION) {
      throw new IOException(
          "enumerator state of version %d, this release reads versions %d to %d"
              .formatted(version, DeltaSplitSerializer.FIRST_VERSION, VERSION));
    }
    var source = new DataInputDeserializer(bytes);
    long nextNumber = source.readLong();
    long nextVersion = source.readLong();
    int size = source.readInt();
    List<DeltaSplit> pending = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      pending.add(DeltaSplitSerializer.read(version, source));
    }
    if (source.available() > 0) {
      throw new IOException("enumerator state has %d bytes too many".formatted(source.available()));
    }
    return new EnumeratorState(pending, nextNumber, nextVersion);
  }
}
