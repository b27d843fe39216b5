package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.Test;

/**
 * Kafka, Flink and the orders pipeline live in one process, which is killed again and again while
 * events come in: at random times, right after a table's commit, between a checkpoint and its
 * commits, while it starts and while it stops. Half of the starts have the JobID of an earlier one,
 * half a new one. At the end every acknowledged event is in the tables once, as Spark reads them.
 *
 * <p>{@code -Dmillrace.kills=N} and {@code -Dmillrace.seed=S} choose other runs. A kill and a start
 * take about ten seconds together.
 */
class TestKilledProcessesLoseNothing {
  private static final int KILLS = Integer.getInteger("millrace.kills", 6);
  private static final long SEED = Long.getLong("millrace.seed", 20);
  private static final int INTERVAL_MILLIS = 700;
  private static final int EVENTS_PER_SECOND = 400;
  private static final String FIXED_JOB_ID = "0000000000000000000000000000000a";
  private static final List<String> TABLES =
      List.of("bronze", "quarantine", "silver", "gold_1", "gold_2");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** When the process is killed. */
  private enum Moment {
    /** At a random time between two checkpoints. */
    ANY_TIME,
    /** A table's log has a new entry; the other tables may or may not have theirs. */
    TABLE_COMMITTED,
    /** The committer has everything of a checkpoint, which is not complete yet. */
    PREPARED,
    /** The checkpoint is complete, and its commits are about to happen. */
    CHECKPOINT_COMPLETE,
    /** Between the start of the process and its first commit. */
    STARTING,
    /** It was asked to stop, and makes its savepoint, commits it, or takes itself apart. */
    STOPPING
  }

  private final Random random = new Random(SEED);
  private final List<Long> recoveryMillis = new ArrayList<>();
  private Path root;
  private Path output;
  private PlatformProcess platform;

