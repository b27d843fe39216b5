package io.millrace.gateway.cli;

import picocli.CommandLine.Option;

/** A command whose output a program may read. */
abstract class JsonCommand extends MillraceCommand {
  @Option(
      names = "--json",
      description = "Print JSON for programs, errors too, on standard output.")
  private boolean json;

  JsonCommand(Console console) {
    super(console);
  }

  @Override
  final boolean json() {
    return json;
  }
}
