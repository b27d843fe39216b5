package io.millrace.delta.kernel;

import io.millrace.delta.DataFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Data files of (id, name), written by parquet-java's example writer and nothing of ours. */
public final class ExampleFiles {
  public static final RowType ROW_TYPE =
      RowType.of(
          new org.apache.flink.table.types.logical.LogicalType[] {
            new BigIntType(), new VarCharType(VarCharType.MAX_LENGTH)
          },
          new String[] {"id", "name"});

  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message row { optional int64 id; optional binary name (STRING); }");

  private ExampleFiles() {}

  /** Writes a file whose rows are the ids, each with the name {@code <file>-<id>}. */
  public static DataFile write(Path table, String name, long... ids) {
    Path file = table.resolve(name);
    try {
      Files.createDirectories(table);
      try (var writer =
          ExampleParquetWriter.builder(new LocalOutputFile(file)).withType(SCHEMA).build()) {
        SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
        for (long id : ids) {
          Group row = rows.newGroup();
          row.add("id", id);
          row.add("name", name + "-" + id);
          writer.write(row);
        }
      }
      return new DataFile(
          name,
          Files.size(file),
          Files.getLastModifiedTime(file).toMillis(),
          ids.length,
          stats(ids));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String stats(long... ids) {
    return "{\"numRecords\":%d,\"minValues\":{\"id\":%d},\"maxValues\":{\"id\":%d},\"nullCount\":{\"id\":0}}"
        .formatted(
            ids.length, Arrays.stream(ids).min().orElse(0), Arrays.stream(ids).max().orElse(0));
  }
}
