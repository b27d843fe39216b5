package io.millrace.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.gateway.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestKafkaBroker {
  private static final TopicPartition EVENTS = new TopicPartition("events", 0);

  @TempDir Path directory;

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
    int port = freePort();
    try (KafkaBroker broker = start(port)) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        admin.createTopics(List.of(new NewTopic("events", 1, (short) 1))).all().get();
      }
      send(broker, "first", "second");
      assertThat(read(broker, 2)).containsExactly("first", "second");
    }
    try (KafkaBroker broker = start(port)) {
      send(broker, "third");
      assertThat(read(broker, 3)).containsExactly("first", "second", "third");
      assertThatThrownBy(() -> sendTo(broker, "evnets", "lost"))
          .as("a misspelt topic is not made")
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TimeoutException.class);
    }
  }

  @Test
  void aDirectoryThatKafkaCannotReadIsNamed() throws Exception {
    Path meta = directory.resolve("meta.properties");
    Files.writeString(meta, "version=1\nnode.id=7\ncluster.id=someone-else\n");
    assertThatThrownBy(() -> start(freePort()))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CORRUPT))
        .hasMessageContaining("the embedded Kafka broker cannot start on " + directory);
  }

  @Test
  void aHomeWithoutABuiltBrokerIsRefused() {
    assertThatThrownBy(
            () -> KafkaBroker.start(new Home(directory), directory, freePort(), reason -> {}))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND))
        .hasMessageContaining("the embedded Kafka broker is not built");
  }

  private KafkaBroker start(int port) {
    return KafkaBroker.start(
        Home.fromLauncher(),
        directory,
        port,
        reason -> {
          throw new AssertionError(reason);
        });
  }

  private static void send(KafkaBroker broker, String... values) throws Exception {
    for (String value : values) {
      sendTo(broker, "events", value);
    }
  }

  private static void sendTo(KafkaBroker broker, String topic, String value) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "max.block.ms", 2_000);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, value)).get();
    }
  }

  private static List<String> read(KafkaBroker broker, int count) {
    List<String> values = new ArrayList<>();
    Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(EVENTS));
      consumer.seekToBeginning(List.of(EVENTS));
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
