package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.gateway.status.StatusTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a table's versions. */
@Command(
    name = "history",
    header = "Show a table's versions, newest first: when, what, by which Flink checkpoint.",
    footer = {
      "",
      "Examples:",
      "  millrace table history silver",
      "  millrace table history silver --limit 100 --json"
    })
final class TableHistoryCommand extends JsonCommand {
  @Mixin private final TableOption table = new TableOption();

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "Most versions to show (default: 20).")
  private int limit;

  TableHistoryCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    List<CommitEntry> entries =
        KernelTableReader.history(table.find().toString(), Limits.positive("--limit", limit));
    if (json()) {
      console().out().println(json(entries));
    } else {
      StatusTable.align(rows(entries)).forEach(console().out()::println);
    }
    return 0;
  }

  private static List<List<String>> rows(List<CommitEntry> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("VERSION", "TIME", "OPERATION", "CKPT", "ROWS", "DELETED", "FILES", "BY"));
    for (CommitEntry entry : entries) {
      Map<String, String> metrics = entry.operationMetrics();
      rows.add(
          List.of(
              Long.toString(entry.version()),
              Instant.ofEpochMilli(entry.timestampMillis()).toString(),
              entry.operation(),
              entry.millrace().getOrDefault("checkpointId", "-"),
              metrics.getOrDefault("numOutputRows", "-"),
              metrics.getOrDefault("numDeletedRows", "-"),
              metrics.getOrDefault("numAddedFiles", "-"),
              entry.engineInfo().orElse("-")));
    }
    return rows;
  }

  private static ArrayNode json(List<CommitEntry> entries) {
    ArrayNode json = new ObjectMapper().createArrayNode();
    for (CommitEntry entry : entries) {
      ObjectNode node = json.addObject();
      node.put("version", entry.version());
      node.put("timestamp", Instant.ofEpochMilli(entry.timestampMillis()).toString());
      node.put("operation", entry.operation());
      ObjectNode parameters = node.putObject("operation_parameters");
      entry.operationParameters().forEach(parameters::put);
      ObjectNode metrics = node.putObject("operation_metrics");
      entry.operationMetrics().forEach(metrics::put);
      node.put("engine", entry.engineInfo().orElse(null));
      node.put("user_metadata", entry.userMetadata().orElse(null));
      ObjectNode millrace = node.putObject("millrace");
      entry.millrace().forEach(millrace::put);
    }
    return json;
  }
}
