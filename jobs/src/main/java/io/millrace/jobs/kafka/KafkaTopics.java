package io.millrace.jobs.kafka;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.jobs.language.Suggestion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Looks at topics before a job reads them. Blocks for at most the timeout it is given. */
public final class KafkaTopics {
  private static final Duration GAP_TIMEOUT = Duration.ofSeconds(5);
  private static final String GAP_REMEDY =
      "give the topic a longer retention; what is lost is not read again: to go on with what the"
          + " topic holds, rebuild the tables that read it";

  private KafkaTopics() {}

  /**
   * What a partition holds.
   *
   * @param earliest offset of its first record
   * @param end offset that its next record will get
   */
  public record Bounds(long earliest, long end) {}

  /**
   * A topic as the brokers describe it.
   *
   * @param id changes when a topic is deleted and created anew
   * @param partitions by number
   */
  public record Topic(String name, String id, Map<Integer, Bounds> partitions) {
    public Topic {
      requireNonNull(name, "name is null");
      requireNonNull(id, "id is null");
      partitions = new TreeMap<>(partitions);
    }
  }

  /**
   * Looks up a source's topic and checks that it holds what the source wants to read.
   *
   * @throws MillraceException BROKER_UNREACHABLE, TOPIC_NOT_FOUND, SOURCE_GAP if a wanted offset is
   *     not between a partition's first record and its end, PROPERTY_INVALID if the client refuses
   *     its options
   */
  public static Topic verify(KafkaTopicSource source, Duration timeout) {
    Topic topic = describe(source, timeout);
    source.offsets().forEach((partition, wanted) -> check(topic, partition, wanted));
    return topic;
  }

  private static void check(Topic topic, int partition, long wanted) {
    String where = "topic " + topic.name() + ", partition " + partition + ": ";
    Bounds bounds = topic.partitions().get(partition);
    if (bounds == null) {
      throw new MillraceException(
          ErrorCode.SOURCE_GAP,
          where + "offset " + wanted + " is wanted, but there is no such partition",
          "the topic was deleted and created anew: rebuild the tables that read it");
    }
    if (wanted < bounds.earliest()) {
      long lost = bounds.earliest() - wanted;
      throw new MillraceException(
          ErrorCode.SOURCE_GAP,
          where
              + ("offset " + wanted + " is wanted, the earliest is " + bounds.earliest())
              + (": " + lost + (lost == 1 ? " offset is lost" : " offsets are lost")),
          GAP_REMEDY);
    }
    if (wanted > bounds.end()) {
      throw new MillraceException(
          ErrorCode.SOURCE_GAP,
          where + "offset " + wanted + " is wanted, but the partition ends at " + bounds.end(),
          "the topic was deleted and created anew, or its log was cut: rebuild the tables that"
              + " read it");
    }
  }

  /** The failure of a reader that asked for offsets that are not there. */
  static MillraceException gap(KafkaTopicSource source, OffsetOutOfRangeException failure) {
    Map<Integer, Long> wanted = new TreeMap<>();
    failure
        .offsetOutOfRangePartitions()
        .forEach((tp, offset) -> wanted.put(tp.partition(), offset));
    try {
      verify(source.withOffsets(wanted), GAP_TIMEOUT);
    } catch (MillraceException e) {
      if (e.code() == ErrorCode.SOURCE_GAP) {
        return e;
      }
    }
    return new MillraceException(
        ErrorCode.SOURCE_GAP,
        "topic " + source.topic() + " does not hold the offsets wanted, by partition: " + wanted,
        GAP_REMEDY,
        failure);
  }

  private static Topic describe(KafkaTopicSource source, Duration timeout) {
    String name = source.topic();
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Admin admin = Admin.create(adminProperties(source, timeout))) {
      try {
        TopicDescription description =
            await(admin.describeTopics(Set.of(name)).topicNameValues().get(name), deadline);
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> last = new HashMap<>();
        for (TopicPartitionInfo partition : description.partitions()) {
          TopicPartition tp = new TopicPartition(name, partition.partition());
          first.put(tp, OffsetSpec.earliest());
          last.put(tp, OffsetSpec.latest());
        }
        Map<TopicPartition, ListOffsetsResultInfo> earliest =
            await(admin.listOffsets(first).all(), deadline);
        Map<TopicPartition, ListOffsetsResultInfo> end =
            await(admin.listOffsets(last).all(), deadline);
        Map<Integer, Bounds> partitions = new TreeMap<>();
        earliest.forEach(
            (tp, info) ->
                partitions.put(tp.partition(), new Bounds(info.offset(), end.get(tp).offset())));
        return new Topic(name, description.topicId().toString(), partitions);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException
            || e.getCause() instanceof InvalidTopicException) {
          Set<String> topics = new TreeSet<>(await(admin.listTopics().names(), deadline));
          throw new MillraceException(
              ErrorCode.TOPIC_NOT_FOUND,
              "there is no topic " + name + " at " + source.bootstrapServers(),
              Suggestion.remedy(name, topics, "the broker's topics are"));
        }
        throw e;
      }
    } catch (ExecutionException e) {
      throw unreachable(source, timeout, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw unreachable(source, timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(source, timeout, e);
    } catch (KafkaException e) {
      throw refused(source, timeout, e);
    }
  }

  private static <T> T await(KafkaFuture<T> future, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private static Properties adminProperties(KafkaTopicSource source, Duration timeout) {
    Properties properties = new Properties();
    properties.putAll(source.options());
    properties.setProperty(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, source.bootstrapServers());
    String millis = String.valueOf(timeout.toMillis());
    properties.setProperty(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.setProperty(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    properties.setProperty(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
    return properties;
  }

  private static MillraceException refused(
      KafkaTopicSource source, Duration timeout, KafkaException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof ConfigException
        && !String.valueOf(cause.getMessage())
            .contains(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)) {
      return new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "topic "
              + source.topic()
              + ": the Kafka client refuses its options: "
              + cause.getMessage(),
          "correct the options of read_kafka that begin with kafka.");
    }
    return unreachable(source, timeout, cause);
  }

  private static MillraceException unreachable(
      KafkaTopicSource source, Duration timeout, Throwable cause) {
    // What the client says of its own accord; that it timed out is said already.
    boolean telling =
        cause instanceof ConfigException
            || (cause instanceof ApiException && !(cause instanceof RetriableException));
    String why = telling ? ": " + cause.getMessage() : "";
    return new MillraceException(
        ErrorCode.BROKER_UNREACHABLE,
        "no Kafka broker at "
            + source.bootstrapServers()
            + " answers for topic "
            + source.topic()
            + " within "
            + timeout.toMillis()
            + " ms"
            + why,
        "start the broker, or correct bootstrapServers of read_kafka",
        cause);
  }
}
