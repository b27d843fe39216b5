package io.millrace.delta.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.kernel.DeletionVector;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Splits as bytes, for what a checkpoint keeps of them and for the way to a reader. Stateless. */
final class DeltaSplitSerializer implements SimpleVersionedSerializer<DeltaSplit> {
  static final int VERSION = 3;

  /** Without the length of the file. */
  static final int FIRST_VERSION = 1;

  /** Since this version with what is known of tracked rows. */
  private static final int TRACKED_VERSION = 3;

  /** Ids and versions are not negative. */
  private static final long UNKNOWN = -1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(DeltaSplit split) throws IOException {
    var target = new DataOutputSerializer(256);
    write(split, target);
    return target.getCopyOfBuffer();
  }

  /**
   * @throws IOException if the bytes are of a version that is not known here, or not whole
   */
  @Override
  public DeltaSplit deserialize(int version, byte[] bytes) throws IOException {
    if (version < FIRST_VERSION || version > VERSION) {
      throw new IOException(
          "split of version %d, this release reads versions %d to %d"
              .formatted(version, FIRST_VERSION, VERSION));
    }
    var source = new DataInputDeserializer(bytes);
    DeltaSplit split = read(version, source);
    if (source.available() > 0) {
      throw new IOException("split has %d bytes too many".formatted(source.available()));
    }
    return split;
  }

  static void write(DeltaSplit split, DataOutputView target) throws IOException {
    target.writeLong(split.number());
    writeString(split.path(), target);
    target.writeLong(split.from());
    target.writeLong(split.to());
    target.writeInt(split.partitionValues().size());
    for (Map.Entry<String, @Nullable String> entry : split.partitionValues().entrySet()) {
      writeString(entry.getKey(), target);
      String value = entry.getValue();
      target.writeBoolean(value != null);
      if (value != null) {
        writeString(value, target);
      }
    }
    writeVector(split.deleted(), target);
    writeVector(split.only(), target);
    target.writeByte(split.rows().code());
    target.writeLong(split.version());
    target.writeLong(split.timestampMillis());
    target.writeLong(split.position());
    target.writeLong(split.fileBytes());
    target.writeLong(split.firstRowId().orElse(UNKNOWN));
    target.writeLong(split.rowVersion().orElse(UNKNOWN));
  }

  static DeltaSplit read(int version, DataInputView source) throws IOException {
    long number = source.readLong();
    String path = readString(source);
    long from = source.readLong();
    long to = source.readLong();
    int values = source.readInt();
    Map<String, @Nullable String> partitionValues = new LinkedHashMap<>();
    for (int i = 0; i < values; i++) {
      String name = readString(source);
      partitionValues.put(name, source.readBoolean() ? readString(source) : null);
    }
    return new DeltaSplit(
        number,
        path,
        from,
        to,
        partitionValues,
        readVector(source),
        readVector(source),
        rows(source.readByte()),
        source.readLong(),
        source.readLong(),
        source.readLong(),
        version == FIRST_VERSION ? 0 : source.readLong(),
        version < TRACKED_VERSION ? OptionalLong.empty() : readNumber(source),
        version < TRACKED_VERSION ? OptionalLong.empty() : readNumber(source));
  }

  private static OptionalLong readNumber(DataInputView source) throws IOException {
    long number = source.readLong();
    return number == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static DeltaSplit.Rows rows(int code) throws IOException {
    for (DeltaSplit.Rows rows : DeltaSplit.Rows.values()) {
      if (rows.code() == code) {
        return rows;
      }
    }
    throw new IOException("a split has rows of unknown kind " + code);
  }

  private static void writeVector(Optional<DeletionVector> vector, DataOutputView target)
      throws IOException {
    target.writeBoolean(vector.isPresent());
    if (vector.isPresent()) {
      DeletionVector it = vector.get();
      writeString(it.storageType(), target);
      writeString(it.pathOrInline(), target);
      target.writeInt(it.offset().orElse(-1));
      target.writeInt(it.sizeBytes());
      target.writeLong(it.cardinality());
    }
  }

  private static Optional<DeletionVector> readVector(DataInputView source) throws IOException {
    if (!source.readBoolean()) {
      return Optional.empty();
    }
    String storageType = readString(source);
    String pathOrInline = readString(source);
    int offset = source.readInt();
    return Optional.of(
        new DeletionVector(
            storageType,
            pathOrInline,
            offset < 0 ? OptionalInt.empty() : OptionalInt.of(offset),
            source.readInt(),
            source.readLong()));
  }

  private static void writeString(String text, DataOutputView target) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  private static String readString(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return new String(bytes, UTF_8);
  }
}
