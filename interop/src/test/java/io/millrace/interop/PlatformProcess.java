package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A platform on one directory and one set of ports, to be killed and started again. */
final class PlatformProcess {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final int kafkaPort;
  private final List<String> up;

  PlatformProcess(Path directory) throws IOException {
    this.directory = directory;
    kafkaPort = freePort();
    up =
        List.of(
            "up",
            "--detach",
            "--dir",
            directory.toString(),
            "--kafka-port",
            Integer.toString(kafkaPort),
            "--flink-port",
            Integer.toString(freePort()),
            "--port",
            Integer.toString(freePort()),
            "--gateway-port",
            Integer.toString(freePort()));
  }

  String bootstrap() {
    return "127.0.0.1:" + kafkaPort;
  }

  /** The pipeline that every later start resumes, written as {@code PipelineRegistry} does. */
  void register(String name, Path project, Map<String, String> variables, Path root, int millis)
      throws IOException {
    Path file = directory.resolve("pipelines").resolve(name + ".json");
    Files.createDirectories(file.getParent());
    JSON.writeValue(
        file.toFile(),
        Map.of(
            "name", name,
            "project", project.toString(),
            "variables", variables,
            "root", root.toString(),
            "checkpoint_interval_ms", millis));
  }

  /** Returns at once; the process ends when the platform is ready, or could not be started. */
  Process starting(Path output, List<String> javaOptions) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Product.home().resolve("bin/millrace").toString());
    command.addAll(up);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().put("MILLRACE_JAVA_OPTS", String.join(" ", javaOptions));
    return builder.start();
  }

  void start(Path output, List<String> javaOptions) throws Exception {
    Process process = starting(output, javaOptions);
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).as("up --detach ends").isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }

  /** The platform's own process, which {@code up --detach} left behind. */
  ProcessHandle handle() throws IOException {
    long pid = JSON.readTree(directory.resolve("platform.json").toFile()).path("pid").asLong();
    return ProcessHandle.of(pid).orElseThrow(() -> new AssertionError("no process " + pid));
  }

  /** SIGKILL; returns when the process is gone. */
  static void kill(ProcessHandle process) throws Exception {
    process.destroyForcibly();
    process.onExit().get(1, TimeUnit.MINUTES);
  }

  void stop() throws Exception {
    Product.Ended ended = Product.run("down", "--dir", directory.toString());
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }

  String log() throws IOException {
    Path log = directory.resolve("logs/millrace.log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
