package io.millrace.gateway.cli;

import static java.util.Objects.requireNonNull;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command speaks.
 *
 * @param out results
 * @param err progress and errors
 * @param terminal whether a person watches {@code out}: lines may be drawn over
 */
public record Console(PrintStream out, PrintStream err, boolean terminal) {
  private static final String TERMINAL_PROPERTY = "millrace.terminal";

  public Console {
    requireNonNull(out, "out is null");
    requireNonNull(err, "err is null");
  }

  /** The process's own streams, in UTF-8 whatever the locale; the launcher knows the terminal. */
  static Console ofProcess() {
    return new Console(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        Boolean.getBoolean(TERMINAL_PROPERTY));
  }

  /** Writes lines over what the last call wrote; on anything but a terminal, below it. */
  void redraw(Iterable<String> lines) {
    StringBuilder text = new StringBuilder();
    if (terminal) {
      text.append("\033[H\033[2J");
    }
    for (String line : lines) {
      text.append(line).append('\n');
    }
    out.print(text);
    out.flush();
  }
}
