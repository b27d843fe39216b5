package io.millrace.jobs.pipeline;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.jobs.kafka.KafkaTopicSource;
import io.millrace.jobs.kafka.KafkaTopics;
import io.millrace.jobs.language.SourceFunction.ReadKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Where a run reads each topic from: every partition from an offset that was looked up, so that the
 * registry knows where the run began even for partitions from which no record has come yet.
 */
final class KafkaReads implements TopicStreams {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final String CLIENT_OPTION = "kafka.";

  private final Map<ReadKafka, KafkaTopicSource> sources;
  private final Map<String, String> topicIds;
  private final Map<String, Long> startOffsets;
  private final Drains drains;
  private final String run;

  private KafkaReads(
      Map<ReadKafka, KafkaTopicSource> sources,
      Map<String, String> topicIds,
      Map<String, Long> startOffsets,
      Drains drains,
      String run) {
    this.sources = sources;
    this.topicIds = topicIds;
    this.startOffsets = startOffsets;
    this.drains = drains;
    this.run = run;
  }

  /**
   * Looks up the topics.
   *
   * @param before what the run before left; empty for a first run
   * @param once read up to the ends that the partitions have when the job starts
   * @param drains folder for what a bounded run tells of its end
   * @param run identity of the run
   * @throws MillraceException BROKER_UNREACHABLE, TOPIC_NOT_FOUND, SOURCE_GAP
   */
  static KafkaReads verified(
      Collection<ReadKafka> reads,
      Optional<EpochRecord> before,
      boolean once,
      Path drains,
      String run) {
    Map<ReadKafka, KafkaTopicSource> sources = new LinkedHashMap<>();
    Map<String, Long> restored = before.map(EpochRecord::offsets).orElse(Map.of());
    Map<String, String> topicIds = new TreeMap<>(before.map(EpochRecord::topics).orElse(Map.of()));
    Map<String, Long> startOffsets = new TreeMap<>(restored);
    for (ReadKafka read : reads) {
      Map<String, String> client = new TreeMap<>();
      read.options()
          .forEach(
              (name, value) -> {
                if (name.startsWith(CLIENT_OPTION)) {
                  client.put(name.substring(CLIENT_OPTION.length()), value);
                }
              });
      Map<Integer, Long> wanted = offsetsOf(read.topic(), restored);
      KafkaTopicSource source =
          new KafkaTopicSource(
              read.bootstrapServers(),
              read.topic(),
              KafkaColumns.ALL,
              KafkaTopicSource.Start.EARLIEST,
              wanted,
              once,
              client);
      KafkaTopics.Topic topic = KafkaTopics.verify(source, TIMEOUT);
      verifySame(topic, topicIds.put(topic.name(), topic.id()), wanted);
      boolean latest =
          wanted.isEmpty()
              && "latest".equalsIgnoreCase(read.options().getOrDefault("startingOffsets", ""));
      Map<Integer, Long> offsets = new TreeMap<>(wanted);
      topic
          .partitions()
          .forEach(
              (partition, bounds) ->
                  offsets.putIfAbsent(partition, latest ? bounds.end() : bounds.earliest()));
      offsets.forEach(
          (partition, offset) -> startOffsets.put(read.topic() + "-" + partition, offset));
      sources.put(read, source.withOffsets(offsets));
    }
    List<String> names = sources.keySet().stream().map(read -> name(sources, read)).toList();
    return new KafkaReads(sources, topicIds, startOffsets, new Drains(drains, names), run);
  }

  /**
   * A topic that was created anew may have more records than the old one: its offsets look right,
   * and count other records.
   */
  private static void verifySame(
      KafkaTopics.Topic topic, @Nullable String before, Map<Integer, Long> wanted) {
    if (before != null && !before.equals(topic.id())) {
      throw new MillraceException(
          ErrorCode.SOURCE_GAP,
          "topic %s has id %s, but the offsets %s were read from the topic with id %s"
              .formatted(topic.name(), topic.id(), wanted, before),
          "the topic was deleted and created anew: rebuild the tables that read it");
    }
  }

  /** Two sources may read topics of one name, from different brokers. */
  private static String name(Map<ReadKafka, KafkaTopicSource> sources, ReadKafka read) {
    return new ArrayList<>(sources.keySet()).indexOf(read) + "-" + read.topic();
  }

  private static Map<Integer, Long> offsetsOf(String topic, Map<String, Long> restored) {
    Map<Integer, Long> offsets = new TreeMap<>();
    restored.forEach(
        (name, offset) -> {
          int dash = name.lastIndexOf('-');
          if (name.substring(0, dash).equals(topic)) {
            offsets.put(Integer.parseInt(name.substring(dash + 1)), offset);
          }
        });
    return offsets;
  }

  @Override
  public Source<RowData, ?, ?> stream(ReadKafka read) {
    KafkaTopicSource source = sources.get(read);
    if (source == null) {
      throw new IllegalArgumentException(read + " was not looked up");
    }
    return source.bounded()
        ? source.buildStaying(drains.listener(name(sources, read)))
        : source.build();
  }

  /** How far a bounded run is. */
  Drains drains() {
    return drains;
  }

  Collection<KafkaTopicSource> all() {
    return sources.values();
  }

  /** Id by name of each topic. */
  Map<String, String> topicIds() {
    return topicIds;
  }

  /** Where each partition begins, by {@code topic-partition}. */
  Map<String, Long> startOffsets() {
    return startOffsets;
  }

  @Override
  public String run() {
    return run;
  }
}
