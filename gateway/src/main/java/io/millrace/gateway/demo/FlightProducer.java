package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events to a topic: idempotent, acknowledged by all replicas.
 *
 * <p>Event {@code i} goes to partition {@code i mod 4} and so has offset {@code i / 4} there: the
 * topic itself says where a producer that was killed goes on, and every event's place is known
 * without asking.
 *
 * <p>{@link #publish} is for one thread; the counters may be read by others.
 */
final class FlightProducer implements AutoCloseable {
  static final int PARTITIONS = 4;

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
  private static final long LOOK_MILLIS = 20;
  private static final long SLICE_NANOS = 2_000_000;

  private final String topic;
  private final KafkaProducer<byte[], byte[]> kafka;
  private final long[] published;
  private final Freshness freshness;
  private final LongAdder acknowledged = new LongAdder();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  private FlightProducer(
      String topic, KafkaProducer<byte[], byte[]> kafka, long[] published, Freshness freshness) {
    this.topic = topic;
    this.kafka = kafka;
    this.published = published;
    this.freshness = freshness;
  }

  /**
   * Connects, makes the topic if it is not there, and looks how far it got.
   *
   * @param freshness told when events are produced
   * @throws MillraceException BROKER_UNREACHABLE
   */
  static FlightProducer open(String bootstrapServers, String topic, Freshness freshness) {
    return open(bootstrapServers, topic, freshness, ANSWER_TIMEOUT);
  }

  static FlightProducer open(
      String bootstrapServers, String topic, Freshness freshness, Duration answerTimeout) {
    requireNonNull(freshness, "freshness is null");
    Map<String, Object> settings =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) answerTimeout.toMillis(),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) answerTimeout.toMillis());
    long[] published;
    try (Admin admin = Admin.create(settings)) {
      create(admin, topic);
      published = endOffsets(admin, topic, answerTimeout);
    } catch (ExecutionException e) {
      throw unreachable(bootstrapServers, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(bootstrapServers, e);
    }
    return new FlightProducer(
        topic, new KafkaProducer<>(settings(bootstrapServers)), published, freshness);
  }

  private static Map<String, Object> settings(String bootstrapServers) {
    Map<String, Object> settings = new TreeMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "flights-producer");
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
    return settings;
  }

  private static void create(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    try {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static long[] endOffsets(Admin admin, String topic, Duration patience)
      throws ExecutionException, InterruptedException {
    int found = partitions(admin, topic, System.nanoTime() + patience.toNanos());
    if (found != PARTITIONS) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the topic %s has %d partitions, the demo needs %d".formatted(topic, found, PARTITIONS),
          "use another --dir");
    }
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    IntStream.range(0, PARTITIONS)
        .forEach(p -> latest.put(new TopicPartition(topic, p), OffsetSpec.latest()));
    var ends = admin.listOffsets(latest).all().get();
    return IntStream.range(0, PARTITIONS)
        .mapToLong(p -> ends.get(new TopicPartition(topic, p)).offset())
        .toArray();
  }

  /** The controller has made the topic before the broker has heard of it. */
  private static int partitions(Admin admin, String topic, long deadlineNanos)
      throws ExecutionException, InterruptedException {
    while (true) {
      try {
        var topics = admin.describeTopics(List.of(topic)).allTopicNames().get();
        return topics.get(topic).partitions().size();
      } catch (ExecutionException e) {
        boolean unheardOf = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!unheardOf || System.nanoTime() > deadlineNanos) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }

  private static MillraceException unreachable(String bootstrapServers, Exception cause) {
    return new MillraceException(
        ErrorCode.BROKER_UNREACHABLE,
        "the broker at " + bootstrapServers + " does not answer: " + cause.getMessage(),
        "look whether it runs: bin/millrace status",
        cause);
  }

  /** The partition that an event goes to. */
  static int partition(long index) {
    return (int) (index % PARTITIONS);
  }

  /** The offset that an event has in its partition. */
  static long offset(long index) {
    return index / PARTITIONS;
  }

  /** How many of the first {@code events} events a partition holds. */
  static long eventsIn(int partition, long events) {
    return (events - partition + PARTITIONS - 1) / PARTITIONS;
  }

  /** Events that the topic held already when this was opened. */
  long publishedBefore() {
    return Arrays.stream(published).sum();
  }

  /** Events that the broker has acknowledged to this producer. */
  long acknowledged() {
    return acknowledged.sum();
  }

  /**
   * Publishes those events that the topic does not hold yet; returns when all are acknowledged.
   *
   * @param eventsPerSecond 0 for as fast as it goes
   * @throws MillraceException IO_FAILED if an event is not acknowledged
   */
  void publish(FlightEvents events, double eventsPerSecond) {
    long started = System.nanoTime();
    long sent = 0;
    while (events.hasNext()) {
      FlightEvent event = events.next();
      int partition = partition(event.index());
      if (offset(event.index()) < published[partition]) {
        continue;
      }
      throwIfFailed();
      if (eventsPerSecond > 0) {
        pace(started + (long) (sent * 1e9 / eventsPerSecond));
      }
      send(event, partition);
      sent++;
    }
    flush();
    throwIfFailed();
  }

  private void send(FlightEvent event, int partition) {
    long now = System.currentTimeMillis();
    freshness.produced(event.index(), now);
    try {
      var unused =
          kafka.send(
              new ProducerRecord<>(topic, partition, now, null, event.value()),
              (metadata, refused) -> {
                if (refused == null) {
                  acknowledged.increment();
                } else {
                  failure.compareAndSet(null, refused);
                }
              });
    } catch (InterruptException e) {
      throw failed(e);
    }
  }

  private void flush() {
    try {
      kafka.flush();
    } catch (InterruptException e) {
      throw failed(e);
    }
  }

  private void throwIfFailed() {
    Exception refused = failure.get();
    if (refused != null) {
      throw failed(refused);
    }
  }

  private MillraceException failed(Exception cause) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "the broker did not take an event of topic %s after %,d were acknowledged: %s"
            .formatted(topic, acknowledged(), cause.getMessage()),
        "start the demo again with the same --dir: it goes on where the topic ends",
        cause);
  }

  /** Events go out in small groups: a timer cannot wait for less than some 50 microseconds. */
  private static void pace(long dueNanos) {
    long ahead = dueNanos - System.nanoTime();
    if (ahead > SLICE_NANOS) {
      LockSupport.parkNanos(ahead);
    }
  }

  @Override
  public void close() {
    kafka.close(CLOSE_TIMEOUT);
  }
}
