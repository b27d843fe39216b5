package io.millrace.delta.maintenance;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.ExampleFiles;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.kernel.MaintenanceCommit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A table of (id, name) partitioned by day, its first entry written by hand. */
final class PartitionedTable implements AutoCloseable {
  private static final String SCHEMA =
      "{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":["
          + field("id", "long")
          + ","
          + field("name", "string")
          + ","
          + field("day", "string")
          + "]}";

  private final Path folder;
  private final MaintainedTable table;

  private PartitionedTable(Path folder, MaintainedTable table) {
    this.folder = folder;
    this.table = table;
  }

  private static String field(String name, String type) {
    return "{\\\"name\\\":\\\"%s\\\",\\\"type\\\":\\\"%s\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}"
        .formatted(name, type);
  }

  static PartitionedTable create(Path folder) throws IOException {
    return create(folder, Map.of());
  }

  static PartitionedTable create(Path folder, Map<String, String> properties) throws IOException {
    Path log = Files.createDirectories(folder.resolve("_delta_log"));
    Files.writeString(
        log.resolve("%020d.json".formatted(0)),
        """
        {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
        {"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":"%s","partitionColumns":["day"],"configuration":%s,"createdTime":1}}
        """
            .formatted(SCHEMA, new ObjectMapper().writeValueAsString(properties)));
    return new PartitionedTable(folder, MaintainedTable.open(folder.toString()));
  }

  Path folder() {
    return folder;
  }

  void append(String day, String name, long... ids) {
    String partition = "day=" + day;
    DataFile file = ExampleFiles.write(folder.resolve(partition), name, ids);
    LiveFile added =
        new LiveFile(
            partition + "/" + name,
            Map.of("day", day),
            file.sizeBytes(),
            file.modifiedMillis(),
            Optional.of(file.stats()),
            Optional.empty(),
            Map.of(),
            OptionalLong.empty(),
            OptionalLong.empty());
    table.commit(
        table.latest(),
        new MaintenanceCommit(
            "WRITE", Map.of(), Map.of(), List.of(), List.of(added), true, Optional.empty()));
  }

  /** {@code id|day}, sorted. */
  List<String> rows() {
    List<String> rows = new ArrayList<>();
    try (var all =
        KernelTableReader.open(folder.toString())
            .rows(List.of("id", "day"), OptionalLong.empty())) {
      all.forEachRemaining(row -> rows.add(row[0] + "|" + row[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(null);
    return rows;
  }

  @Override
  public void close() {
    table.close();
  }
}
