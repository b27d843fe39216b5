package io.millrace.gateway.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.platform.PlatformDirectory;
import io.millrace.gateway.platform.PlatformState;
import io.millrace.gateway.platform.RunningPlatform;
import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatusJson;
import io.millrace.gateway.status.StatusDirectory;
import io.millrace.gateway.status.StatusReading;
import io.millrace.gateway.status.StatusTable;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what runs, and how well. */
@Command(
    name = "status",
    header = "Show the platform and its pipelines: rows, freshness, lag, balance, quality.",
    description = {
      "",
      "FRESH is the time from an event's production until its table showed it. The balance says"
          + " where every row that came in is: in = out + dropped + quarantined + deduplicated.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  millrace status",
      "  millrace status --watch",
      "  millrace status --json | jq '.pipelines[].lag_records'"
    })
final class StatusCommand extends JsonCommand {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Option(
      names = {"-w", "--watch"},
      description = "Show it anew every second until Ctrl-C.")
  private boolean watch;

  StatusCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws Exception {
    PlatformDirectory where = directory.directory();
    do {
      if (json()) {
        console().out().println(json(where));
      } else if (watch) {
        console().redraw(lines(where));
      } else {
        lines(where).forEach(console().out()::println);
      }
      if (watch) {
        TimeUnit.MILLISECONDS.sleep(INTERVAL.toMillis());
      }
      // A closed pipe ends the watch: head and less have seen enough.
    } while (watch && !console().out().checkError());
    return 0;
  }

  private static List<String> lines(PlatformDirectory where) {
    List<String> lines = new ArrayList<>();
    lines.add(platform(where));
    for (StatusReading reading : new StatusDirectory(where.status()).list()) {
      lines.add("");
      lines.addAll(StatusTable.render(reading));
    }
    return lines;
  }

  private static String platform(PlatformDirectory where) {
    try {
      Optional<PlatformState> state = RunningPlatform.find(where);
      if (state.isEmpty()) {
        return "platform  DOWN  " + where.root();
      }
      PlatformState up = state.get();
      return "platform  %s  pid %d  since %s  Kafka %s  Flink %s  catalog %s  %s"
          .formatted(
              up.ready() ? "UP" : "STARTING",
              up.pid(),
              up.startedAt().truncatedTo(ChronoUnit.SECONDS),
              up.bootstrapServers(),
              up.flinkUrl(),
              up.catalogUrl(),
              where.root());
    } catch (MillraceException e) {
      // A damaged state file must not hide the pipelines.
      return "platform  " + e.code() + "  " + e.problem();
    }
  }

  private static ObjectNode json(PlatformDirectory where) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("dir", where.root().toString());
    ObjectNode platform;
    try {
      Optional<PlatformState> state = RunningPlatform.find(where);
      platform = state.map(PlatformState::toJson).orElseGet(json::objectNode);
      platform.put("state", state.map(s -> s.ready() ? "UP" : "STARTING").orElse("DOWN"));
    } catch (MillraceException e) {
      platform = json.objectNode().put("state", e.code().name()).put("problem", e.problem());
    }
    json.set("platform", platform);
    ArrayNode pipelines = json.putArray("pipelines");
    for (StatusReading reading : new StatusDirectory(where.status()).list()) {
      PipelineStatus status = reading.status();
      ObjectNode node =
          status == null
              ? json.objectNode().put("name", reading.name()).put("problem", reading.problem())
              : PipelineStatusJson.toJson(status);
      node.put("shown_as", reading.stateText());
      pipelines.add(node);
    }
    return json;
  }
}
