package io.millrace.catalog.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of the tests in a process of its own, which says lines. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private ChildJvm(Process process) {
    this.process = process;
    this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  static ChildJvm start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that it says, without what its log has printed. */
  String hear() throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.equals("open") || line.startsWith("made ")) {
        return line;
      }
    }
    throw new IOException("process " + process.pid() + " has ended without a word");
  }

  /** Ends it at once, as {@code kill -9} does, and returns what it had said until then. */
  List<String> kill() throws IOException, InterruptedException {
    // Not the process's own destroyForcibly, which closes what it has said and we have not read.
    process.toHandle().destroyForcibly();
    process.waitFor();
    List<String> left = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("made ")) {
        left.add(line);
      }
    }
    return left;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
