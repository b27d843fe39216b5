package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Shows {@link Progress}: bars that are drawn over on a terminal, else one line every few seconds.
 */
final class ProgressView {
  private static final double DRAW_SECONDS = 0.25;
  private static final double LINE_SECONDS = 3;
  private static final int BAR = 30;

  private final PrintStream out;
  private final boolean terminal;
  private double due;
  private int drawn;
  private double lastSeconds;
  private long lastProduced;
  private double producedPerSecond;

  ProgressView(PrintStream out, boolean terminal) {
    this.out = requireNonNull(out, "out is null");
    this.terminal = terminal;
  }

  /** Shows it if it is time to. */
  void show(Progress progress) {
    if (progress.seconds() >= due) {
      due = progress.seconds() + (terminal ? DRAW_SECONDS : LINE_SECONDS);
      draw(progress);
    }
  }

  /** Shows it in any case, and leaves it there. */
  void showLast(Progress progress) {
    draw(progress);
    drawn = 0;
  }

  private void draw(Progress progress) {
    double elapsed = progress.seconds() - lastSeconds;
    if (elapsed > 0) {
      producedPerSecond = (progress.produced() - lastProduced) / elapsed;
      lastSeconds = progress.seconds();
      lastProduced = progress.produced();
    }
    StringBuilder text = new StringBuilder();
    if (!terminal) {
      out.println(line(progress));
      return;
    }
    if (drawn > 0) {
      text.append("\033[").append(drawn).append('A');
    }
    List<String> lines = bars(progress);
    lines.forEach(line -> text.append("\033[K").append(line).append('\n'));
    drawn = Math.max(drawn, lines.size());
    text.append("\033[K\n".repeat(drawn - lines.size()));
    out.print(text);
    out.flush();
  }

  private String line(Progress p) {
    String tables =
        p.status().map(PipelineStatus::tables).orElse(List.of()).stream()
            .map(t -> "%s %s (%s)".formatted(t.name(), number(t.rows()), rate(t.rowsPerSecond())))
            .collect(Collectors.joining("  "));
    return "%6.1f s  produced %s (%s)  lag %s  fresh %s  %s%s"
        .formatted(
            p.seconds(),
            number(p.produced()),
            rate(producedPerSecond),
            number(lag(p)),
            fresh(p),
            balance(p),
            tables.isEmpty() ? "" : "  " + tables);
  }

  private List<String> bars(Progress p) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "  produced              %s %11s  %s"
            .formatted(
                bar(p.produced(), p.events()), number(p.produced()), rate(producedPerSecond)));
    for (TableStatus table : p.status().map(PipelineStatus::tables).orElse(List.of())) {
      lines.add(
          "  %-21s %s %11s  %s"
              .formatted(
                  table.name(),
                  bar(table.rows(), p.events()),
                  number(table.rows()),
                  rate(table.rowsPerSecond())));
    }
    lines.add("");
    lines.add(
        "  %.1f s   checkpoint %d   lag %s   fresh %s   %s"
            .formatted(p.seconds(), p.checkpoint(), number(lag(p)), fresh(p), balance(p)));
    return lines;
  }

  private static long lag(Progress p) {
    return Math.max(0, p.produced() - p.committed());
  }

  private static String fresh(Progress p) {
    return p.freshness()
        .map(f -> "p50 %s p99 %s".formatted(seconds(f.p50()), seconds(f.p99())))
        .orElse("-");
  }

  private static String balance(Progress p) {
    Balance balance = p.status().map(PipelineStatus::balance).orElse(null);
    if (balance == null) {
      return "balance -";
    }
    return balance.balanced() ? "balance OK" : "balance BROKEN " + balance;
  }

  static String bar(long part, long whole) {
    int full = whole == 0 ? 0 : (int) Math.min(BAR, part * BAR / whole);
    return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String rate(double perSecond) {
    return number(Math.round(perSecond)) + "/s";
  }

  static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
  }
}
