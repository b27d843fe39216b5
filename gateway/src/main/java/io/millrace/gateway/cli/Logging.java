package io.millrace.gateway.cli;

import java.nio.file.Path;

/**
 * Where log lines go. To be told before the first logger is made, which is when log4j reads it.
 *
 * <p>Without a file, warnings go to standard error, as {@code log4j2.properties} has it.
 */
final class Logging {

  private Logging() {}

  /** Everything to the file; to standard error our own warnings and the errors of others. */
  static void toFile(Path file) {
    System.setProperty("millrace.log", file.toString());
    // Where Flink's web pages look for it.
    System.setProperty("log.file", file.toString());
    System.setProperty("log4j2.configurationFile", "log4j2-platform.properties");
  }
}
