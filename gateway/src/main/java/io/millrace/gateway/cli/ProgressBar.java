package io.millrace.gateway.cli;

import io.millrace.delta.maintenance.Progress;
import java.time.Duration;

/** How far an operation is: a bar that is drawn over, on a terminal only. */
final class ProgressBar implements Progress, AutoCloseable {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final Console console;
  private long lastNanos = System.nanoTime() - REDRAW_NANOS;
  private boolean drawn;

  ProgressBar(Console console) {
    this.console = console;
  }

  @Override
  public void at(String step, long done, long total) {
    long now = System.nanoTime();
    if (!console.terminal() || (now - lastNanos < REDRAW_NANOS && done < total)) {
      return;
    }
    lastNanos = now;
    drawn = true;
    console.err().print("\r\033[K" + line(step, done, total));
    console.err().flush();
  }

  static String line(String step, long done, long total) {
    if (total <= 0) {
      return step + " " + done;
    }
    int filled = (int) (WIDTH * Math.min(done, total) / total);
    return "["
        + "#".repeat(filled)
        + " ".repeat(WIDTH - filled)
        + "] "
        + step
        + " "
        + done
        + "/"
        + total;
  }

  /** Wipes the bar. */
  @Override
  public void close() {
    if (drawn) {
      console.err().print("\r\033[K");
      console.err().flush();
      drawn = false;
    }
  }
}
