package io.millrace.delta.maintenance;

import io.millrace.delta.kernel.DeletionVector;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.maintenance.RewrittenBin.Output;
import io.millrace.delta.maintenance.RewrittenBin.Source;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * A bin on its way to the task that rewrites it, and what the task says of it, as bytes. They live
 * as long as a job, in which both sides are of one version.
 */
final class RewriteTask {
  private RewriteTask() {}

  /** A bin and its number. */
  record Numbered(int number, Bin bin) {}

  /** What became of the bin of that number. */
  record Result(int number, RewrittenBin rewritten) {}

  static byte[] bytes(Numbered task) {
    return write(
        out -> {
          out.writeInt(task.number());
          writeAll(out, task.bin().files(), RewriteTask::write);
        });
  }

  static Numbered task(byte[] bytes) {
    return read(bytes, in -> new Numbered(in.readInt(), new Bin(readAll(in, RewriteTask::file))));
  }

  static byte[] bytes(Result result) {
    return write(
        out -> {
          out.writeInt(result.number());
          writeAll(
              out,
              result.rewritten().sources(),
              (data, source) -> {
                write(data, source.file());
                source.deleted().serialize(data);
                data.writeLong(source.firstRow());
              });
          writeAll(
              out,
              result.rewritten().outputs(),
              (data, output) -> {
                write(data, output.file());
                data.writeLong(output.firstRow());
                data.writeLong(output.rows());
              });
        });
  }

  static Result result(byte[] bytes) {
    return read(
        bytes,
        in -> {
          int number = in.readInt();
          List<Source> sources =
              readAll(in, data -> new Source(file(data), bitmap(data), data.readLong()));
          List<Output> outputs =
              readAll(in, data -> new Output(file(data), data.readLong(), data.readLong()));
          return new Result(
              number, new RewrittenBin(sources, outputs, new RowMoves.InOrder(sources, outputs)));
        });
  }

  private static RoaringBitmap bitmap(DataInputStream in) throws IOException {
    RoaringBitmap bitmap = new RoaringBitmap();
    bitmap.deserialize(in);
    return bitmap;
  }

  private static void write(DataOutputStream out, LiveFile file) throws IOException {
    writeText(out, file.path());
    writeMap(out, file.partitionValues());
    out.writeLong(file.sizeBytes());
    out.writeLong(file.modifiedMillis());
    writeText(out, file.stats().orElse(null));
    out.writeBoolean(file.deletionVector().isPresent());
    if (file.deletionVector().isPresent()) {
      write(out, file.deletionVector().get());
    }
    writeMap(out, file.tags());
    writeNumber(out, file.baseRowId());
    writeNumber(out, file.rowCommitVersion());
  }

  private static LiveFile file(DataInputStream in) throws IOException {
    return new LiveFile(
        requiredText(in),
        map(in),
        in.readLong(),
        in.readLong(),
        Optional.ofNullable(text(in)),
        in.readBoolean() ? Optional.of(vector(in)) : Optional.empty(),
        map(in),
        number(in),
        number(in));
  }

  private static void write(DataOutputStream out, DeletionVector vector) throws IOException {
    writeText(out, vector.storageType());
    writeText(out, vector.pathOrInline());
    out.writeInt(vector.offset().orElse(-1));
    out.writeInt(vector.sizeBytes());
    out.writeLong(vector.cardinality());
  }

  private static DeletionVector vector(DataInputStream in) throws IOException {
    String storageType = requiredText(in);
    String path = requiredText(in);
    int offset = in.readInt();
    return new DeletionVector(
        storageType,
        path,
        offset < 0 ? OptionalInt.empty() : OptionalInt.of(offset),
        in.readInt(),
        in.readLong());
  }

  private static void writeNumber(DataOutputStream out, OptionalLong number) throws IOException {
    out.writeBoolean(number.isPresent());
    out.writeLong(number.orElse(0));
  }

  private static OptionalLong number(DataInputStream in) throws IOException {
    boolean present = in.readBoolean();
    long number = in.readLong();
    return present ? OptionalLong.of(number) : OptionalLong.empty();
  }

  private static void writeMap(DataOutputStream out, Map<String, String> map) throws IOException {
    out.writeInt(map.size());
    for (Map.Entry<String, String> entry : map.entrySet()) {
      writeText(out, entry.getKey());
      writeText(out, entry.getValue());
    }
  }

  private static Map<String, String> map(DataInputStream in) throws IOException {
    int size = in.readInt();
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      map.put(requiredText(in), text(in));
    }
    return map.isEmpty() ? Map.of() : map;
  }

  /** Statistics can be longer than what {@code writeUTF} takes. */
  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String requiredText(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("a text is missing");
    }
    return text;
  }

  @FunctionalInterface
  private interface Write {
    void to(DataOutputStream out) throws IOException;
  }

  @FunctionalInterface
  private interface WriteOne<T> {
    void to(DataOutputStream out, T one) throws IOException;
  }

  @FunctionalInterface
  private interface Read<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static <T> void writeAll(DataOutputStream out, List<T> all, WriteOne<T> write)
      throws IOException {
    out.writeInt(all.size());
    for (T one : all) {
      write.to(out, one);
    }
  }

  private static <T> List<T> readAll(DataInputStream in, Read<T> read) throws IOException {
    int size = in.readInt();
    List<T> all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(read.from(in));
    }
    return all;
  }

  private static byte[] write(Write write) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write.to(out);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static <T> T read(byte[] bytes, Read<T> read) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return read.from(in);
    } catch (IOException e) {
      throw new IllegalStateException("bytes of a task are not whole", e);
    }
  }
}
