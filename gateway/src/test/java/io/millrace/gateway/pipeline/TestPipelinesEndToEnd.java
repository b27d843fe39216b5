package io.millrace.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.gateway.Home;
import io.millrace.gateway.SmallDisk;
import io.millrace.gateway.kafka.KafkaBroker;
import io.millrace.gateway.platform.FlinkCluster;
import io.millrace.gateway.status.PipelineStatus.ExpectationStatus;
import io.millrace.jobs.pipeline.EpochRecord;
import io.millrace.jobs.pipeline.PipelineLayout;
import io.millrace.jobs.pipeline.PipelineRun;
import io.millrace.jobs.pipeline.RunOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines from a real broker to tables, once, again, stopped, broken. */
@Timeout(120)
class TestPipelinesEndToEnd {
  private static final String PARSED =
      """
      CREATE STREAMING TABLE bronze AS SELECT `value` AS `raw`, `partition` AS part, `offset` AS pos
      FROM STREAM read_kafka(bootstrapServers => '${bootstrap}', subscribe => '${topic}', kafka.max.partition.fetch.bytes => '33554432');
      CREATE TEMPORARY VIEW json TBLPROPERTIES ('quality.quarantine' = 'quarantine')
      AS SELECT from_json(`raw`, 'id BIGINT, region STRING, qty INT') AS j FROM STREAM(bronze);
      """;
  private static final String SILVER =
      """
      CREATE STREAMING TABLE silver AS SELECT id, region, qty FROM (
        SELECT j.id AS id, j.region AS region, j.qty AS qty,
          ROW_NUMBER() OVER (PARTITION BY j.id ORDER BY PROCTIME()) AS rn FROM STREAM(json))
      WHERE rn = 1;
      """;
  private static final String GOLD =
      """
      CREATE MATERIALIZED VIEW gold AS SELECT region, COUNT(*) AS n, SUM(qty) AS qty FROM silver GROUP BY region;
      """;

  @TempDir private static Path directory;
  private static KafkaBroker broker;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;
  private static FlinkCluster flink;
  private static int topics;

  private String topic = "";
  private Path project = Path.of("");
  private Path root = Path.of("");

