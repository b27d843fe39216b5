package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * delta-spark reads what the orders pipeline wrote: appended tables, and upserted ones with
 * deletion vectors, which three runs over a growing topic leave behind.
 *
 * <p>The tables stay under {@code target/tables} for the readers of other languages; what they
 * should find is in {@code target/tables/expected.json}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestSparkReadsOurTables {
  private static final Path WORK = Path.of("target").toAbsolutePath();
  private static final Path TABLES = WORK.resolve("tables");
  private static final int RUNS = 3;
  private static final int EVENTS_PER_RUN = 20_000;

  private final Orders orders = new Orders(7);
  private final SparkSession spark = Spark.session();

  @BeforeAll
  void writeTheTables() throws Exception {
    deleteTablesOfAnEarlierBuild();
    Path platform = Files.createTempDirectory(WORK, "platform");
    int kafka = freePort();
    String bootstrap = "127.0.0.1:" + kafka;
    assertEnds(
        Product.run(
            "up",
            "--detach",
            "--dir",
            platform.toString(),
            "--kafka-port",
            Integer.toString(kafka),
            "--flink-port",
            Integer.toString(freePort()),
            "--port",
            Integer.toString(freePort()),
            "--gateway-port",
            Integer.toString(freePort())));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.createTopics(List.of(new NewTopic("orders", 4, (short) 1))).all().get();
      for (int run = 0; run < RUNS; run++) {
        List<Future<?>> sent = new ArrayList<>();
        for (byte[] event : orders.next(EVENTS_PER_RUN)) {
          sent.add(producer.send(new ProducerRecord<>("orders", sent.size() % 4, null, event)));
        }
        for (Future<?> future : sent) {
          future.get();
        }
        assertEnds(
            Product.run(
                "pipeline",
                "run",
                Product.home().resolve("sql/orders").toString(),
                "--set",
                "bootstrap=" + bootstrap,
                "--set",
                "topic=orders",
                "--root",
                TABLES.toString(),
                "--once"));
      }
    } finally {
      Product.run("down", "--dir", platform.toString());
    }
    Files.writeString(
        TABLES.resolve("expected.json"),
        """
        {"bronze": %d, "quarantine": %d, "silver": %d, "gold_1": %d, "gold_2": %d}
        """
            .formatted(
                orders.count(),
                orders.malformed(),
                orders.silver().size(),
                orders.perMinute().size(),
                orders.perCustomer().size()));
  }

  /** They stay for other readers after the test, and their topic does not. */
  private static void deleteTablesOfAnEarlierBuild() throws IOException {
    if (Files.exists(TABLES)) {
      List<Path> paths;
      try (Stream<Path> walk = Files.walk(TABLES)) {
        paths = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : paths) {
        Files.delete(path);
      }
    }
  }

  @Test
  void bronzeHoldsEveryEventByteForByte() {
    Map<String, Integer> expected = new HashMap<>();
    orders
        .events()
        .forEach(
            event -> expected.merge(new String(event, StandardCharsets.UTF_8), 1, Integer::sum));
    Map<String, Integer> actual = new HashMap<>();
    table("bronze")
        .select("raw")
        .collectAsList()
        .forEach(row -> actual.merge(row.getString(0), 1, Integer::sum));
    assertThat(actual).isEqualTo(expected);
    assertThat(table("bronze").select("kafka_partition", "kafka_offset").distinct().count())
        .isEqualTo(orders.count());
  }

  @Test
  void quarantineHoldsEveryBrokenEventWithItsSource() {
    Dataset<Row> quarantine = table("quarantine");
    assertThat(quarantine.count()).isEqualTo(orders.malformed());
    assertThat(quarantine.select("kafka_partition", "kafka_offset").distinct().count())
        .isEqualTo(orders.malformed());
  }

  @Test
  void silverHoldsEachGoodOrderOnce() {
    List<Row> rows = table("silver").select("order_id", "note").collectAsList();
    Set<Long> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.getLong(0)));
    assertThat(rows).hasSize(orders.silver().size());
    assertThat(ids).isEqualTo(orders.silver());
    assertThat(rows).allMatch(row -> row.getString(1).equals("gift é wrap"));
  }

  @Test
  void goldPerMinuteEqualsTheRecomputation() {
    Map<String, String> actual = new HashMap<>();
    table("gold_1")
        .selectExpr("region", "unix_millis(cast(minute_ts as timestamp))", "orders", "revenue")
        .collectAsList()
        .forEach(
            row ->
                assertThat(
                        actual.put(
                            row.getString(0) + "|" + row.getLong(1),
                            row.getLong(2) + " " + row.getDecimal(3)))
                    .isNull());
    assertThat(actual).isEqualTo(text(orders.perMinute()));
  }

  @Test
  void goldPerCustomerEqualsTheRecomputation() {
    Map<String, String> actual = new HashMap<>();
    table("gold_2")
        .select("customer_id", "orders", "revenue")
        .collectAsList()
        .forEach(
            row ->
                assertThat(
                        actual.put(
                            Long.toString(row.getLong(0)),
                            row.getLong(1) + " " + row.getDecimal(2)))
                    .isNull());
    assertThat(actual).isEqualTo(text(orders.perCustomer()));
  }

  /**
   * A run begins within the minute in which the one before ended, and never comes back to earlier
   * minutes: however many checkpoints it takes, some rows of a file are replaced and some are not.
   */
  @Test
  void upsertedTablesHaveDeletionVectors() throws Exception {
    try (var files = Files.list(TABLES.resolve("gold_1"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".bin"))).isNotEmpty();
    }
  }

  @Test
  void historyTellsOperationsAndMetrics() {
    Row last =
        spark.sql("DESCRIBE HISTORY delta.`" + TABLES.resolve("silver") + "` LIMIT 1").first();
    assertThat(last.getString(last.fieldIndex("operation"))).isEqualTo("STREAMING UPDATE");
    assertThat(last.getString(last.fieldIndex("engineInfo"))).startsWith("Millrace/");
    assertThat(last.getMap(last.fieldIndex("operationMetrics")).contains("numOutputRows")).isTrue();
  }

  private Dataset<Row> table(String name) {
    return spark.read().format("delta").load(TABLES.resolve(name).toString());
  }

  private static <K> Map<String, String> text(Map<K, BigDecimal[]> totals) {
    Map<String, String> text = new HashMap<>();
    totals.forEach((key, total) -> text.put(key.toString(), total[0] + " " + total[1].setScale(2)));
    return text;
  }

  private static void assertEnds(Product.Ended ended) {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
