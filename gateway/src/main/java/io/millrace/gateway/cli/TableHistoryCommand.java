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
import java.util.stream.Collectors;
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
  private static final int PARAMETERS_MAX = 60;

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
        KernelTableReader.history(table.find(), Limits.positive("--limit", limit));
    if (json()) {
      console().out().println(json(entries));
    } else {
      StatusTable.align(rows(entries)).forEach(console().out()::println);
    }
    return 0;
  }

  private static List<List<String>> rows(List<CommitEntry> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "VERSION",
            "TIME",
            "OPERATION",
            "CKPT",
            "ROWS",
            "DELETED",
            "FILES",
            "REMOVED",
            "BLIND",
            "BY",
            "PARAMETERS"));
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
              first(metrics, "numAddedFiles", "numRestoredFiles", "numFiles"),
              first(metrics, "numRemovedFiles", "numDeletedFiles"),
              entry.blindAppend().map(blind -> blind ? "yes" : "no").orElse("-"),
              entry.engineInfo().orElse("-"),
              parameters(entry)));
    }
    return rows;
  }

  /** The first of several names under which writers give a number. */
  private static String first(Map<String, String> metrics, String... names) {
    for (String name : names) {
      String value = metrics.get(name);
      if (value != null) {
        return value;
      }
    }
    return "-";
  }

  private static String parameters(CommitEntry entry) {
    String all =
        entry.operationParameters().entrySet().stream()
            .filter(parameter -> !parameter.getValue().equals("null"))
            .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
            .collect(Collectors.joining(" "));
    if (all.isEmpty()) {
      return "-";
    }
    return all.length() <= PARAMETERS_MAX ? all : all.substring(0, PARAMETERS_MAX - 3) + "...";
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
      if (entry.readVersion().isPresent()) {
        node.put("read_version", entry.readVersion().getAsLong());
      } else {
        node.putNull("read_version");
      }
      node.put("isolation_level", entry.isolationLevel().orElse(null));
      node.put("is_blind_append", entry.blindAppend().orElse(null));
      node.put("engine", entry.engineInfo().orElse(null));
      node.put("user_name", entry.userName().orElse(null));
      node.put("user_metadata", entry.userMetadata().orElse(null));
      ObjectNode millrace = node.putObject("millrace");
      entry.millrace().forEach(millrace::put);
    }
    return json;
  }
}
