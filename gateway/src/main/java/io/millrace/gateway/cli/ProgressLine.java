package io.millrace.gateway.cli;

import java.time.Duration;
import java.time.Instant;

/**
 * Says that something takes its time: a line that is drawn over on a terminal, else one plain line.
 */
final class ProgressLine implements AutoCloseable {
  private static final String FRAMES = "|/-\\";

  private final Console console;
  private final String what;
  private final Instant began = Instant.now();
  private int frame;
  private boolean open = true;

  private ProgressLine(Console console, String what) {
    this.console = console;
    this.what = what;
  }

  static ProgressLine of(Console console, String what) {
    if (!console.terminal()) {
      console.err().println(what + " ...");
    }
    return new ProgressLine(console, what);
  }

  /** Still at it. */
  void tick() {
    if (console.terminal()) {
      long seconds = Duration.between(began, Instant.now()).toSeconds();
      char spinner = FRAMES.charAt(frame++ % FRAMES.length());
      console.err().print("\r" + spinner + " " + what + ", " + seconds + " s ");
      console.err().flush();
    }
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (open && console.terminal()) {
      console.err().print("\r\033[K");
      console.err().flush();
    }
    open = false;
  }
}
