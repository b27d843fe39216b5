package io.millrace.gateway.cli;

import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import io.millrace.gateway.status.StatusReading;
import io.millrace.gateway.status.StatusTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A running pipeline as it is seen: on a terminal the whole table, drawn over each second; in a log
 * one plain line now and then, on standard error.
 */
final class RunDisplay {
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

  private final Console console;
  private final boolean json;
  private Instant lastLine = Instant.EPOCH;
  private int drawn;

  RunDisplay(Console console, boolean json) {
    this.console = console;
    this.json = json;
  }

  void show(PipelineStatus status) {
    if (json) {
      return;
    }
    if (console.terminal()) {
      List<String> lines = StatusTable.render(StatusReading.of(status, true));
      StringBuilder text = new StringBuilder();
      if (drawn > 0) {
        text.append("\033[").append(drawn).append("A\033[J");
      }
      lines.forEach(line -> text.append(line).append('\n'));
      console.err().print(text);
      console.err().flush();
      drawn = lines.size();
    } else if (Duration.between(lastLine, status.updatedAt()).compareTo(LINE_INTERVAL) >= 0) {
      console.err().println(line(status));
      lastLine = status.updatedAt();
    }
  }

  /** Everything that matters, in one line. */
  static String line(PipelineStatus status) {
    StringBuilder line = new StringBuilder(status.name()).append(' ').append(status.state());
    line.append(" ckpt ").append(status.checkpointId());
    line.append(" lag ").append(StatusTable.grouped(status.lagRecords()));
    PipelineStatus.Failure failure = status.failure();
    if (failure != null) {
      return line.append(" | ")
          .append(failure.code())
          .append(": ")
          .append(failure.message())
          .toString();
    }
    for (TableStatus table : status.tables()) {
      line.append(" | ").append(table.name()).append(' ');
      line.append(StatusTable.grouped(table.rows())).append(" rows ");
      line.append(StatusTable.rate(table.rowsPerSecond())).append("/s");
    }
    return line.toString();
  }
}
