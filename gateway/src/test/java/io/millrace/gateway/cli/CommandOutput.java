package io.millrace.gateway.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command printed, and how it ended. */
record CommandOutput(int exitCode, String out, String err) {

  static CommandOutput of(String... arguments) {
    return run(false, arguments);
  }

  static CommandOutput onTerminal(String... arguments) {
    return run(true, arguments);
  }

  private static CommandOutput run(boolean terminal, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal);
    int exitCode = Millrace.run(console, arguments);
    return new CommandOutput(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
