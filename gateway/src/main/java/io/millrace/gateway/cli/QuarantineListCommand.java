package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.gateway.status.StatusTable;
import io.millrace.gateway.tables.Quarantine;
import io.millrace.gateway.tables.Quarantine.RuleCount;
import io.millrace.gateway.tables.TableFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Counts refused rows by table, dataset and rule. */
@Command(
    name = "list",
    header = "Count the refused rows of every quarantine table, by dataset and rule.",
    footer = {
      "",
      "Examples:",
      "  millrace quarantine list",
      "  millrace quarantine list --dir /data/millrace --json"
    })
final class QuarantineListCommand extends JsonCommand {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  QuarantineListCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    TableFinder finder = new TableFinder(directory.directory().root());
    Map<String, List<RuleCount>> tables = new TreeMap<>();
    for (Path table : finder.list()) {
      if (Quarantine.is(table)) {
        tables.put(finder.name(table), Quarantine.open(table.toString()).counts());
      }
    }
    if (json()) {
      console().out().println(json(tables));
      return 0;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TABLE", "DATASET", "RULE", "ROWS", "LAST"));
    tables.forEach(
        (table, counts) ->
            counts.forEach(
                count ->
                    rows.add(
                        List.of(
                            table,
                            count.dataset(),
                            count.rule(),
                            StatusTable.grouped(count.rows()),
                            count.lastAt() == null ? "-" : count.lastAt() + "Z"))));
    if (rows.size() > 1) {
      StatusTable.align(rows).forEach(console().out()::println);
    } else {
      console()
          .out()
          .println(
              tables.isEmpty()
                  ? "There is no quarantine table under " + directory.directory().root() + "."
                  : "Nothing is in quarantine.");
    }
    return 0;
  }

  private static ArrayNode json(Map<String, List<RuleCount>> tables) {
    ArrayNode json = new ObjectMapper().createArrayNode();
    tables.forEach(
        (table, counts) ->
            counts.forEach(
                count ->
                    json.addObject()
                        .put("table", table)
                        .put("dataset", count.dataset())
                        .put("rule", count.rule())
                        .put("rows", count.rows())
                        .put("last_at", count.lastAt() == null ? null : count.lastAt() + "Z")));
    return json;
  }
}