  @Test
  void everyAcknowledgedEventIsThereOnceAfterEveryKill() throws Exception {
    Path work = Path.of("target").toAbsolutePath();
    Files.createDirectories(work);
    Path directory = Files.createTempDirectory(work, "killed");
    root = directory.resolve("tables");
    output = directory.resolve("up.log");
    platform = new PlatformProcess(directory);
    platform.start(output, options(false));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrap()))) {
      admin
          .createTopics(List.of(new NewTopic(OrderLedger.TOPIC, OrderLedger.PARTITIONS, (short) 1)))
          .all()
          .get();
    }
    platform.stop();
    platform.register(
        "orders",
        Product.home().resolve("sql/orders"),
        Map.of("bootstrap", platform.bootstrap(), "topic", OrderLedger.TOPIC),
        root,
        INTERVAL_MILLIS);
    platform.start(output, options(true));
    try (OrderLedger ledger = new OrderLedger(platform.bootstrap(), SEED, EVENTS_PER_SECOND)) {
      awaitCommitAfter(-1);
      List<Moment> moments = shuffled(Arrays.asList(Moment.values()));
      List<Boolean> fixed = shuffled(List.of(true, false));
      for (int kill = 0; kill < KILLS; kill++) {
        killAndRestart(kill, moments.get(kill), fixed.get(kill));
      }
      ledger.finish();
      awaitNoLag();
      platform.stop();
      verify(ledger);
    } finally {
      if (Files.exists(directory.resolve("platform.json"))) {
        PlatformProcess.kill(platform.handle());
      }
    }
  }

  private <T> List<T> shuffled(List<T> kinds) {
    List<T> all = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      all.add(kinds.get(i % kinds.size()));
    }
    Collections.shuffle(all, random);
    return all;
  }

  private static List<String> options(boolean fixedJobId) {
    List<String> options = new ArrayList<>(List.of("-Xmx1g"));
    if (fixedJobId) {
      options.add("-Dmillrace.job-id=" + FIXED_JOB_ID);
    }
    return options;
  }

  private void killAndRestart(int kill, Moment moment, boolean fixedJobId) throws Exception {
    ProcessHandle process = platform.handle();
    await(moment, process);
    long before = version("bronze");
    long began = System.nanoTime();
    PlatformProcess.kill(process);
    if (moment == Moment.STARTING) {
      killWhileStarting(fixedJobId);
    }
    platform.start(output, options(fixedJobId));
    awaitCommitAfter(Math.max(before, version("bronze")));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    recoveryMillis.add(millis);
    System.out.printf(
        "kill %d: %s, %s JobID, next commit after %.1f s, bronze at version %d%n",
        kill + 1, moment, fixedJobId ? "fixed" : "new", millis / 1000.0, version("bronze"));
  }

  private void killWhileStarting(boolean fixedJobId) throws Exception {
    Process starting = platform.starting(output, options(fixedJobId));
    long deadline =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_000 + random.nextInt(8_000));
    while (System.nanoTime() < deadline || !isAlive()) {
      if (!starting.isAlive() && !isAlive()) {
        throw new AssertionError(Files.readString(output));
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    PlatformProcess.kill(platform.handle());
    starting.waitFor();
  }

  private boolean isAlive() throws IOException {
    try {
      return platform.handle().isAlive();
    } catch (AssertionError | IOException noneYet) {
      return false;
    }
  }

  private void await(Moment moment, ProcessHandle process) throws Exception {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(2 * INTERVAL_MILLIS));
    switch (moment) {
      case ANY_TIME, STARTING -> {
        // The time that has just passed was random.
      }
      case TABLE_COMMITTED -> {
        String table = TABLES.get(random.nextInt(TABLES.size()));
        Path next = entry(table, version(table) + 1);
        spin(() -> Files.exists(next));
      }
      case PREPARED -> {
        Path next = epoch(lastEpoch() + 1);
        spin(() -> Files.exists(next));
      }
      case CHECKPOINT_COMPLETE -> {
        Path metadata = metadata(lastEpoch() + 1);
        spin(() -> Files.exists(metadata));
      }
      case STOPPING -> {
        process.destroy();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
      }
    }
  }

  /** Busy, since the moment looked for lasts less than a millisecond. */
  private void spin(BooleanSupplier reached) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("nothing happened for a minute\n" + tail());
      }
      Thread.onSpinWait();
    }
  }

  private void awaitCommitAfter(long version) throws Exception {
    Path next = entry("bronze", version + 1);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!Files.exists(next)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no commit within 90 s\n" + tail());
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private String tail() {
    try {
      List<String> lines = platform.log().lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void awaitNoLag() throws Exception {
    Map<String, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrap()))) {
      Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
      for (int i = 0; i < OrderLedger.PARTITIONS; i++) {
        wanted.put(new TopicPartition(OrderLedger.TOPIC, i), OffsetSpec.latest());
      }
      admin
          .listOffsets(wanted)
          .all()
          .get()
          .forEach((partition, end) -> ends.put(partition.toString(), end.offset()));
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Map<String, Long> committed = Map.of();
    while (!committed.equals(ends)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("committed " + committed + " of " + ends + "\n" + tail());
      }
      TimeUnit.MILLISECONDS.sleep(50);
      committed = new HashMap<>();
      JsonNode latest = JSON.readTree(root.resolve("_millrace/latest.json").toFile());
      for (Map.Entry<String, JsonNode> offset : latest.path("offsets").properties()) {
        committed.put(offset.getKey(), offset.getValue().asLong());
      }
    }
  }

  private Path entry(String table, long version) {
    return root.resolve(table).resolve("_delta_log").resolve("%020d.json".formatted(version));
  }

  private long version(String table) throws IOException {
    return numbers(root.resolve(table).resolve("_delta_log")).max(Long::compare).orElse(-1L);
  }

  private Path epoch(long checkpoint) {
    return root.resolve("_millrace/epochs").resolve(checkpoint + ".json");
  }

  private long lastEpoch() throws IOException {
    return numbers(root.resolve("_millrace/epochs")).max(Long::compare).orElse(0L);
  }

  private Path metadata(long checkpoint) throws IOException {
    Path checkpoints = root.resolve("_millrace/checkpoints");
    try (Stream<Path> jobs = Files.list(checkpoints)) {
      Path job =
          jobs.filter(Files::isDirectory)
              .max((a, b) -> modified(a).compareTo(modified(b)))
              .orElseThrow();
      return job.resolve("chk-" + checkpoint).resolve("_metadata");
    }
  }

  private static FileTime modified(Path path) {
    try {
      return Files.getLastModifiedTime(path);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  private static Stream<Long> numbers(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return Stream.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\d+\\.json"))
          .map(name -> Long.parseLong(name.substring(0, name.indexOf('.'))))
          .toList()
          .stream();
    }
  }

  private void verify(OrderLedger ledger) throws Exception {
    verify(ledger, Spark.session());
  }

  private void verify(OrderLedger ledger, SparkSession spark) throws Exception {
    List<OrderLedger.Event> events = ledger.events();
    Map<Integer, Integer> times = new HashMap<>();
    Set<String> places = new HashSet<>();
    List<String> strange = new ArrayList<>();
    for (Row row :
        table(spark, "bronze").select("raw", "kafka_partition", "kafka_offset").collectAsList()) {
      String raw = row.getString(0);
      int number = OrderLedger.numberOf(raw);
      times.merge(number, 1, Integer::sum);
      if (!places.add(row.get(1) + "/" + row.get(2)) || !raw.equals(events.get(number).text())) {
        strange.add(row.toString());
      }
    }
    List<Integer> lost = new ArrayList<>();
    List<Integer> twice = new ArrayList<>();
    for (OrderLedger.Event event : events) {
      int found = times.getOrDefault(event.number(), 0);
      if (found == 0 && ledger.isAcknowledged(event.number())) {
        lost.add(event.number());
      }
      if (found > 1) {
        twice.add(event.number());
      }
    }
    List<Long> sorted = recoveryMillis.stream().sorted().toList();
    System.out.printf(
        "kills %d, acknowledged %d, in bronze %d, lost %d, twice %d; kill to next commit: p50 %.1f"
            + " s, p99 %.1f s%n",
        KILLS,
        ledger.acknowledgedCount(),
        places.size(),
        lost.size(),
        twice.size(),
        percentile(sorted, 0.5),
        percentile(sorted, 0.99));
    assertThat(lost).as("lost").isEmpty();
    assertThat(twice).as("twice").isEmpty();
    assertThat(strange).as("changed, or one offset twice").isEmpty();

    List<OrderLedger.Event> present =
        events.stream().filter(event -> times.containsKey(event.number())).toList();
    verifyQuarantine(spark, present);
    verifySilverAndGold(spark, present);
    for (String table : TABLES) {
      verifyLog(spark, table);
    }
  }

  private static double percentile(List<Long> sorted, double share) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1000.0;
  }

  private void verifyQuarantine(SparkSession spark, List<OrderLedger.Event> present) {
    assertThat(strings(table(spark, "quarantine").select("raw")))
        .containsExactlyInAnyOrderElementsOf(
            present.stream()
                .filter(OrderLedger.Event::broken)
                .map(event -> "[" + event.text() + "]")
                .toList());
  }

  private void verifySilverAndGold(SparkSession spark, List<OrderLedger.Event> present) {
    Map<Long, OrderLedger.Order> orders =
        present.stream()
            .map(OrderLedger.Event::order)
            .flatMap(Optional::stream)
            .collect(Collectors.toMap(OrderLedger.Order::id, order -> order, (a, b) -> a));
    Map<String, BigDecimal[]> perMinute = new HashMap<>();
    Map<String, BigDecimal[]> perCustomer = new HashMap<>();
    List<String> silver = new ArrayList<>();
    for (OrderLedger.Order order : orders.values()) {
      silver.add("[" + order.id() + "," + order.customer() + "," + order.amount() + "]");
      add(perMinute, order.region() + "," + order.minuteMillis(), order.amount());
      add(perCustomer, Long.toString(order.customer()), order.amount());
    }
    assertThat(strings(table(spark, "silver").select("order_id", "customer_id", "amount")))
        .as("silver")
        .containsExactlyInAnyOrderElementsOf(silver);
    assertThat(
            strings(
                table(spark, "gold_1")
                    .selectExpr(
                        "region",
                        "unix_millis(cast(minute_ts as timestamp))",
                        "orders",
                        "revenue")))
        .as("gold_1")
        .containsExactlyInAnyOrderElementsOf(rows(perMinute));
    assertThat(strings(table(spark, "gold_2").select("customer_id", "orders", "revenue")))
        .as("gold_2")
        .containsExactlyInAnyOrderElementsOf(rows(perCustomer));
  }

  private static void add(Map<String, BigDecimal[]> totals, String key, BigDecimal amount) {
    BigDecimal[] total =
        totals.computeIfAbsent(key, k -> new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO});
    total[0] = total[0].add(BigDecimal.ONE);
    total[1] = total[1].add(amount);
  }

  private static List<String> rows(Map<String, BigDecimal[]> totals) {
    return totals.entrySet().stream()
        .map(e -> "[" + e.getKey() + "," + e.getValue()[0] + "," + e.getValue()[1] + "]")
        .toList();
  }

  /** The log has no gap, and each file that it names is there, as long as it says. */
  private void verifyLog(SparkSession spark, String table) throws IOException {
    Path folder = root.resolve(table);
    List<Long> versions = numbers(folder.resolve("_delta_log")).sorted().toList();
    assertThat(versions)
        .as("versions of " + table)
        .isEqualTo(Stream.iterate(versions.get(0), v -> v + 1).limit(versions.size()).toList());
    List<Row> files =
        DeltaLog.forTable(spark, folder.toString())
            .update(false, scala.Option.empty(), scala.Option.empty())
            .allFiles()
            .selectExpr(
                "path",
                "size",
                "cast(get_json_object(stats, '$.numRecords') as bigint)"
                    + " - coalesce(deletionVector.cardinality, 0)")
            .collectAsList();
    long rows = 0;
    for (Row file : files) {
      assertThat(folder.resolve(file.getString(0))).hasSize(file.getLong(1));
      rows += file.getLong(2);
    }
    assertThat(rows).as("rows by the log of " + table).isEqualTo(table(spark, table).count());
  }

  private static List<String> strings(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).toList();
  }

  private Dataset<Row> table(SparkSession spark, String name) {
    return spark.read().format("delta").load(root.resolve(name).toString());
  }
}
