package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.TableDetail;
import io.millrace.gateway.status.StatusTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What DESCRIBE DETAIL tells. */
@Command(
    name = "detail",
    header = "Show a table's identity, size, properties and protocol, as DESCRIBE DETAIL does.",
    footer = {
      "",
      "Examples:",
      "  millrace table detail silver",
      "  millrace table detail /data/flights/silver --json"
    })
final class TableDetailCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  TableDetailCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    TableDetail detail = TableDetail.of(table.find());
    if (json()) {
      console().out().println(json(detail));
    } else {
      StatusTable.align(rows(detail)).forEach(console().out()::println);
    }
    return 0;
  }

  private static List<List<String>> rows(TableDetail detail) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("format", "delta"));
    rows.add(List.of("id", detail.id()));
    rows.add(List.of("name", detail.name().orElse("-")));
    rows.add(List.of("description", detail.description().orElse("-")));
    rows.add(List.of("location", detail.location()));
    rows.add(List.of("version", Long.toString(detail.version())));
    rows.add(
        List.of(
            "created",
            detail.createdMillis().isPresent() ? time(detail.createdMillis().getAsLong()) : "-"));
    rows.add(List.of("last modified", time(detail.lastModifiedMillis())));
    rows.add(List.of("partition columns", orDash(detail.partitionColumns())));
    rows.add(List.of("files", StatusTable.grouped(detail.files())));
    rows.add(List.of("size", StatusTable.bytes(detail.bytes())));
    rows.add(List.of("min reader version", Integer.toString(detail.minReaderVersion())));
    rows.add(List.of("min writer version", Integer.toString(detail.minWriterVersion())));
    rows.add(List.of("features", orDash(detail.features())));
    detail.properties().forEach((key, value) -> rows.add(List.of("property", key + " = " + value)));
    return rows;
  }

  private static String orDash(List<String> values) {
    return values.isEmpty() ? "-" : String.join(", ", values);
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }

  private static ObjectNode json(TableDetail detail) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("format", "delta");
    json.put("id", detail.id());
    json.put("name", detail.name().orElse(null));
    json.put("description", detail.description().orElse(null));
    json.put("location", detail.location());
    json.put("version", detail.version());
    json.put(
        "created_at",
        detail.createdMillis().isPresent() ? time(detail.createdMillis().getAsLong()) : null);
    json.put("last_modified", time(detail.lastModifiedMillis()));
    ArrayNode partitions = json.putArray("partition_columns");
    detail.partitionColumns().forEach(partitions::add);
    json.put("num_files", detail.files());
    json.put("size_in_bytes", detail.bytes());
    ObjectNode properties = json.putObject("properties");
    detail.properties().forEach(properties::put);
    json.put("min_reader_version", detail.minReaderVersion());
    json.put("min_writer_version", detail.minWriterVersion());
    ArrayNode features = json.putArray("table_features");
    detail.features().forEach(features::add);
    return json;
  }
}
