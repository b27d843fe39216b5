package io.millrace.jobs.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Known offsets, and a place to begin for partitions without.
 *
 * <p>The reset strategy is what matters here: Flink's own initializers make the client jump to the
 * earliest record when an offset is out of range, silently, also after a restore. With NONE it
 * fails.
 */
@SuppressWarnings("deprecation")
final class StartingOffsets implements OffsetsInitializer {
  private static final long serialVersionUID = 1;

  private final String topic;
  private final TreeMap<Integer, Long> offsets;
  private final KafkaTopicSource.Start start;

  StartingOffsets(String topic, Map<Integer, Long> offsets, KafkaTopicSource.Start start) {
    this.topic = topic;
    this.offsets = new TreeMap<>(offsets);
    this.start = start;
  }

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
    Map<TopicPartition, Long> result = new HashMap<>();
    Collection<TopicPartition> unknown = partitions.stream().filter(p -> known(p) == null).toList();
    if (start == KafkaTopicSource.Start.LATEST && !unknown.isEmpty()) {
      // Looked up once and kept: a restart must not skip what came in between.
      result.putAll(retriever.endOffsets(unknown));
    } else {
      // Left to the reader, which asks when it begins: retention may pass a number looked up here.
      unknown.forEach(p -> result.put(p, KafkaPartitionSplit.EARLIEST_OFFSET));
    }
    partitions.stream().filter(p -> known(p) != null).forEach(p -> result.put(p, known(p)));
    return result;
  }

  private @Nullable Long known(TopicPartition partition) {
    return partition.topic().equals(topic) ? offsets.get(partition.partition()) : null;
  }

  @Override
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }
}