  @BeforeAll
  static void start() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    broker =
        KafkaBroker.start(
            Home.fromLauncher(),
            directory.resolve("kafka"),
            port,
            reason -> {
              throw new AssertionError(reason);
            });
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 32 << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    flink =
        FlinkCluster.start(
            0,
            directory.resolve("checkpoints"),
            directory.resolve("tmp"),
            new FlinkCluster.Size(4, MemorySize.ofMebiBytes(64), MemorySize.ofMebiBytes(64)));
  }

  @AfterAll
  static void stop() {
    flink.close();
    producer.close();
    admin.close();
    broker.close();
  }

  @BeforeEach
  void makeProject() throws Exception {
    topic = "events-" + topics++;
    admin
        .createTopics(
            List.of(
                new NewTopic(topic, 2, (short) 1)
                    .configs(Map.of("max.message.bytes", Integer.toString(32 << 20)))))
        .all()
        .get();
    project = Files.createDirectory(directory.resolve(topic));
    root = directory.resolve(topic + "-root");
    Files.writeString(
        project.resolve("pipeline.yml"),
        "name: tested\nlibraries:\n  - glob:\n      include: a.sql\n");
    write(PARSED + SILVER + GOLD);
  }

  @Test
  void goesOnWhereverItWasLeft() throws Exception {
    send(0, "eu", 1);
    send(1, "us", 2);
    send(1, "us", 2);
    once();
    assertThat(rows("silver", "id")).containsExactly("0", "1");
    assertThat(rows("gold", "region", "n", "qty")).containsExactly("eu|1|1", "us|1|2");

    send(1, "us", 2);
    send(2, "eu", 5);
    once();
    assertThat(rows("gold", "region", "n", "qty")).containsExactly("eu|2|6", "us|1|2");

    try (PipelineRun run = run(false)) {
      send(3, "as", 7);
      send(2, "eu", 5);
      awaitOffsets(run, 7);
      assertThat(new StatusTracker(run).running().tables())
          .extracting(table -> table.name() + " " + table.rows())
          .containsExactly("bronze 7", "silver 4", "gold 3", "quarantine 0");
      run.stop(Duration.ofSeconds(30));
      assertThat(run.isRunning()).isFalse();
    }
    assertThat(rows("gold", "region", "n", "qty")).containsExactly("as|1|7", "eu|2|6", "us|1|2");

    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
    send(2, "{\"id\":9,\"region\":\"new\",\"qty\":1}".getBytes(UTF_8));
    try (PipelineRun run = run(false)) {
      awaitOffsets(run, 8);
      run.stop(Duration.ofSeconds(30));
    }
    send(4, "as", 1);
    once();
    once();
    assertThat(rows("bronze", "part", "pos")).hasSize(9).doesNotHaveDuplicates();
    assertThat(rows("gold", "region", "n", "qty"))
        .containsExactly("as|2|8", "eu|2|6", "new|1|1", "us|1|2");
  }

  @Test
  void aSecondRunOnTheSameRootIsRefused() throws Exception {
    try (PipelineRun first = run(false)) {
      assertThat(first.isRunning()).isTrue();
      assertThatThrownBy(() -> run(true))
          .hasMessage(
              "ALREADY_RUNNING: process %d runs a pipeline on %s\n  Remedy: stop it first (kill -TERM %d), or use another --root"
                  .formatted(ProcessHandle.current().pid(), root, ProcessHandle.current().pid()));
    }
  }

  @Test
  void anUnknownTopicIsRefusedWithASuggestion() {
    String wrong = topic.replace("events", "evnets");
    assertThatThrownBy(
            () -> run(true, Map.of("topic", wrong, "bootstrap", broker.bootstrapServers())))
        .hasMessageStartingWith(
            "TOPIC_NOT_FOUND: there is no topic %s at %s\n  Remedy: did you mean 'events-"
                .formatted(wrong, broker.bootstrapServers()));
    assertThat(root.resolve("bronze")).doesNotExist();
  }

  @Test
  void aTopicThatWasCreatedAnewIsRefusedHoweverLongItIs() throws Exception {
    send(0, "eu", 1);
    once();
    admin.deleteTopics(List.of(topic)).all().get();
    createOnceItIsGone(topic);
    send(0, "eu", 2);
    send(2, "eu", 3);

    assertThatThrownBy(this::once)
        .hasMessageStartingWith("SOURCE_GAP: topic %s has id ".formatted(topic))
        .hasMessageContaining(", but the offsets {0=1, 1=0} were read from the topic with id ");
    assertThat(rows("bronze", "pos")).containsExactly("0");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamed() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThatThrownBy(() -> run(true, Map.of("topic", topic, "bootstrap", "127.0.0.1:" + port)))
        .hasMessageStartingWith(
            "BROKER_UNREACHABLE: no Kafka broker at 127.0.0.1:%d answers for topic %s within 15000 ms"
                .formatted(port, topic));
    assertThat(root.resolve("bronze")).doesNotExist();
  }

  @Test
  void stateThatDoesNotFitOrIsDamagedOrGoneIsRefused() throws Exception {
    send(0, "eu", 1);
    once();

    write(PARSED + SILVER + GOLD.replace("SUM(qty)", "MAX(id)"));
    assertThatThrownBy(() -> run(true))
        .hasMessageStartingWith(
            "STATE_INCOMPATIBLE: the datasets of tested have changed so that checkpoint ");
    write(PARSED + SILVER + GOLD.replace("SUM(qty)", "MAX(qty)"));
    assertThatThrownBy(() -> run(true)).hasMessageStartingWith("STATE_INCOMPATIBLE: ");
    write(PARSED + SILVER + GOLD);

    Path metadata;
    try (Stream<Path> files = Files.walk(PipelineLayout.of(root).state())) {
      metadata =
          files.filter(file -> file.endsWith("_metadata")).max(Path::compareTo).orElseThrow();
    }
    byte[] intact = Files.readAllBytes(metadata);
    Files.write(metadata, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> run(true))
        .hasMessageStartingWith("STATE_CORRUPT: %s cannot be read: ".formatted(metadata))
        .hasMessageContaining("the tables hold everything up to this checkpoint");
    Files.write(metadata, intact);
    once();

    FileUtils.deleteDirectory(PipelineLayout.of(root).state().toFile());
    assertThatThrownBy(() -> run(true))
        .hasMessageStartingWith(
            "STATE_BEHIND_TABLE: table %s has data, but %s holds no checkpoint of pipeline tested\n"
                .formatted(root.resolve("bronze"), root.resolve("_millrace")))
        .hasMessageContaining("--root");
  }

  @Test
  void aViolatedFailUpdateCommitsNothingOfItsCheckpoint() throws Exception {
    write(
        PARSED
            + """
            CREATE STREAMING TABLE strict (CONSTRAINT positive EXPECT (qty > 0) ON VIOLATION FAIL UPDATE)
            AS SELECT j.id AS id, j.qty AS qty FROM STREAM(json);
            """);
    send(0, "eu", 1);
    once();
    send(2, "eu", 1);
    send(4, "eu", -1);

    assertThatThrownBy(this::once)
        .hasMessageStartingWith("EXPECTATION_FAILED: ")
        .hasMessageContaining("positive")
        .hasMessageContaining(topic)
        .hasMessageContaining("offset 2");
    assertThat(rows("strict", "id")).containsExactly("0");
    assertThat(rows("bronze", "pos")).containsExactly("0");
  }

  /**
   * What Flink's backend keeps is managed state; on the heap, ours is raw state of the operators.
   */
  @Test
  void stateIsWhereTheProjectSays() throws Exception {
    send(0, "eu", 1);
    once();
    assertThat(operatorsWithManagedKeys()).isZero();

    Path settings = project.resolve("pipeline.yml");
    Files.writeString(settings, Files.readString(settings) + "state: rocksdb\n");
    assertThatThrownBy(this::once).hasMessageStartingWith("STATE_INCOMPATIBLE: ");

    root = directory.resolve(topic + "-rocksdb");
    once();
    assertThat(operatorsWithManagedKeys()).as("deduplication and totals").isEqualTo(2);
    send(0, "eu", 1);
    send(2, "eu", 4);
    once();
    assertThat(rows("silver", "id")).containsExactly("0", "2");
    assertThat(rows("gold", "region", "n", "qty")).containsExactly("eu|2|5");
  }

  /** By the newest savepoint of the root. */
  private long operatorsWithManagedKeys() throws Exception {
    Path metadata;
    try (Stream<Path> files = Files.walk(PipelineLayout.of(root).savepoints())) {
      metadata = files.filter(file -> file.endsWith("_metadata")).findFirst().orElseThrow();
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
      return Checkpoints.loadCheckpointMetadata(
              in, PipelineRun.class.getClassLoader(), metadata.toString())
          .getOperatorStates()
          .stream()
          .filter(
              operator ->
                  operator.getStates().stream().anyMatch(s -> !s.getManagedKeyedState().isEmpty()))
          .count();
    }
  }

  @Test
  void aRuleOfAViewIsShownAtTheTableThatItGuards() throws Exception {
    write(
        PARSED
            + """
            CREATE TEMPORARY VIEW checked (CONSTRAINT positive EXPECT (qty > 0) ON VIOLATION DROP ROW)
            AS SELECT j.id AS id, j.qty AS qty FROM STREAM(json);
            CREATE STREAMING TABLE good AS SELECT id, qty FROM STREAM(checked);
            """);
    send(0, "eu", 1);
    send(2, "eu", 0);
    try (PipelineRun run = run(false)) {
      awaitOffsets(run, 2);
      assertThat(new StatusTracker(run).running().expectations())
          .containsExactly(new ExpectationStatus("good", "positive", "drop", 1, 1));
      run.stop(Duration.ofSeconds(30));
    }
  }

  @Test
  void whatCannotBeReadIsInQuarantineAndTheRestFlowsOn() throws Exception {
    send(0, ("{\"region\":\"" + "x".repeat(20 << 20) + "\"}").getBytes(UTF_8));
    send(0, null);
    send(0, "eu", 1);
    once();

    assertThat(rows("quarantine", "kafka_offset", "rule", "reason"))
        .containsExactly(
            "0|malformed|document too large: 20971533 bytes, the limit is 16777216",
            "1|malformed|null value");
    assertThat(rows("silver", "id", "region")).containsExactly("0|eu");
    assertThat(rows("bronze", "pos")).containsExactly("0", "1", "2");
  }

  /** A broker deletes a topic some time after it has said so. */
  private static void createOnceItIsGone(String name) throws Exception {
    while (true) {
      try {
        admin.createTopics(List.of(new NewTopic(name, 2, (short) 1))).all().get();
        return;
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(TopicExistsException.class);
        Thread.sleep(20);
      }
    }
  }

  @Test
  void totalsOfAWindowAreThereOnceItIsOver() throws Exception {
    write(
        PARSED.replace("qty INT'", "qty INT, ts TIMESTAMP(3)'")
            + """
            CREATE STREAMING TABLE silver
            TBLPROPERTIES ('watermark' = 'ts - INTERVAL ''5'' SECOND')
            AS SELECT j.region AS region, j.qty AS qty, j.ts AS ts FROM STREAM(json);
            CREATE MATERIALIZED VIEW per_minute AS
            SELECT region, window_start, COUNT(*) AS n, SUM(qty) AS qty
            FROM TABLE(TUMBLE(TABLE silver, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
            GROUP BY region, window_start, window_end;
            """);
    sendAt(0, "12:00:10", 1);
    sendAt(1, "12:00:50", 2);
    send(0, "{\"region\":\"no time\",\"qty\":9}".getBytes(UTF_8));
    sendAt(0, "12:01:02", 4);
    sendAt(1, "12:01:03", 8);
    once();
    assertThat(rows("per_minute", "n")).as("five seconds of grace are not over").isEmpty();
    assertThat(rows("silver", "qty")).containsExactly("1", "2", "4", "8", "9");

    sendAt(0, "12:00:59", 16);
    sendAt(0, "12:01:30", 32);
    sendAt(1, "12:01:30", 64);
    try (PipelineRun run = run(false)) {
      while (rows("per_minute", "n").isEmpty()) {
        assertThat(run.await(Duration.ofMillis(100))).as("the run has ended").isFalse();
      }
      run.stop(Duration.ofSeconds(30));
    }
    assertThat(rows("per_minute", "region", "window_start", "n", "qty"))
        .containsExactly("eu|2026-01-01T12:00|3|19");
  }

  private void sendAt(int partition, String time, int qty) throws Exception {
    send(
        partition,
        "{\"region\":\"eu\",\"qty\":%d,\"ts\":\"2026-01-01T%s.000Z\"}"
            .formatted(qty, time)
            .getBytes(UTF_8));
  }

  @Test
  void aFullDiskIsToldAndTheRunGoesOnWhenThereIsRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve(topic + "-disk"), 32)) {
      root = disk.folder().resolve("root");
      try (PipelineRun run = run(false)) {
        send(0, "eu", 1);
        awaitOffsets(run, 1);
        assertThat(run.trouble()).isEmpty();

        disk.fill(0);
        send(1, "us", 2);
        send(2, "eu", 3);
        MillraceException trouble = awaitTrouble(run);
        assertThat(trouble.code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(trouble.problem())
            .startsWith("pipeline tested cannot write, the disk of " + root + " has 0 MB left: ");
        assertThat(trouble.remedy())
            .isEqualTo("free some room: nothing is lost, and it goes on from the last checkpoint");
        assertThat(run.isRunning()).isTrue();

        disk.free();
        awaitOffsets(run, 3);
        assertThat(run.trouble()).isEmpty();
        run.stop(Duration.ofSeconds(30));
      }
      assertThat(rows("gold", "region", "n", "qty")).containsExactly("eu|2|4", "us|1|2");
      assertThat(rows("bronze", "part", "pos")).containsExactly("0|0", "0|1", "1|0");
    }
  }

  private static MillraceException awaitTrouble(PipelineRun run) throws Exception {
    while (true) {
      Optional<MillraceException> trouble = run.trouble();
      if (trouble.isPresent()) {
        return trouble.get();
      }
      assertThat(run.await(Duration.ofMillis(50))).as("the run has ended").isFalse();
    }
  }

  @Test
  void aBoundedRunOnAFullDiskFailsAndTheNextOneGoesOn() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve(topic + "-disk"), 32)) {
      root = disk.folder().resolve("root");
      send(0, "eu", 1);
      once();

      disk.fill(0);
      send(2, "eu", 2);
      assertThatThrownBy(this::once)
          .hasMessageStartingWith("DISK_FULL: ")
          .hasMessageContaining(root.toString());

      disk.free();
      once();
      assertThat(rows("gold", "region", "n", "qty")).containsExactly("eu|2|3");
    }
  }

  private PipelineRun run(boolean once) {
    return run(once, Map.of("topic", topic, "bootstrap", broker.bootstrapServers()));
  }

  private PipelineRun run(boolean once, Map<String, String> variables) {
    return PipelineRun.start(
        new RunOptions(
            project,
            variables,
            root,
            once,
            Optional.of(Duration.ofMillis(300)),
            Optional.of(2),
            Optional.empty()),
        flink.miniCluster());
  }

  private void once() throws Exception {
    try (PipelineRun run = run(true)) {
      run.await();
    }
  }

  /** Until a committed epoch holds so many records. */
  private static void awaitOffsets(PipelineRun run, long records) throws Exception {
    while (run.registry().latest().map(EpochRecord::offsets).orElse(Map.of()).values().stream()
            .mapToLong(Long::longValue)
            .sum()
        < records) {
      assertThat(run.await(Duration.ofMillis(50))).as("the run has ended").isFalse();
    }
  }

  private void write(String sql) throws IOException {
    Files.writeString(project.resolve("a.sql"), sql);
  }

  /** The same id always goes to the same partition. */
  private void send(int id, String region, int qty) throws Exception {
    send(
        id % 2,
        "{\"id\":%d,\"region\":\"%s\",\"qty\":%d}".formatted(id, region, qty).getBytes(UTF_8));
  }

  private void send(int partition, byte @Nullable [] value) throws Exception {
    producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
  }

  private List<String> rows(String table, String... columns) throws Exception {
    List<String> rows = new ArrayList<>();
    try (var read =
        KernelTableReader.open(root.resolve(table).toString())
            .rows(List.of(columns), OptionalLong.empty())) {
      while (read.hasNext()) {
        List<String> cells = new ArrayList<>();
        for (Object cell : read.next()) {
          cells.add(String.valueOf(cell));
        }
        rows.add(String.join("|", cells));
      }
    }
    rows.sort(null);
    return rows;
  }
}
