package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableDescription;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import io.millrace.gateway.status.PipelineStatusJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All figures of a demo that came to its end.
 *
 * @param acknowledged events that Kafka acknowledged to this run
 * @param publishedBefore events that an earlier run in the same directory had published
 * @param readySeconds from the start of the process's work until the pipeline ran
 * @param producedSeconds from then until the last acknowledgement
 * @param committedSeconds from then until every event was in every table
 * @param checkpoints the last committed one
 * @param freshness over all sampled events
 * @param status the pipeline's last
 */
record DemoReport(
    DemoOptions options,
    long acknowledged,
    long publishedBefore,
    double readySeconds,
    double producedSeconds,
    double committedSeconds,
    long checkpoints,
    Optional<Freshness.Percentiles> freshness,
    PipelineStatus status,
    Path tables) {
  private static final ObjectMapper JSON = new ObjectMapper();

  DemoReport {
    requireNonNull(options, "options is null");
    requireNonNull(freshness, "freshness is null");
    requireNonNull(status, "status is null");
    requireNonNull(tables, "tables is null");
  }

  /** The accounting table and the timings, for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "%s events in every table %.1f s after the first, %s"
            .formatted(
                ProgressView.number(acknowledged + publishedBefore),
                committedSeconds,
                ProgressView.rate(acknowledged / Math.max(committedSeconds, 0.001))));
    freshness.ifPresent(
        f ->
            lines.add(
                "freshness, event produced → visible in gold: p50 %s, p99 %s (%s events sampled)"
                    .formatted(
                        ProgressView.seconds(f.p50()),
                        ProgressView.seconds(f.p99()),
                        ProgressView.number(f.count()))));
    lines.add("");
    lines.add("TABLE                  LAYER             ROWS    FILES  VERSION");
    for (TableStatus table : status.tables()) {
      // The table's own log: the status counts what was written, replaced rows included.
      TableDescription found = KernelTableReader.describe(tables.resolve(table.name()).toString());
      lines.add(
          "%-22s %-10s %11s  %7s  %7s"
              .formatted(
                  table.name(),
                  table.layer(),
                  ProgressView.number(found.rows().orElse(-1)),
                  ProgressView.number(found.files()),
                  ProgressView.number(found.version())));
    }
    Balance balance = status.balance();
    if (balance != null) {
      lines.add("");
      lines.add("ACCOUNT                       ROWS");
      lines.add(account("in", balance.in()));
      lines.add(account("= out", balance.out()));
      lines.add(account("+ quarantined", balance.quarantined()));
      lines.add(account("+ deduplicated", balance.deduplicated()));
      lines.add(account("+ dropped", balance.dropped()));
      lines.add(balance.balanced() ? "balance OK" : "balance BROKEN");
    }
    if (!status.expectations().isEmpty()) {
      lines.add("");
      lines.add("RULE                   ON VIOLATION     VIOLATED");
      for (ExpectationStatus rule : status.expectations()) {
        lines.add(
            "%-22s %-12s %12s"
                .formatted(rule.rule(), rule.action(), ProgressView.number(rule.failed())));
      }
    }
    return lines;
  }

  private static String account(String what, long rows) {
    return "%-18s %15s".formatted(what, ProgressView.number(rows));
  }

  /**
   * Everything, for programs; units are part of the names.
   *
   * @param verification empty if nobody verified
   */
  ObjectNode toJson(List<TableResult> verification) {
    ObjectNode json = JSON.createObjectNode();
    json.put("events", options.events());
    json.put("rate_per_s", options.eventsPerSecond());
    json.put("poison_percent", options.poisonPercent());
    json.put("seed", options.seed());
    json.put("acknowledged", acknowledged);
    json.put("published_before", publishedBefore);
    json.put("ready_s", readySeconds);
    json.put("produced_s", producedSeconds);
    json.put("committed_s", committedSeconds);
    json.put("events_per_s", acknowledged / Math.max(committedSeconds, 0.001));
    json.put("last_checkpoint", checkpoints);
    freshness.ifPresent(
        f ->
            json.putObject("freshness_ms")
                .put("p50", f.p50())
                .put("p99", f.p99())
                .put("max", f.max())
                .put("samples", f.count()));
    json.put("tables", tables.toString());
    json.put("processors", Runtime.getRuntime().availableProcessors());
    json.put("heap_bytes_max", Runtime.getRuntime().maxMemory());
    json.put("java", System.getProperty("java.version"));
    json.set("pipeline", PipelineStatusJson.toJson(status));
    if (!verification.isEmpty()) {
      json.put("verified", verification.stream().allMatch(TableResult::verified));
      ArrayNode results = json.putArray("verification");
      for (TableResult result : verification) {
        results
            .addObject()
            .put("table", result.table())
            .put("expected", result.expected())
            .put("actual", result.actual())
            .put("missing", result.missing())
            .put("unexpected", result.unexpected())
            .put("verified", result.verified());
      }
    }
    return json;
  }
}
