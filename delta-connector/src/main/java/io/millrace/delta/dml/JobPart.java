package io.millrace.delta.dml;

import io.millrace.delta.ChangeFile;
import io.millrace.delta.DataFile;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.sink.FieldCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;

/**
 * What the operators of a statement tell each other, once each per file or subtask, never per row:
 * a path, or an empty text for what is of no one file, and bytes. Parts live as long as their job,
 * so that their format has no version.
 */
sealed interface JobPart {
  TypeInformation<Tuple2<String, byte[]>> TYPE =
      Types.TUPLE(Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** Rows of a file that were found. */
  record Found(String path, FoundInFile rows) implements JobPart {}

  /** A file whose rows are in other files now, or nowhere. */
  record Rewritten(String path, FoundInFile rows, long copied) implements JobPart {}

  /** Files that one subtask has written, and how many rows came to it of each kind. */
  record Written(List<DataFile> files, List<ChangeFile> changes, Map<ChangeKind, Long> counts)
      implements JobPart {}

  /**
   * What one subtask has read of a MERGE's source.
   *
   * @param count how many rows
   * @param partners what rows of the target meet that are for one of them
   */
  record SourceRows(long count, RowFilter partners) implements JobPart {}

  /** Such a file has neither statistics nor a number of rows that anybody asks for. */
  private static DataFile asDataFile(ChangeFile file) {
    return new DataFile(file.path(), file.sizeBytes(), 0, 1, "", file.partitionValues());
  }

  default Tuple2<String, byte[]> encoded() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream target = new DataOutputStream(bytes);
    String path = "";
    try {
      if (this instanceof Found found) {
        path = found.path();
        target.writeByte(0);
        found.rows().write(target);
      } else if (this instanceof Rewritten rewritten) {
        path = rewritten.path();
        target.writeByte(1);
        rewritten.rows().write(target);
        target.writeLong(rewritten.copied());
      } else if (this instanceof Written written) {
        target.writeByte(2);
        DataOutputViewStreamWrapper view = new DataOutputViewStreamWrapper(target);
        FieldCodec.writeFiles(written.files(), view);
        FieldCodec.writeFiles(written.changes().stream().map(JobPart::asDataFile).toList(), view);
        target.writeInt(written.counts().size());
        for (Map.Entry<ChangeKind, Long> count : written.counts().entrySet()) {
          target.writeByte(count.getKey().code());
          target.writeLong(count.getValue());
        }
      } else if (this instanceof SourceRows source) {
        target.writeByte(3);
        target.writeLong(source.count());
        new ObjectOutputStream(target).writeObject(source.partners());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Tuple2.of(path, bytes.toByteArray());
  }

  static JobPart decode(Tuple2<String, byte[]> encoded) {
    DataInputStream source = new DataInputStream(new ByteArrayInputStream(encoded.f1));
    try {
      return switch (source.readByte()) {
        case 0 -> new Found(encoded.f0, FoundInFile.read(source));
        case 1 -> new Rewritten(encoded.f0, FoundInFile.read(source), source.readLong());
        case 3 ->
            new SourceRows(
                source.readLong(), (RowFilter) new ObjectInputStream(source).readObject());
        default -> {
          DataInputViewStreamWrapper view = new DataInputViewStreamWrapper(source);
          List<DataFile> files = FieldCodec.readFiles(view, true);
          List<ChangeFile> changes =
              FieldCodec.readFiles(view, true).stream()
                  .map(f -> new ChangeFile(f.path(), f.sizeBytes(), f.partitionValues()))
                  .toList();
          Map<ChangeKind, Long> counts = new EnumMap<>(ChangeKind.class);
          int kinds = source.readInt();
          for (int i = 0; i < kinds; i++) {
            counts.put(ChangeKind.of(source.readByte()), source.readLong());
          }
          yield new Written(files, changes, counts);
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
