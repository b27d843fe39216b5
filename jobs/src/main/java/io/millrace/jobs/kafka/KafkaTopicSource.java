package io.millrace.jobs.kafka;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * One topic to be read as rows.
 *
 * @param bootstrapServers brokers, comma-separated
 * @param topic its name
 * @param columns some of {@link KafkaColumns}; only these are filled
 * @param start where partitions begin for which there is no offset
 * @param offsets by partition, the offset to begin at
 * @param bounded whether to stop at the ends that the partitions have when the job starts
 * @param options the Kafka client's own, without prefix; may hold secrets
 */
public record KafkaTopicSource(
    String bootstrapServers,
    String topic,
    RowType columns,
    Start start,
    Map<Integer, Long> offsets,
    boolean bounded,
    Map<String, String> options)
    implements Serializable {

  /** Where to begin. Partitions that appear later begin with their first record in any case. */
  public enum Start {
    EARLIEST,
    LATEST
  }

  /** How often a running job looks for new partitions. */
  private static final String DISCOVERY_INTERVAL_MILLIS = "60000";

  /**
   * Fetches of megabytes, because a drain is paid per fetch; they are upper bounds, so that a
   * trickle is not delayed by them.
   */
  private static final Map<String, String> TUNING =
      Map.of(
          ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, String.valueOf(8 << 20),
          ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(16 << 20),
          ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000",
          ConsumerConfig.RECEIVE_BUFFER_CONFIG, String.valueOf(1 << 20));

  /** Options on which exactly-once rests. */
  private static final Set<String> OURS =
      Set.of(
          ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.CHECK_CRCS_CONFIG,
          KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key());

  /**
   * @throws MillraceException PROPERTY_INVALID for an option that is Millrace's to set
   */
  public KafkaTopicSource {
    requireNonNull(bootstrapServers, "bootstrapServers is null");
    requireNonNull(topic, "topic is null");
    requireNonNull(columns, "columns is null");
    requireNonNull(start, "start is null");
    offsets = new TreeMap<>(offsets);
    options = new TreeMap<>(options);
    for (String option : options.keySet()) {
      if (OURS.contains(option)) {
        throw new MillraceException(
            ErrorCode.PROPERTY_INVALID,
            "topic " + topic + ": the Kafka option " + option + " is set by Millrace itself",
            "remove it; where to begin is said by startingOffsets, earliest or latest");
      }
    }
  }

  /** All columns of a topic from its earliest record on. */
  public static KafkaTopicSource earliest(String bootstrapServers, String topic) {
    return new KafkaTopicSource(
        bootstrapServers, topic, KafkaColumns.ALL, Start.EARLIEST, Map.of(), false, Map.of());
  }

  public KafkaTopicSource withColumns(List<String> names) {
    RowType selected = KafkaColumns.select(names);
    return new KafkaTopicSource(
        bootstrapServers, topic, selected, start, offsets, bounded, options);
  }

  public KafkaTopicSource withOffsets(Map<Integer, Long> wanted) {
    return new KafkaTopicSource(bootstrapServers, topic, columns, start, wanted, bounded, options);
  }

  public KafkaTopicSource withStart(Start wanted) {
    return new KafkaTopicSource(
        bootstrapServers, topic, columns, wanted, offsets, bounded, options);
  }

  public KafkaTopicSource untilLatest() {
    return new KafkaTopicSource(bootstrapServers, topic, columns, start, offsets, true, options);
  }

  public KafkaTopicSource withOptions(Map<String, String> kafkaOptions) {
    return new KafkaTopicSource(
        bootstrapServers, topic, columns, start, offsets, bounded, kafkaOptions);
  }

  /**
   * Flink's source for it. Rows are {@link io.millrace.delta.row.FlatRow}s, reused; offsets live in
   * the job's checkpoints and are never committed to Kafka. An offset that Kafka no longer has, or
   * does not have yet, fails the job for good with SOURCE_GAP instead of being skipped.
   */
  public Source<RowData, ?, ?> build() {
    return build(null);
  }

  /**
   * As {@link #build()}, for a bounded source that stays when it has read everything, so that its
   * job can be stopped with a savepoint: Flink restores nothing from operators that have ended.
   */
  public Source<RowData, ?, ?> buildStaying(DrainListener listener) {
    if (!bounded) {
      throw new IllegalStateException(this + " never ends");
    }
    return build(listener);
  }

  private Source<RowData, ?, ?> build(@Nullable DrainListener staying) {
    KafkaSourceBuilder<RowData> builder =
        KafkaSource.<RowData>builder()
            .setBootstrapServers(bootstrapServers)
            .setTopics(topic)
            .setProperties(consumerProperties())
            .setStartingOffsets(new StartingOffsets(topic, offsets, start))
            .setDeserializer(new KafkaRecordRows(columns));
    if (bounded) {
      builder.setBounded(new EndOffsets());
    }
    return new GapRefusingSource(this, builder.build(), staying);
  }

  private Properties consumerProperties() {
    Properties properties = new Properties();
    properties.putAll(TUNING);
    // Without a group the client warns at every start; nothing is ever committed under it.
    properties.setProperty(ConsumerConfig.GROUP_ID_CONFIG, "millrace-" + topic);
    properties.setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false");
    properties.setProperty(KafkaSourceOptions.REGISTER_KAFKA_CONSUMER_METRICS.key(), "false");
    properties.setProperty(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    properties.setProperty(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, "false");
    if (!bounded) {
      properties.setProperty(
          KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), DISCOVERY_INTERVAL_MILLIS);
    }
    properties.putAll(options);
    return properties;
  }

  /** Without brokers and options: they may hold secrets. */
  @Override
  public String toString() {
    return "KafkaTopicSource[" + topic + (bounded ? ", bounded" : "") + "]";
  }
}
