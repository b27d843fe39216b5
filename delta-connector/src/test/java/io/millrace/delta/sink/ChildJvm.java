package io.millrace.delta.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of the tests in a process of its own, which speaks and hears lines. */
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
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.apache.logging.log4j.level=FATAL",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that it says. */
  String hear() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("process " + process.pid() + " has ended without a word");
    }
    return line;
  }

  /** Every line up to one. */
  List<String> hearUntil(String last) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = hear(); !line.equals(last); line = hear()) {
      lines.add(line);
    }
    return lines;
  }

  void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Stops every thread of it where it is. Returns when that is so. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
    while (!state().equals("T")) {
      Thread.onSpinWait();
    }
  }

  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private String state() throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", 2)[0];
  }

  private void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IOException("process " + process.pid() + " cannot be sent SIG" + name);
    }
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
