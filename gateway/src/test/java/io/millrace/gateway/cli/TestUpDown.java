package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.gateway.Home;
import io.millrace.gateway.SmallDisk;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} as a process of its own: killed, started again, asked twice, stopped. */
class TestUpDown {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TopicPartition EVENTS = new TopicPartition("events", 0);

  @TempDir Path temporary;
  private Path data;
  private Path launcher;

  /** A home whose launcher starts the classes under test; the real one starts the packaged jar. */
  @BeforeEach
  void makeHome() throws Exception {
    data = temporary.resolve("data of mine");
    Path home = temporary.resolve("home");
    Path bin = Files.createDirectories(home.resolve("bin"));
    Files.createSymbolicLink(
        home.resolve("gateway"), Home.fromLauncher().directory().resolve("gateway"));
    launcher = bin.resolve("millrace");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec '%s' -Xmx512m -XX:TieredStopAtLevel=1 '-Dmillrace.home=%s' -cp '%s' \\
          io.millrace.gateway.cli.Millrace "$@"
        """
            .formatted(java, home, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void killWhatIsLeft() throws Exception {
    Path state = data.resolve("platform.json");
    if (Files.exists(state)) {
      ProcessHandle.of(JSON.readTree(state.toFile()).path("pid").asLong())
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void aPlatformThatWasKilledComesBackWithItsData() throws Exception {
    JsonNode first = up();
    long firstPid = first.path("pid").asLong();
    publish(first.path("bootstrap_servers").asText());

    Result second = run("up", "--dir=" + data, "--port=0", "--flink-port=0", "--kafka-port=0");
    assertThat(second.exitCode()).isEqualTo(6);
    assertThat(second.output())
        .contains("error: ALREADY_RUNNING: a platform already runs on " + data)
        .contains("(process " + firstPid + ")");
    Result status = run("status", "--dir=" + data);
    assertThat(status.output()).startsWith("platform  UP  pid " + firstPid + "  since ");

    ProcessHandle killed = ProcessHandle.of(firstPid).orElseThrow();
    killed.destroyForcibly();
    killed.onExit().get(10, TimeUnit.SECONDS);
    assertThat(run("status", "--dir=" + data).output()).isEqualTo("platform  DOWN  " + data + "\n");
    assertThat(run("down", "--dir=" + data).exitCode()).isEqualTo(5);

    JsonNode again = up();
    assertThat(again.path("pid").asLong()).isNotEqualTo(firstPid);
    assertThat(published(again.path("bootstrap_servers").asText())).isEqualTo(1);

    Result down = run("down", "--dir=" + data);
    assertThat(down.output()).contains("Millrace is down (process " + again.path("pid") + ").");
    assertThat(down.exitCode()).isZero();
    assertThat(ProcessHandle.of(again.path("pid").asLong())).isEmpty();
    assertThat(data.resolve("platform.json")).doesNotExist();
    assertThat(Files.readString(data.resolve("logs").resolve("up.out"), StandardCharsets.UTF_8))
        .as("a clean stop says so, and warns of nothing")
        .contains("Flink stopped")
        .contains("Kafka stopped")
        .contains("catalog stopped")
        .doesNotContain("WARN")
        .doesNotContain("ERROR");
  }

  @Test
  void aDetachedStartThatFailsSaysWhy() throws Exception {
    Files.createDirectories(data);
    Files.writeString(data.resolve("platform.json"), "{");
    Result result =
        run("up", "--detach", "--dir=" + data, "--port=0", "--flink-port=0", "--kafka-port=0");
    Files.delete(data.resolve("platform.json"));
    assertThat(result.output()).contains("error: STATE_CORRUPT: ");
    assertThat(result.exitCode()).isEqualTo(5);
  }

  @Test
  void aPlatformWhoseDiskIsFullEndsAndKeepsWhatItAcknowledged() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(temporary.resolve("disk"), 96)) {
      data = disk.folder().resolve("data");
      File output = temporary.resolve("up.out").toFile();
      Process up =
          new ProcessBuilder(
                  launcher.toString(),
                  "up",
                  "--dir=" + data,
                  "--port=0",
                  "--flink-port=0",
                  "--kafka-port=0")
              .redirectErrorStream(true)
              .redirectOutput(output)
              .start();
      String bootstrap = awaitReady(up);
      publish(bootstrap);
      disk.fill(1_000);
      publishUntilItEnds(bootstrap, up);

      assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
      assertThat(Files.readString(output.toPath()))
          .contains(
              "error: DISK_FULL: the embedded Kafka broker gave up: Kafka ended with status 1")
          .contains("there is no room on the disk of " + data + ": free some, then start again")
          .doesNotContain("\tat ");
      assertThat(up.exitValue()).isEqualTo(5);

      disk.free();
      assertThat(published(up().path("bootstrap_servers").asText())).isPositive();
      assertThat(run("down", "--dir=" + data).exitCode()).isZero();
    }
  }

  private String awaitReady(Process up) throws Exception {
    Path state = data.resolve("platform.json");
    while (up.isAlive()) {
      JsonNode json = Files.exists(state) ? JSON.readTree(state.toFile()) : JSON.nullNode();
      if (json.path("ready").asBoolean()) {
        return json.path("bootstrap_servers").asText();
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("up has ended with " + up.exitValue());
  }

  private static void publishUntilItEnds(String bootstrap, Process up) {
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "max.block.ms",
                1_000,
                "request.timeout.ms",
                1_000,
                "delivery.timeout.ms",
                2_000),
            new StringSerializer(),
            new StringSerializer());
    try {
      String large = "x".repeat(200_000);
      while (up.isAlive()) {
        producer.send(new ProducerRecord<>("events", large)).get(2, TimeUnit.SECONDS);
      }
    } catch (Exception e) {
      assertThat(e).as("the broker has stopped taking records").isNotNull();
    } finally {
      producer.close(Duration.ZERO);
    }
  }

  private JsonNode up() throws Exception {
    Result result =
        run(
            "up",
            "--detach",
            "--json",
            "--dir=" + data,
            "--port=0",
            "--flink-port=0",
            "--kafka-port=0");
    assertThat(result.exitCode()).as(result.output()).isZero();
    return JSON.readTree(result.output().substring(result.output().indexOf('{')));
  }

  private static void publish(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic("events", 1, (short) 1))).all().get();
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("events", "survives")).get();
    }
  }

  private static long published(String bootstrap) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      return admin
          .listOffsets(Map.of(EVENTS, OffsetSpec.latest()))
          .partitionResult(EVENTS)
          .get()
          .offset();
    }
  }

  private Result run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    File output = Files.createTempFile(temporary, "output", ".txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return new Result(process.exitValue(), Files.readString(output.toPath()));
  }

  private record Result(int exitCode, String output) {}
}
