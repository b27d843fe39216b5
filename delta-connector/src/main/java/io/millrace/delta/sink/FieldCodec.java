package io.millrace.delta.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Length-prefixed fields, shared by what this package sends and what it keeps in state. */
public final class FieldCodec {
  private FieldCodec() {}

  public static void writeString(String value, DataOutputView target) throws IOException {
    byte[] bytes = value.getBytes(UTF_8);
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  public static String readString(DataInputView source) throws IOException {
    return new String(readBytes(source), UTF_8);
  }

  public static void writeBytes(byte[] bytes, DataOutputView target) throws IOException {
    target.writeInt(bytes.length);
    target.write(bytes);
  }

  public static byte[] readBytes(DataInputView source) throws IOException {
    byte[] bytes = new byte[source.readInt()];
    source.readFully(bytes);
    return bytes;
  }

  public static void writeFiles(List<DataFile> files, DataOutputView target) throws IOException {
    target.writeInt(files.size());
    for (DataFile file : files) {
      writeString(file.path(), target);
      target.writeLong(file.sizeBytes());
      target.writeLong(file.modifiedMillis());
      target.writeLong(file.records());
      writeString(file.stats(), target);
      target.writeInt(file.partitionValues().size());
      for (Map.Entry<String, @Nullable String> entry : file.partitionValues().entrySet()) {
        writeString(entry.getKey(), target);
        String value = entry.getValue();
        target.writeBoolean(value != null);
        if (value != null) {
          writeString(value, target);
        }
      }
    }
  }

  /**
   * @param partitioned false for what was written before tables had partitions
   */
  public static List<DataFile> readFiles(DataInputView source, boolean partitioned)
      throws IOException {
    int size = source.readInt();
    List<DataFile> files = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      files.add(
          new DataFile(
              readString(source),
              source.readLong(),
              source.readLong(),
              source.readLong(),
              readString(source),
              partitioned ? readPartitionValues(source) : Map.of()));
    }
    return files;
  }

  private static Map<String, @Nullable String> readPartitionValues(DataInputView source)
      throws IOException {
    int size = source.readInt();
    Map<String, @Nullable String> values = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      values.put(readString(source), source.readBoolean() ? readString(source) : null);
    }
    return values;
  }

  public static void writeLongs(long[] values, DataOutputView target) throws IOException {
    target.writeInt(values.length);
    for (long value : values) {
      target.writeLong(value);
    }
  }

  public static long[] readLongs(DataInputView source) throws IOException {
    long[] values = new long[source.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = source.readLong();
    }
    return values;
  }

  public static void writeCounts(Map<String, Long> counts, DataOutputView target)
      throws IOException {
    target.writeInt(counts.size());
    for (Map.Entry<String, Long> entry : counts.entrySet()) {
      writeString(entry.getKey(), target);
      target.writeLong(entry.getValue());
    }
  }

  /** Adds what was written to {@code into} and returns it. */
  public static Map<String, Long> readCounts(DataInputView source, Map<String, Long> into)
      throws IOException {
    int size = source.readInt();
    for (int i = 0; i < size; i++) {
      into.put(readString(source), source.readLong());
    }
    return into;
  }
}
