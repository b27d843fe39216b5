package io.millrace.interop;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends numbered order events without a pause, whatever happens to the broker, and keeps account of
 * those that the broker acknowledged.
 *
 * <p>The number is the first field of the document, so that broken events can be told apart too.
 * The producer is idempotent: what was not acknowledged is sent again, and is there once.
 */
final class OrderLedger implements AutoCloseable {
  static final String TOPIC = "orders";
  static final int PARTITIONS = 4;

  /** Added to the number in the document, which so always has seven digits. */
  private static final int FIRST = 1_000_000;

  private static final String[] REGIONS = {"eu-west", "us-east", "ap-south", "sa-east"};

  /** One event. The order is empty if the document is broken, or a rule drops it. */
  record Event(int number, String text, boolean broken, Optional<Order> order) {}

  /** What the tables after bronze are made of. */
  record Order(long id, long customer, String region, long minuteMillis, BigDecimal amount) {}

  private final SplittableRandom random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Event> sent = new ArrayList<>();
  private final BitSet acknowledged = new BitSet();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Thread sender;
  private volatile boolean stopping;

  /**
   * @param perSecond rate while the broker answers
   */
  OrderLedger(String bootstrap, long seed, int perSecond) {
    random = new SplittableRandom(seed);
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "5",
                "request.timeout.ms", "5000",
                "delivery.timeout.ms", "900000",
                "max.block.ms", "900000",
                "reconnect.backoff.max.ms", "200"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    sender = new Thread(() -> send(perSecond), "sender");
    sender.setDaemon(true);
    sender.start();
  }

  private void send(int perSecond) {
    long pause = TimeUnit.SECONDS.toNanos(1) / perSecond;
    long next = System.nanoTime();
    while (!stopping) {
      Event event = event(sent.size());
      sent.add(event);
      byte[] value = event.text().getBytes(StandardCharsets.UTF_8);
      Future<RecordMetadata> unused = // the callback has the result
          producer.send(
              new ProducerRecord<>(TOPIC, event.number() % PARTITIONS, null, value),
              (metadata, problem) -> {
                if (problem == null) {
                  acknowledge(event.number());
                } else {
                  failure.compareAndSet(null, problem);
                }
              });
      next = Math.max(next + pause, System.nanoTime() - pause * perSecond);
      while (System.nanoTime() < next) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
  }

  private void acknowledge(int number) {
    synchronized (acknowledged) {
      acknowledged.set(number);
    }
  }

  private Event event(int number) {
    int kind = random.nextInt(100);
    if (kind < 3 && number > 0) {
      // A repeat under another number, and often in another partition.
      Event earlier = sent.get(random.nextInt(Math.max(0, number - 5_000), number));
      String text = earlier.text();
      String again = "{\"event\":%d".formatted(FIRST + number) + text.substring(text.indexOf(','));
      return new Event(number, again, earlier.broken(), earlier.order());
    }
    Order order =
        new Order(
            1_000_000_000L + number,
            random.nextLong(1, 300),
            REGIONS[random.nextInt(REGIONS.length)],
            (1_767_225_600_000L + number * 20L) / 60_000 * 60_000,
            BigDecimal.valueOf(kind == 4 ? -random.nextInt(100) : random.nextInt(1, 200_000), 2));
    String text =
        ("{\"event\":%d,\"order_id\":%s,\"customer_id\":%d,\"product_id\":%d,\"region\":\"%s\","
                + "\"currency\":\"EUR\",\"amount\":%s,\"status\":\"paid\",\"channel\":\"web\","
                + "\"ts\":\"%s\",\"note\":\"gift wrap\"}")
            .formatted(
                FIRST + number,
                kind == 3 ? "null" : Long.toString(order.id()),
                order.customer(),
                random.nextInt(1, 10_000),
                order.region(),
                order.amount().toPlainString(),
                iso(1_767_225_600_000L + number * 20L));
    if (kind == 5) {
      return new Event(number, text.substring(0, 20 + random.nextInt(100)), true, Optional.empty());
    }
    return new Event(
        number, text, false, kind == 3 || kind == 4 ? Optional.empty() : Optional.of(order));
  }

  private static String iso(long millis) {
    String text = Instant.ofEpochMilli(millis).toString();
    return text.length() == 20 ? text.substring(0, 19) + ".000Z" : text;
  }

  /** No event is sent any more, and every one is acknowledged when this returns. */
  void finish() throws Exception {
    stopping = true;
    sender.join();
    producer.flush();
    producer.close();
    Exception problem = failure.get();
    if (problem != null) {
      throw problem;
    }
  }

  /** The number of the event that a document, or what is left of it, is of. */
  static int numberOf(String text) {
    return Integer.parseInt(text.substring(9, 16)) - FIRST;
  }

  /** After {@link #finish} only. */
  List<Event> events() {
    return sent;
  }

  boolean isAcknowledged(int number) {
    synchronized (acknowledged) {
      return acknowledged.get(number);
    }
  }

  int acknowledgedCount() {
    synchronized (acknowledged) {
      return acknowledged.cardinality();
    }
  }

  @Override
  public void close() throws Exception {
    stopping = true;
    sender.join();
    producer.close(Duration.ZERO);
  }
}
