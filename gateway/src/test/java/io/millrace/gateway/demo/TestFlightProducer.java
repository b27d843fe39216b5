package io.millrace.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import io.millrace.gateway.kafka.KafkaBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestFlightProducer {
  private static final PoisonPlan PLAN = new PoisonPlan(1, 10);

  @TempDir static Path directory;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws IOException {
    broker = KafkaBroker.start(Home.fromLauncher(), directory, freePort(), reason -> {});
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void everyEventHasItsPlace() {
    try (FlightProducer producer = open("places");
        FlightEvents events = events(10_001)) {
      producer.publish(events, 0);
      assertThat(producer.acknowledged()).isEqualTo(10_001);
    }

    assertEventsAreIn("places", 10_001);
  }

  @Test
  void goesOnWhereTheTopicEnds() {
    try (FlightProducer producer = open("resumed");
        FlightEvents events = events(3_333)) {
      producer.publish(events, 0);
    }
    try (FlightProducer producer = open("resumed");
        FlightEvents events = events(5_000)) {
      assertThat(producer.publishedBefore()).isEqualTo(3_333);
      producer.publish(events, 0);
      assertThat(producer.acknowledged()).isEqualTo(1_667);
    }

    assertEventsAreIn("resumed", 5_000);
  }

  @Test
  void keepsTheRate() {
    long started = System.nanoTime();
    try (FlightProducer producer = open("paced");
        FlightEvents events = events(500)) {
      producer.publish(events, 1_000);
    }

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThan(Duration.ofMillis(490));
  }

  @Test
  void countsTheEventsOfAPartition() {
    assertThat(IntStream.range(0, 4).mapToLong(p -> FlightProducer.eventsIn(p, 10)))
        .containsExactly(3L, 3L, 2L, 2L);
  }

  @Test
  void namesABrokerThatDoesNotAnswer() throws IOException {
    int port = freePort();

    assertThatThrownBy(
            () ->
                FlightProducer.open(
                    "127.0.0.1:" + port, "t", new Freshness(), Duration.ofSeconds(1)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
              assertThat(e.problem())
                  .startsWith("the broker at 127.0.0.1:" + port + " does not answer: ");
            });
  }

  private static void assertEventsAreIn(String topic, int count) {
    Map<Integer, List<ConsumerRecord<byte[], byte[]>>> partitions = read(topic, count);
    try (FlightEvents events = events(count)) {
      while (events.hasNext()) {
        FlightEvent event = events.next();
        ConsumerRecord<byte[], byte[]> record =
            partitions
                .get(FlightProducer.partition(event.index()))
                .get((int) FlightProducer.offset(event.index()));
        assertThat(record.offset()).isEqualTo(FlightProducer.offset(event.index()));
        assertThat(record.value()).as("event %d", event.index()).isEqualTo(event.value());
      }
    }
  }

  private static Map<Integer, List<ConsumerRecord<byte[], byte[]>>> read(String topic, int count) {
    Map<Integer, List<ConsumerRecord<byte[], byte[]>>> partitions =
        Map.of(
            0, new ArrayList<>(), 1, new ArrayList<>(), 2, new ArrayList<>(), 3, new ArrayList<>());
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(IntStream.range(0, 4).mapToObj(p -> new TopicPartition(topic, p)).toList());
      int found = 0;
      while (found < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          partitions.get(record.partition()).add(record);
          found++;
        }
      }
    }
    return partitions;
  }

  private static FlightProducer open(String topic) {
    return FlightProducer.open(broker.bootstrapServers(), topic, new Freshness());
  }

  private static FlightEvents events(long count) {
    return FlightEvents.open(FlightFiles.FLIGHTS, PLAN, count);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
