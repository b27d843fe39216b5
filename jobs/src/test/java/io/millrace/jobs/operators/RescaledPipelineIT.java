package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.OperatorReport;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deduplication and both aggregates in a real job that is stopped with a savepoint and started
 * again with another parallelism, against a recomputation from what the source gave.
 */
class RescaledPipelineIT {
  private static final RowType ORDERS =
      Harnesses.rowType("ROW<id BIGINT, region STRING, customer BIGINT, amount DECIMAL(10, 2)>");
  private static final int ROWS_PER_RUN = 12_000;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(3)
              .build());

  private static final Queue<Long> FED = new ConcurrentLinkedQueue<>();
  private static final Queue<Long> SILVER = new ConcurrentLinkedQueue<>();
  private static final Queue<Total> GOLD = new ConcurrentLinkedQueue<>();
  private static final Queue<OperatorReport> REPORTED = new ConcurrentLinkedQueue<>();
  private static volatile CountDownLatch enough = new CountDownLatch(0);

  @TempDir private Path savepoints;

  private record Total(RowKind kind, Object group, long orders, long cents) {}

  @BeforeEach
  void forget() {
    FED.clear();
    SILVER.clear();
    GOLD.clear();
    REPORTED.clear();
  }

  @Test
  void savepointsCarryStateFromTwoSubtasksToThreeToOne(@InjectClusterClient ClusterClient<?> client)
      throws Exception {
    String savepoint = null;
    for (int parallelism : new int[] {2, 3, 1}) {
      boolean last = parallelism == 1;
      enough = new CountDownLatch(ROWS_PER_RUN);
      JobGraph job = job(parallelism);
      if (savepoint != null) {
        job.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
      }
      JobID id = client.submitJob(job).get();
      assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
      savepoint =
          client
              .stopWithSavepoint(id, last, savepoints.toString(), SavepointFormatType.CANONICAL)
              .get();
      client.requestJobResult(id).get().toJobExecutionResult(getClass().getClassLoader());
      assertBalanced();
    }
    assertThat(REPORTED)
        .extracting(CheckpointPart::checkpointId)
        .contains(CheckpointPart.END_OF_INPUT);
  }

  /** Everything that the source gave in all runs has been accounted for once. */
  private static void assertBalanced() {
    Set<Long> ids = new HashSet<>();
    Map<Object, long[]> expected = new HashMap<>();
    for (long n : FED) {
      long id = id(n);
      if (ids.add(id)) {
        add(expected, region(id), cents(id));
        add(expected, customer(id), cents(id));
      }
    }
    assertThat(SILVER).hasSize(ids.size());
    assertThat(new HashSet<>(SILVER)).isEqualTo(ids);

    Map<Object, long[]> totals = new HashMap<>();
    for (Total total : GOLD) {
      long[] before = totals.put(total.group(), new long[] {total.orders(), total.cents()});
      assertThat(total.kind()).isEqualTo(before == null ? RowKind.INSERT : RowKind.UPDATE_AFTER);
    }
    assertThat(totals.keySet()).isEqualTo(expected.keySet());
    totals.forEach(
        (group, total) ->
            assertThat(total).describedAs("%s", group).isEqualTo(expected.get(group)));

    assertThat(reported("silver", "in")).isEqualTo(FED.size());
    assertThat(reported("silver", "out")).isEqualTo(ids.size());
    assertThat(reported("silver", "deduplicated")).isEqualTo(FED.size() - ids.size());
    assertThat(reported("by region", "in")).isEqualTo(ids.size());
  }

  private static void add(Map<Object, long[]> totals, Object group, long cents) {
    long[] total = totals.computeIfAbsent(group, key -> new long[2]);
    total[0]++;
    total[1] += cents;
  }

  private static long reported(String operator, String counter) {
    return REPORTED.stream()
        .filter(report -> report.operator().equals(operator))
        .mapToLong(report -> report.counts().get(counter))
        .sum();
  }

  private static JobGraph job(int parallelism) {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.setParallelism(parallelism);
    environment.setMaxParallelism(24);
    environment.enableCheckpointing(Duration.ofMillis(300).toMillis());

    SingleOutputStreamOperator<RowData> orders =
        environment
            .fromSource(
                new NumberSequenceSource(0, Long.MAX_VALUE / 2),
                WatermarkStrategy.noWatermarks(),
                "numbers")
            .uid("numbers")
            .map(new Feed())
            .returns(new FlatRowTypeInfo(ORDERS))
            .uid("feed");
    var deduplicate = new DeduplicateOperator("silver", ORDERS, new int[] {0}, null);
    SingleOutputStreamOperator<RowData> silver =
        orders
            .keyBy(deduplicate.keySelector(), Types.INT)
            .transform("silver", new FlatRowTypeInfo(ORDERS), deduplicate)
            .uid("silver");
    report(silver);
    collect(silver, row -> SILVER.add(row.getLong(0)), "silver rows");

    aggregate(silver, "by region", 1, row -> row.getString(0).toString());
    aggregate(silver, "by customer", 2, row -> row.getLong(0));
    return environment.getStreamGraph().getJobGraph();
  }

  private interface Keep<T> extends Serializable {
    void keep(T value);
  }

  private interface Group extends Serializable {
    Object of(RowData row);
  }

  private static void aggregate(DataStream<RowData> silver, String name, int column, Group group) {
    Aggregation aggregation =
        new Aggregation(
            ORDERS,
            ChangelogMode.insertOnly(),
            new int[] {column},
            List.of(
                AggregateCall.countStar("orders"),
                AggregateCall.of("revenue", Kind.SUM, 3, ORDERS.getTypeAt(3))));
    SingleOutputStreamOperator<RowData> local =
        silver
            .transform(
                name + " local",
                new FlatRowTypeInfo(aggregation.partialType()),
                new LocalAggregateOperator(name, aggregation, 500))
            .uid(name + " local");
    report(local);
    SingleOutputStreamOperator<RowData> gold =
        local
            .keyBy(aggregation.partialKeySelector(), Types.INT)
            .transform(
                name,
                new FlatRowTypeInfo(aggregation.outputType()),
                new GlobalAggregateOperator(name + " total", aggregation))
            .uid(name);
    collect(
        gold,
        row ->
            GOLD.add(
                new Total(
                    row.getRowKind(),
                    group.of(row),
                    row.getLong(1),
                    row.getDecimal(2, 38, 2).toBigDecimal().unscaledValue().longValueExact())),
        name + " rows");
  }

  private static void report(SingleOutputStreamOperator<RowData> operator) {
    collect(
        operator.getSideOutput(AccountedOperator.REPORTS),
        part -> REPORTED.add((OperatorReport) part),
        operator.getName() + " reports");
  }

  private static <T> void collect(DataStream<T> stream, Keep<T> keep, String uid) {
    stream
        .map(
            value -> {
              keep.keep(value);
              return 0;
            })
        .returns(Types.INT)
        .uid(uid)
        .sinkTo(new DiscardingSink<>())
        .uid(uid + " sink");
  }

  /** Slow enough that the state stays small however late the savepoint comes. */
  private static final class Feed implements MapFunction<Long, RowData> {
    private static final long serialVersionUID = 1;
    private transient FlatRow row;

    @Override
    public RowData map(Long n) {
      if (row == null) {
        row = new FlatRow(ORDERS);
      }
      LockSupport.parkNanos(5_000);
      FED.add(n);
      enough.countDown();
      long id = id(n);
      byte[] region = region(id).getBytes(StandardCharsets.UTF_8);
      row.setLong(0, id);
      row.setBytes(1, region, 0, region.length);
      row.setLong(2, customer(id));
      row.setLong(3, cents(id));
      return row;
    }
  }

  /** Every third order comes again in the other half of the sequence, often in another run. */
  private static long id(long n) {
    return n % 3 == 0 ? (n % (Long.MAX_VALUE / 4)) % 9_000 : n;
  }

  private static String region(long id) {
    return "region-" + id % 12;
  }

  private static long customer(long id) {
    return id * 7919 % 1999;
  }

  private static long cents(long id) {
    return id % 1000 - 100;
  }
}
