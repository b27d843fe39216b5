package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.CommitEntry;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.MaintainedTable;
import io.millrace.delta.maintenance.Optimize;
import io.millrace.delta.maintenance.OptimizeOptions;
import io.millrace.delta.maintenance.Progress;
import io.millrace.delta.maintenance.Vacuum;
import io.millrace.delta.maintenance.VacuumOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fault 16: a stream that upserts, OPTIMIZE, UPDATE and DELETE, VACUUM, and a reader, all on one
 * table, for 20 seconds; {@code -Dmillrace.everything.seconds=600} for ten minutes.
 *
 * <p>What must be there at the end is known because keys are divided: the stream sets those below
 * {@link #OTHERS} for ever, and those from there on once, at the beginning; after that these belong
 * to UPDATE (the first eight hundred) and to DELETE (the last two hundred). All are in the same
 * files.
 */
class TestEverythingAtOnce {
  private static final long KEYS = 19_997;
  private static final long OTHERS = 1_000_000;
  private static final int GROUP = 100;
  private static final int UPDATED_GROUPS = 8;
  private static final int DELETED = 2 * GROUP;
  private static final int OTHERS_COUNT = UPDATED_GROUPS * GROUP + DELETED;
  private static final int RETRIES_MAX = 5;

  private static final RowType TOTALS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("customer", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("total", DataTypes.BIGINT()))
              .notNull()
              .getLogicalType();

  @TempDir private Path folder;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Map<Integer, Long> updates = new TreeMap<>();
  private final AtomicInteger conflicts = new AtomicInteger();
  private int deleted;

  private static void fill(io.millrace.delta.row.FlatRow row, long n) {
    row.setLong(0, n < OTHERS_COUNT ? OTHERS + n : n % KEYS);
    row.setLong(1, n < OTHERS_COUNT ? -1 : n);
    row.setRowKind(isDelete(n) ? RowKind.DELETE : RowKind.UPDATE_AFTER);
  }

  private static boolean isDelete(long n) {
    return n >= OTHERS_COUNT && n % 13 == 5;
  }

  private Map<Long, Long> expected(long emitted) {
    Map<Long, Long> rows = new TreeMap<>();
    for (int k = 0; k < OTHERS_COUNT - DELETED; k++) {
      rows.put(OTHERS + k, updates.getOrDefault(k / GROUP, -1L));
    }
    for (int k = OTHERS_COUNT - DELETED + deleted; k < OTHERS_COUNT; k++) {
      rows.put(OTHERS + k, -1L);
    }
    for (long n = OTHERS_COUNT; n < emitted; n++) {
      if (isDelete(n)) {
        rows.remove(n % KEYS);
      } else {
        rows.put(n % KEYS, n);
      }
    }
    return rows;
  }

  @Test
  void everyWriterGetsOnAndTheRowsAreWhatTheyShouldBe() throws Exception {
    int seconds = Integer.getInteger("millrace.everything.seconds", 20);
    var spec =
        new DeltaTableSpec(
            "totals",
            folder.resolve("totals").toString(),
            "test/totals",
            TOTALS,
            List.of("customer"),
            Map.of());
    Probe probe = new Probe();
    ExecutorService threads = Executors.newCachedThreadPool();
    JobClient stream =
        new SinkJob(folder, spec, TestEverythingAtOnce::fill)
            .numbers(0, Long.MAX_VALUE / 2)
            .perCheckpoint(OTHERS_COUNT)
            .checkpointEvery(Duration.ofMillis(200))
            .probe(probe)
            .endless()
            .start();
    try (RetriesSeen retries = RetriesSeen.begin()) {
      SinkJob.await(
          stream, () -> probe.versions.get().values().stream().anyMatch(version -> version > 3));
      List<Future<Integer>> others = new ArrayList<>();
      others.add(threads.submit(looping(() -> optimize(spec))));
      others.add(threads.submit(looping(() -> vacuum(spec))));
      others.add(threads.submit(looping(new Reading(spec)::check)));
      others.add(threads.submit(changing(spec)));

      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      SinkJob.await(
          stream,
          Duration.ofSeconds(seconds + 60L),
          () -> System.nanoTime() > deadline || others.stream().anyMatch(Future::isDone));
      over.set(true);
      List<Integer> rounds = new ArrayList<>();
      for (Future<Integer> other : others) {
        rounds.add(other.get());
      }
      long emitted = end(stream, probe);

      Map<String, Long> operations =
          KernelTableReader.history(spec.path(), 1_000_000).stream()
              .collect(
                  Collectors.groupingBy(
                      CommitEntry::operation, TreeMap::new, Collectors.counting()));
      System.out.printf(
          "%d s: %d rows emitted; rounds of optimize, vacuum, reader, changes: %s, %d of these in"
              + " conflict and said again; commits: %s; most retries of one commit: %d%n",
          seconds, emitted, rounds, conflicts.get(), operations, retries.most());
      assertThat(probe.runs).as("restarts of the stream").hasValue(1);
      assertThat(rounds).as("rounds of all others").allMatch(count -> count > 0);
      assertThat(operations).containsKeys("OPTIMIZE", "UPDATE");
      assertThat(operations.get("STREAMING UPDATE")).isGreaterThan(seconds / 2);
      assertThat(retries.most()).as("retries of one commit").isLessThanOrEqualTo(RETRIES_MAX);
      assertThat(read(spec, OptionalLong.empty())).isEqualTo(expected(emitted));
    } finally {
      over.set(true);
      if (!stream.getJobStatus().get().isGloballyTerminalState()) {
        stream.cancel().get();
        SinkJob.awaitEnd(stream);
      }
      threads.shutdown();
      threads.awaitTermination(60, TimeUnit.SECONDS);
    }
  }

  /** Lets the stream commit what it has emitted, and ends it. */
  private long end(JobClient stream, Probe probe) throws Exception {
    probe.hold();
    long[] seen = {-1, 0};
    SinkJob.await(
        stream,
        () -> {
          long now = probe.emitted.get();
          seen[1] = now == seen[0] ? seen[1] : probe.prepared.size();
          seen[0] = now;
          // What was emitted before a checkpoint began is prepared with it or the one after.
          return probe.committed.size() > seen[1] + 2;
        });
    stream
        .stopWithSavepoint(
            false, folder.resolve("savepoints").toUri() + "", SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
    return seen[0];
  }

  private interface Round {
    void run() throws Exception;
  }

  private Callable<Integer> looping(Round round) {
    return () -> {
      int count = 0;
      while (!over.get()) {
        round.run();
        count++;
      }
      return count;
    };
  }

  /** With pauses: an UPDATE whose files are rewritten before it commits has to be said again. */
  private static void optimize(DeltaTableSpec spec) throws InterruptedException {
    try (MaintainedTable table = MaintainedTable.open(spec.path())) {
      Optimize.run(table, OptimizeOptions.DEFAULT, Progress.SILENT);
    }
    TimeUnit.SECONDS.sleep(1);
  }

  private static void vacuum(DeltaTableSpec spec) throws InterruptedException {
    try (MaintainedTable table = MaintainedTable.open(spec.path())) {
      Vacuum.run(table, new VacuumOptions(Optional.empty(), false, false), Progress.SILENT);
    }
    TimeUnit.MILLISECONDS.sleep(500);
  }

  private static StreamTableEnvironment tables(DeltaTableSpec spec) {
    StreamTableEnvironment sql =
        StreamTableEnvironment.create(
            new TestStreamEnvironment(
                SharedCluster.get(),
                new org.apache.flink.configuration.Configuration(),
                1,
                List.of(),
                List.of()),
            EnvironmentSettings.newInstance().inBatchMode().build());
    sql.executeSql(
        "CREATE TABLE totals (customer BIGINT NOT NULL, total BIGINT,"
            + " PRIMARY KEY (customer) NOT ENFORCED)"
            + " WITH ('connector' = 'delta', 'path' = '%s')".formatted(spec.path()));
    return sql;
  }

  private Callable<Integer> changing(DeltaTableSpec spec) {
    return () -> {
      // A planner is its thread's.
      StreamTableEnvironment sql = tables(spec);
      int count = 0;
      while (!over.get()) {
        int next = count + 1;
        int group = next % UPDATED_GROUPS;
        long first = OTHERS + (long) group * GROUP;
        boolean delete = next % 3 == 0 && deleted < DELETED;
        String statement =
            delete
                ? "DELETE FROM totals WHERE customer = %d"
                    .formatted(OTHERS + OTHERS_COUNT - DELETED + deleted)
                : "UPDATE totals SET total = %d WHERE customer BETWEEN %d AND %d"
                    .formatted(next, first, first + GROUP - 1);
        if (!isDone(sql, statement)) {
          // As it tells its user: nothing was changed, and it may be said again.
          conflicts.incrementAndGet();
          continue;
        }
        count = next;
        if (delete) {
          deleted++;
        } else {
          updates.put(group, (long) next);
        }
      }
      return count;
    };
  }

  private static boolean isDone(StreamTableEnvironment sql, String statement) throws Exception {
    try {
      sql.executeSql(statement).await();
      return true;
    } catch (Exception e) {
      MillraceException known = MillraceException.in(e);
      if (known != null && known.code() == ErrorCode.COMMIT_CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  private static Map<Long, Long> read(DeltaTableSpec spec, OptionalLong limit) throws Exception {
    Map<Long, Long> found = new TreeMap<>();
    var reader = KernelTableReader.open(spec.path());
    try (var rows = reader.rows(List.of("customer", "total"), limit)) {
      while (rows.hasNext()) {
        Object[] row = rows.next();
        assertThat(found.put((Long) row[0], (Long) row[1]))
            .as("another row of key %s in version %d", row[0], reader.version())
            .isNull();
      }
    }
    return found;
  }

  /** What holds for every version, whatever goes on. */
  private static final class Reading {
    private final DeltaTableSpec spec;
    private final Map<Long, Long> last = new HashMap<>();

    Reading(DeltaTableSpec spec) {
      this.spec = spec;
    }

    void check() throws Exception {
      Map<Long, Long> rows = read(spec, OptionalLong.empty());
      for (int group = 0; group < UPDATED_GROUPS; group++) {
        long first = OTHERS + (long) group * GROUP;
        assertThat(
                java.util.stream.LongStream.range(first, first + GROUP)
                    .mapToObj(rows::get)
                    .map(String::valueOf)
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
            .as("an UPDATE is there as a whole: group %d", group)
            .hasSize(1)
            .containsValue((long) GROUP)
            .doesNotContainKey("null");
      }
      rows.forEach(
          (key, total) -> {
            Long before = last.put(key, total);
            assertThat(before == null || before <= total)
                .as("key %d was %s and is %s now", key, before, total)
                .isTrue();
          });
    }
  }
}
