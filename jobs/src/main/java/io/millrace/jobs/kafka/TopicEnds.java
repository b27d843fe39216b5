package io.millrace.jobs.kafka;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the partitions of a source's topic end, asked again and again over one connection. For one
 * thread.
 */
public final class TopicEnds implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final KafkaTopicSource source;
  private final Admin admin;

  private TopicEnds(KafkaTopicSource source, Admin admin) {
    this.source = source;
    this.admin = admin;
  }

  public static TopicEnds of(KafkaTopicSource source) {
    Properties properties = new Properties();
    properties.putAll(source.options());
    properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, source.bootstrapServers());
    properties.setProperty(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
    return new TopicEnds(source, Admin.create(properties));
  }

  /**
   * The offset that the next record of each partition will get, by {@code topic-partition}; of the
   * partitions that were there when the source was made.
   *
   * @throws MillraceException BROKER_UNREACHABLE if there is no answer in time
   */
  public Map<String, Long> ask(Duration timeout) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    source
        .offsets()
        .keySet()
        .forEach(
            partition ->
                asked.put(new TopicPartition(source.topic(), partition), OffsetSpec.latest()));
    Map<String, Long> ends = new TreeMap<>();
    try {
      admin
          .listOffsets(asked)
          .all()
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .forEach(
              (partition, end) ->
                  ends.put(partition.topic() + "-" + partition.partition(), end.offset()));
    } catch (ExecutionException | TimeoutException e) {
      throw new MillraceException(
          ErrorCode.BROKER_UNREACHABLE,
          "%s does not say where topic %s ends"
              .formatted(source.bootstrapServers(), source.topic()),
          "see that the broker runs; the pipeline goes on when it answers",
          e);
    }
    return ends;
  }

  @Override
  public void close() {
    admin.close(CLOSE_TIMEOUT);
  }
}
