package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.gateway.tables.Quarantine;
import io.millrace.gateway.tables.Quarantine.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows refused rows. */
@Command(
    name = "show",
    header = "Show refused rows, newest first: where each came from, why, and what it was.",
    footer = {
      "",
      "Examples:",
      "  millrace quarantine show quarantine --rule known_airport",
      "  millrace quarantine show flights/quarantine --limit 1 --json"
    })
final class QuarantineShowCommand extends JsonCommand {
  private static final int RAW_SHOWN = 160;

  @Mixin private final TableOption table = new TableOption();

  @Option(names = "--rule", paramLabel = "RULE", description = "Only what this rule refused.")
  private @Nullable String rule;

  @Option(names = "--dataset", paramLabel = "NAME", description = "Only what this dataset refused.")
  private @Nullable String dataset;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "20",
      description = "Most rows to show (default: 20).")
  private int limit;

  QuarantineShowCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() {
    List<Refused> rows =
        Quarantine.open(table.find())
            .newest(
                Limits.positive("--limit", limit),
                row ->
                    (rule == null || rule.equals(row.rule()))
                        && (dataset == null || dataset.equals(row.dataset())));
    if (json()) {
      console().out().println(json(rows));
      return 0;
    }
    for (Refused row : rows) {
      console()
          .out()
          .println(
              "%s  %s  %s-%s offset %s"
                  .formatted(
                      row.quarantinedAt() == null ? "-" : row.quarantinedAt() + "Z",
                      row.rule(),
                      row.topic() == null ? "?" : row.topic(),
                      row.partition() == null ? "?" : row.partition(),
                      row.offset() == null ? "?" : row.offset()));
      console().out().println("  " + row.dataset() + ": " + printable(row.reason()));
      String raw = row.raw();
      console().out().println("  " + (raw == null ? "(no value)" : printable(raw)));
    }
    if (rows.isEmpty()) {
      console().out().println("Nothing is in quarantine for that.");
    }
    return 0;
  }

  /** One line, short, and without what could move a terminal's cursor. */
  private static String printable(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "�");
    return line.length() <= RAW_SHOWN ? line : line.substring(0, RAW_SHOWN) + " …";
  }

  private static ArrayNode json(List<Refused> rows) {
    ArrayNode json = new ObjectMapper().createArrayNode();
    for (Refused row : rows) {
      json.addObject()
          .put("dataset", row.dataset())
          .put("rule", row.rule())
          .put("reason", row.reason())
          .put("topic", row.topic())
          .put("partition", row.partition())
          .put("offset", row.offset())
          .put("quarantined_at", row.quarantinedAt() == null ? null : row.quarantinedAt() + "Z")
          .put("raw", row.raw());
    }
    return json;
  }
}
