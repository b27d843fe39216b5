package io.millrace.gateway.cli;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What every command has: somewhere to speak, {@code --help}, {@code --verbose}. */
abstract class MillraceCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print the stack trace of an error.")
  private boolean verbose;

  MillraceCommand(Console console) {
    this.console = requireNonNull(console, "console is null");
  }

  final Console console() {
    return console;
  }

  final boolean verbose() {
    return verbose;
  }

  /** Whether a program reads the output. */
  boolean json() {
    return false;
  }
}
