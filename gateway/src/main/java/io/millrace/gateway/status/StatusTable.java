package io.millrace.gateway.status;

import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.gateway.status.PipelineStatus.Failure;
import io.millrace.gateway.status.PipelineStatus.Freshness;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Pipelines as text, for a person: one line for the pipeline, one for each of its tables. */
public final class StatusTable {
  private static final List<String> HEADINGS =
      List.of(
          "TABLE", "LAYER", "ROWS", "ROWS/s", "FRESH p50", "p99", "QUALITY", "VERSION", "FILES");

  private StatusTable() {}

  /** Lines without a line end. */
  public static List<String> render(StatusReading reading) {
    List<String> lines = new ArrayList<>();
    PipelineStatus status = reading.status();
    if (status == null) {
      lines.add(reading.name() + "  UNREADABLE  " + reading.problem());
      return lines;
    }
    lines.add(headline(reading, status));
    Failure failure = status.failure();
    if (failure != null) {
      lines.add("  " + failure.code() + ": " + failure.message());
    }
    if (!status.tables().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(HEADINGS);
      for (TableStatus table : status.tables()) {
        rows.add(row(status, table));
      }
      lines.addAll(align(rows));
    }
    return lines;
  }

  private static String headline(StatusReading reading, PipelineStatus status) {
    StringBuilder line = new StringBuilder(status.name()).append("  ").append(reading.stateText());
    if (status.checkpointId() > 0) {
      line.append("  ckpt ").append(status.checkpointId());
    } else {
      line.append("  no checkpoint yet");
    }
    line.append(" (").append(seconds(status.checkpointInterval().toMillis())).append(")");
    line.append("  lag ").append(grouped(status.lagRecords()));
    Balance balance = status.balance();
    if (balance != null) {
      line.append("  ").append(text(balance));
    }
    if (reading.stateText().equals("NOT RUNNING")) {
      line.append("  last seen ").append(status.updatedAt());
    }
    return line.toString();
  }

  /**
   * {@code balance OK (in 12,004 = out 11,981 + quarantined 23)}; parts that are 0 are left out.
   */
  public static String text(Balance balance) {
    StringBuilder sum = new StringBuilder("out ").append(grouped(balance.out()));
    append(sum, "dropped", balance.dropped());
    append(sum, "quarantined", balance.quarantined());
    append(sum, "deduplicated", balance.deduplicated());
    return "balance %s (in %s %s %s)"
        .formatted(
            balance.balanced() ? "OK" : "BROKEN",
            grouped(balance.in()),
            balance.balanced() ? "=" : "≠",
            sum);
  }

  private static void append(StringBuilder sum, String what, long rows) {
    if (rows != 0) {
      sum.append(" + ").append(what).append(' ').append(grouped(rows));
    }
  }

  private static List<String> row(PipelineStatus status, TableStatus table) {
    Freshness fresh = table.freshness();
    return List.of(
        table.name(),
        table.layer(),
        grouped(table.rows()),
        rate(table.rowsPerSecond()),
        fresh == null ? "-" : seconds(fresh.p50Millis()),
        fresh == null ? "-" : seconds(fresh.p99Millis()),
        quality(status, table),
        table.version() < 0 ? "-" : "v" + table.version(),
        files(table));
  }

  /** The rule that most rows broke, and what became of them; "ok" where every rule held. */
  private static String quality(PipelineStatus status, TableStatus table) {
    List<ExpectationStatus> rules =
        status.expectations().stream().filter(e -> e.table().equals(table.name())).toList();
    if (rules.isEmpty()) {
      return "-";
    }
    @Nullable ExpectationStatus worst =
        rules.stream()
            .filter(e -> e.failed() > 0)
            .max(Comparator.comparingLong(ExpectationStatus::failed))
            .orElse(null);
    if (worst == null) {
      return "ok";
    }
    // Rounded down: a rule that was broken once must never read as 100 %.
    long hundredths =
        (long) Math.floor(10_000.0 * worst.passed() / (worst.passed() + worst.failed()));
    return "%s %d.%02d %% %s"
        .formatted(
            worst.rule(),
            hundredths / 100,
            hundredths % 100,
            worst.action().toUpperCase(Locale.ROOT));
  }

  private static String files(TableStatus table) {
    if (table.files() <= 0) {
      return "-";
    }
    return "%d (avg %s)".formatted(table.files(), bytes(table.bytes() / table.files()));
  }

  /** {@code 12,004}. */
  public static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 12}, {@code 6.0k}, {@code 1.2M}. */
  public static String rate(double perSecond) {
    if (perSecond >= 999_950) {
      return String.format(Locale.ROOT, "%.1fM", perSecond / 1_000_000);
    }
    if (perSecond >= 999.5) {
      return String.format(Locale.ROOT, "%.1fk", perSecond / 1_000);
    }
    return String.format(Locale.ROOT, "%.0f", perSecond);
  }

  /** {@code 0.7 s}, {@code 2.0 s}, {@code 3 min}. */
  public static String seconds(long millis) {
    Duration duration = Duration.ofMillis(millis);
    if (duration.toMinutes() >= 10) {
      return duration.toMinutes() + " min";
    }
    return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  /** {@code 96 MB}, in units of 1,000. */
  public static String bytes(long bytes) {
    if (bytes >= 1_000_000_000) {
      return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
    if (bytes >= 1_000_000) {
      return String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }
    if (bytes >= 1_000) {
      return String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
    }
    return bytes + " B";
  }

  /** Columns two spaces apart; numbers to the right, the rest to the left. */
  public static List<String> align(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      numeric[c] = rows.size() > 1;
      for (int r = 0; r < rows.size(); r++) {
        String cell = rows.get(r).get(c);
        widths[c] = Math.max(widths[c], cell.length());
        if (r > 0 && !cell.equals("-") && !cell.matches("[0-9][0-9.,]*[kM]?( s| min)?")) {
          numeric[c] = false;
        }
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String pad = " ".repeat(widths[c] - row.get(c).length());
        line.append(c == 0 ? "" : "  ");
        line.append(numeric[c] ? pad + row.get(c) : row.get(c) + pad);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
