package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableDescription;
import io.millrace.gateway.status.StatusTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.RowType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what a table is now. */
@Command(
    name = "show",
    header = "Show a table's version, rows, files, columns and properties.",
    footer = {
      "",
      "Examples:",
      "  millrace table show silver",
      "  millrace table show /data/flights/silver --json"
    })
final class TableShowCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  TableShowCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    TableDescription description = KernelTableReader.describe(table.find());
    if (json()) {
      console().out().println(json(description));
    } else {
      lines(description).forEach(console().out()::println);
    }
    return 0;
  }

  private static List<String> lines(TableDescription table) {
    List<String> lines = new ArrayList<>();
    lines.add(table.path());
    lines.add("version     " + table.version());
    lines.add(
        "rows        "
            + (table.rows().isPresent()
                ? StatusTable.grouped(table.rows().getAsLong())
                : "not counted: a file has no statistics"));
    lines.add("files       " + table.files() + " (" + StatusTable.bytes(table.bytes()) + ")");
    if (!table.partitionColumns().isEmpty()) {
      lines.add("partitions  " + String.join(", ", table.partitionColumns()));
    }
    if (!table.features().isEmpty()) {
      lines.add("features    " + String.join(", ", table.features()));
    }
    for (Map.Entry<String, String> property : table.properties().entrySet()) {
      lines.add("property    " + property.getKey() + " = " + property.getValue());
    }
    lines.add("");
    List<List<String>> columns = new ArrayList<>();
    columns.add(List.of("COLUMN", "TYPE"));
    for (RowType.RowField field : table.rowType().getFields()) {
      columns.add(List.of(field.getName(), field.getType().asSummaryString()));
    }
    lines.addAll(StatusTable.align(columns));
    return lines;
  }

  private static ObjectNode json(TableDescription table) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("path", table.path());
    json.put("version", table.version());
    if (table.rows().isPresent()) {
      json.put("rows", table.rows().getAsLong());
    } else {
      json.putNull("rows");
    }
    json.put("files", table.files());
    json.put("bytes", table.bytes());
    ArrayNode partitions = json.putArray("partition_columns");
    table.partitionColumns().forEach(partitions::add);
    ArrayNode features = json.putArray("features");
    table.features().forEach(features::add);
    ObjectNode properties = json.putObject("properties");
    table.properties().forEach(properties::put);
    ArrayNode columns = json.putArray("columns");
    for (RowType.RowField field : table.rowType().getFields()) {
      columns
          .addObject()
          .put("name", field.getName())
          .put("type", field.getType().copy(true).asSummaryString())
          .put("nullable", field.getType().isNullable());
    }
    return json;
  }
}
