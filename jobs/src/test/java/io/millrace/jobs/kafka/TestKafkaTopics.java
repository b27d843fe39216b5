package io.millrace.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What needs no broker; the gateway's tests have one. */
final class TestKafkaTopics {
  private static final Duration TIMEOUT = Duration.ofMillis(1500);

  @Test
  void aBrokerThatIsNotThereIsNamed() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    KafkaTopicSource source = KafkaTopicSource.earliest("127.0.0.1:" + port, "orders");
    assertThatThrownBy(() -> KafkaTopics.verify(source, TIMEOUT))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNREACHABLE);
              assertThat(e.problem())
                  .isEqualTo(
                      "no Kafka broker at 127.0.0.1:"
                          + port
                          + " answers for topic orders within 1500 ms");
            });
  }

  @Test
  void anAddressThatDoesNotResolveIsNamed() {
    KafkaTopicSource source = KafkaTopicSource.earliest("nobody.invalid:9092", "orders");
    assertThatThrownBy(() -> KafkaTopics.verify(source, TIMEOUT))
        .hasMessage(
            "BROKER_UNREACHABLE: no Kafka broker at nobody.invalid:9092 answers for topic orders"
                + " within 1500 ms: No resolvable bootstrap urls given in bootstrap.servers\n"
                + "  Remedy: start the broker, or correct bootstrapServers of read_kafka");
  }

  @Test
  void optionsThatTheClientRefusesAreTheProjectsFault() {
    KafkaTopicSource source =
        KafkaTopicSource.earliest("127.0.0.1:9", "orders")
            .withOptions(Map.of("security.protocol", "CARRIER_PIGEON"));
    assertThatThrownBy(() -> KafkaTopics.verify(source, TIMEOUT))
        .hasMessageContaining(
            "PROPERTY_INVALID: topic orders: the Kafka client refuses its options")
        .hasMessageContaining("security.protocol");
  }

  @Test
  void optionsThatExactlyOnceRestsOnAreRefused() {
    KafkaTopicSource source = KafkaTopicSource.earliest("127.0.0.1:9", "orders");
    assertThatThrownBy(() -> source.withOptions(Map.of("auto.offset.reset", "latest")))
        .hasMessage(
            "PROPERTY_INVALID: topic orders: the Kafka option auto.offset.reset is set by Millrace"
                + " itself\n"
                + "  Remedy: remove it; where to begin is said by startingOffsets, earliest or"
                + " latest");
  }

  @Test
  void unknownColumnsAreRefusedWithASuggestion() {
    assertThatThrownBy(() -> KafkaColumns.select(List.of("value", "ofset")))
        .hasMessage(
            "COLUMN_NOT_FOUND: read_kafka has no column ofset\n"
                + "  Remedy: did you mean 'offset'? its columns are key, value, topic, partition,"
                + " offset, timestamp, timestampType");
  }

  @Test
  void aSourceNeverPrintsItsOptions() {
    assertThat(
            KafkaTopicSource.earliest("h:1", "orders")
                .withOptions(Map.of("sasl.jaas.config", "password='x'"))
                .toString())
        .isEqualTo("KafkaTopicSource[orders]");
  }
}
