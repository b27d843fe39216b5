package io.millrace.delta.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Map;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Length-prefixed fields, shared by what this package sends and what it keeps in state. */
final class FieldCodec {
  private FieldCodec() {}

  static void writeString(String value, DataOutputView target) throws IOException {
    byte[] bytes = value.getBytes(UTF_8);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  static String readString(DataInputView source) throws IOException {
    return new String(readBytes(source), UTF_8);
  }

  static void writeBytes(byte[] bytes, DataOutputView target) throws IOException {
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  static byte[] readBytes(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return bytes;
  }

  static void writeLongs(long[] values, DataOutputView target) throws IOException {
    target.writeInt(values.length);
    for (long value : values) {
      target.writeLong(value);
    }
  }

  static long[] readLongs(DataInputView source) throws IOException {
    long[] values = new long[source.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.readLong();
    }
    return values;
  }

  static void writeCounts(Map<String, Long> counts, DataOutputView target) throws IOException {
    target.writeInt(counts.size());
    for (Map.Entry<String, Long> entry : counts.entrySet()) {
      writeString(entry.getKey(), target);
      target.writeLong(entry.getValue());
    }
  }

  /** Adds what was written to {@code into} and returns it. */
  static Map<String, Long> readCounts(DataInputView source, Map<String, Long> into)
      throws IOException {
    int size = source.readInt();
    for (int i = 0; i < size; i++) {
      into.put(readString(source), source.readLong());
    }
    return into;
  }
}
