package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.gateway.status.PipelineStatus;
import io.millrace.gateway.status.PipelineStatus.Balance;
import io.millrace.gateway.status.PipelineStatus.TableStatus;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
  private double lastSeconds = -1;
  private long lastProduced = -1;
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
      producedPerSecond = lastProduced < 0 ? 0 : (progress.produced() - lastProduced) / elapsed;
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
    StringBuilder line =
        new StringBuilder(
            "%6.1f s  produced %s (%s)"
                .formatted(p.seconds(), number(p.produced()), rate(producedPerSecond)));
    layers(p)
        .forEach(
            (layer, flow) ->
                line.append(
                    "  %s %s (%s)".formatted(layer, number(flow.rows()), rate(flow.rate()))));
    return line.append("  lag %s  fresh %s  %s".formatted(number(lag(p)), fresh(p), balance(p)))
        .toString();
  }

  /** Rows written to the tables of a layer, and how many a second. */
  private record Flow(long rows, double rate) {
    Flow plus(Flow other) {
      return new Flow(rows + other.rows, rate + other.rate);
    }
  }

  private static Map<String, Flow> layers(Progress p) {
    Map<String, Flow> layers = new LinkedHashMap<>();
    for (TableStatus table : tables(p)) {
      layers.merge(table.layer(), new Flow(table.rows(), table.rowsPerSecond()), Flow::plus);
    }
    return layers;
  }

  private static List<TableStatus> tables(Progress p) {
    return p.status().map(PipelineStatus::tables).orElse(List.of());
  }

  private List<String> bars(Progress p) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(barLine("produced", "Kafka", p.produced(), p.events(), producedPerSecond));
    for (TableStatus table : tables(p)) {
      lines.add(
          barLine(table.name(), table.layer(), table.rows(), p.events(), table.rowsPerSecond()));
    }
    lines.add("");
    lines.add(
        "  %.1f s   checkpoint %d   lag %s   fresh %s   %s"
            .formatted(p.seconds(), p.checkpoint(), number(lag(p)), fresh(p), balance(p)));
    return lines;
  }

  private static String barLine(String name, String layer, long rows, long events, double rate) {
    return "  %-21s %-10s %s %11s  %s"
        .formatted(name, layer, bar(rows, events), number(rows), rate(rate));
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
