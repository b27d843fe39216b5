package io.millrace.gateway.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.OperatorReport;
import io.millrace.gateway.Home;
import io.millrace.jobs.kafka.KafkaTopicSource;
import io.millrace.jobs.kafka.KafkaTopics;
import io.millrace.jobs.operators.AccountedOperator;
import io.millrace.jobs.operators.Provenance;
import io.millrace.jobs.operators.SourcePositionOperator;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.SerializedThrowable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The source of pipelines against a real broker; here because the broker is. */
@Timeout(60)
final class TestKafkaTopicSource {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long CREATED_AT = 1_767_225_600_123L;

  @TempDir private static Path directory;
  private static KafkaBroker broker;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;

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
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    producer.close();
    admin.close();
    broker.close();
  }

  @Test
  void recordsBecomeRowsFromTheOffsetsAskedForToTheEnd() throws Exception {
    topic("orders", 3);
    send("orders", 0, null, "a");
    send("orders", 0, "k", "b");
    send("orders", 0, "k", null);
    send("orders", 0, null, "");
    send("orders", 2, null, "c");

    KafkaTopicSource source =
        KafkaTopicSource.earliest(broker.bootstrapServers(), "orders")
            .withOffsets(Map.of(0, 1L))
            .untilLatest();
    KafkaTopics.Topic topic = KafkaTopics.verify(source, TIMEOUT);
    assertThat(topic.partitions())
        .isEqualTo(
            Map.of(
                0, new KafkaTopics.Bounds(0, 4),
                1, new KafkaTopics.Bounds(0, 0),
                2, new KafkaTopics.Bounds(0, 1)));
    assertThat(topic.id()).isNotEmpty();

    StreamExecutionEnvironment env = environment(new Configuration());
    SingleOutputStreamOperator<RowData> rows = positions(env, source);
    DataStream<String> reports =
        rows.getSideOutput(AccountedOperator.REPORTS)
            .map(part -> report(part))
            .returns(Types.STRING);
    List<String> lines = new ArrayList<>();
    List<String> last = new ArrayList<>();
    try (CloseableIterator<String> out =
            rows.map(RowData::toString).returns(Types.STRING).collectAsync();
        CloseableIterator<String> reported = reports.collectAsync()) {
      env.execute();
      out.forEachRemaining(lines::add);
      reported.forEachRemaining(last::add);
    }
    assertThat(lines)
        .containsExactlyInAnyOrder(
            "+I(0x6b,0x62,orders,0,1,2026-01-01T00:00:00.123,0)",
            "+I(0x6b,null,orders,0,2,2026-01-01T00:00:00.123,0)",
            "+I(null,0x,orders,0,3,2026-01-01T00:00:00.123,0)",
            "+I(null,0x63,orders,2,0,2026-01-01T00:00:00.123,0)");
    assertThat(last)
        .last()
        .isEqualTo("{in=4, out=4} {orders-0=4, orders-2=1} 2026-01-01T00:00:00.123Z");
  }

  private static String report(CheckpointPart part) {
    OperatorReport report = (OperatorReport) part;
    return report.counts()
        + " "
        + report.offsets()
        + " "
        + Instant.ofEpochMilli(report.maxTimestampMillis());
  }

  @Test
  void anUnknownTopicIsRefusedWithASuggestion() throws Exception {
    topic("payments", 1);
    KafkaTopicSource source = KafkaTopicSource.earliest(broker.bootstrapServers(), "paymnets");
    assertThatThrownBy(() -> KafkaTopics.verify(source, TIMEOUT))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOPIC_NOT_FOUND))
        .hasMessageContaining("there is no topic paymnets at 127.0.0.1:")
        .hasMessageContaining("did you mean 'payments'? the broker's topics are");
    assertThatThrownBy(
            () ->
                KafkaTopics.verify(
                    KafkaTopicSource.earliest(broker.bootstrapServers(), "no such/topic"), TIMEOUT))
        .hasMessageContaining("there is no topic no such/topic at");
  }

  @Test
  void offsetsThatAreNotThereAreRefusedBeforeTheJobStarts() throws Exception {
    topic("gaps", 1);
    for (int i = 0; i < 5; i++) {
      send("gaps", 0, null, "x");
    }
    deleteBefore("gaps", 3);
    assertThatThrownBy(() -> verifyGaps(Map.of(0, 2L)))
        .hasMessageStartingWith(
            "SOURCE_GAP: topic gaps, partition 0: offset 2 is wanted, the earliest is 3: 1 offset"
                + " is lost\n");
    assertThatThrownBy(() -> verifyGaps(Map.of(0, 6L)))
        .hasMessageStartingWith(
            "SOURCE_GAP: topic gaps, partition 0: offset 6 is wanted, but the partition ends at"
                + " 5\n");
    assertThatThrownBy(() -> verifyGaps(Map.of(1, 0L)))
        .hasMessageStartingWith(
            "SOURCE_GAP: topic gaps, partition 1: offset 0 is wanted, but there is no such"
                + " partition\n");
    verifyGaps(Map.of(0, 5L));
    verifyGaps(Map.of(0, 3L));
  }

  private static void verifyGaps(Map<Integer, Long> offsets) {
    KafkaTopics.verify(
        KafkaTopicSource.earliest(broker.bootstrapServers(), "gaps").withOffsets(offsets), TIMEOUT);
  }

  @Test
  void aHoleMetByARunningJobEndsItForGood() throws Exception {
    topic("holes", 1);
    for (int i = 0; i < 5; i++) {
      send("holes", 0, null, "x");
    }
    deleteBefore("holes", 4);
    Configuration restarts = new Configuration();
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    StreamExecutionEnvironment env = environment(restarts);
    positions(
            env,
            KafkaTopicSource.earliest(broker.bootstrapServers(), "holes")
                .withOffsets(Map.of(0, 1L)))
        .print();
    assertThatThrownBy(env::execute)
        .satisfies(
            e ->
                assertThat(failureIn(e))
                    .hasMessageStartingWith(
                        "SOURCE_GAP: topic holes, partition 0: offset 1 is wanted, the earliest is"
                            + " 4: 3 offsets are lost\n"));
  }

  @Test
  void aBoundedRunTakesUpWhereAnEndlessOneStoppedAndEnds() throws Exception {
    topic("resumed", 2);
    send("resumed", 0, null, "a");
    send("resumed", 1, null, "b");
    KafkaTopicSource endless = KafkaTopicSource.earliest(broker.bootstrapServers(), "resumed");

    StreamExecutionEnvironment first = environment(new Configuration());
    String savepoint;
    try (CloseableIterator<String> rows =
        positions(first, endless)
            .map(RowData::toString)
            .returns(Types.STRING)
            .uid("text")
            .collectAsync()) {
      JobClient job = first.executeAsync();
      rows.next();
      rows.next();
      savepoint =
          job.stopWithSavepoint(
                  false,
                  directory.resolve("savepoints").toUri().toString(),
                  SavepointFormatType.CANONICAL)
              .get();
    }
    send("resumed", 1, null, "c");

    Configuration restored = new Configuration();
    restored.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    restored.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
    StreamExecutionEnvironment second = environment(restored);
    List<String> lines = new ArrayList<>();
    try (CloseableIterator<String> rows =
        positions(second, endless.untilLatest())
            .map(RowData::toString)
            .returns(Types.STRING)
            .uid("text")
            .collectAsync()) {
      second.execute();
      rows.forEachRemaining(lines::add);
    }
    assertThat(lines).containsExactly("+I(null,0x63,resumed,1,1,2026-01-01T00:00:00.123,0)");
  }

  private static StreamExecutionEnvironment environment(Configuration configuration) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static SingleOutputStreamOperator<RowData> positions(
      StreamExecutionEnvironment env, KafkaTopicSource source) {
    return env.fromSource(
            source.build(),
            WatermarkStrategy.noWatermarks(),
            source.topic(),
            new FlatRowTypeInfo(source.columns()))
        .uid("source")
        .transform(
            "position",
            new FlatRowTypeInfo(source.columns()),
            new SourcePositionOperator("position", source.topic(), new Provenance(1, 2, 3, 4, 5)))
        .uid("position");
  }

  private static MillraceException failureIn(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      Throwable original =
          t instanceof SerializedThrowable serialized
              ? serialized.deserializeError(TestKafkaTopicSource.class.getClassLoader())
              : t;
      if (original instanceof MillraceException known) {
        return known;
      }
    }
    throw new AssertionError("no failure of ours", failure);
  }

  /**
   * Without retention: the records are old, and a broker deletes such half a minute after it
   * starts.
   */
  private static void topic(String name, int partitions) throws Exception {
    NewTopic topic =
        new NewTopic(name, partitions, (short) 1).configs(Map.of("retention.ms", "-1"));
    admin.createTopics(List.of(topic)).all().get();
  }

  private static void deleteBefore(String topic, long offset) throws Exception {
    admin
        .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
        .all()
        .get();
  }

  private static void send(
      String topic, int partition, @Nullable String key, @Nullable String value) throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic,
                partition,
                CREATED_AT,
                key == null ? null : key.getBytes(UTF_8),
                value == null ? null : value.getBytes(UTF_8)))
        .get();
  }
}
