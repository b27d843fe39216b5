package io.millrace.jobs.operators;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowSerializer;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;

/**
 * What the operators cost per row, in microseconds of CPU of the running thread: the least of five
 * repetitions over a million rows like those of the orders benchmark. Run {@code main}; it is no
 * test.
 */
public final class OperatorBenchmark {
  private static final int ROWS = 1_000_000;
  private static final int REPETITIONS = 5;
  private static final int CHECKPOINTS = 5;

  private static final RowType ORDERS =
      Harnesses.rowType(
          "ROW<order_id BIGINT, customer_id BIGINT, region STRING, minute_ts TIMESTAMP(3),"
              + " amount DECIMAL(10, 2), note STRING>");

  private final long[] ids = new long[ROWS];
  private final long[] customers = new long[ROWS];
  private final int[] regions = new int[ROWS];
  private final byte[][] names = new byte[12][];

  private OperatorBenchmark() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < ROWS; i++) {
      // One in a hundred repeats an order that came up to 10,000 rows earlier.
      ids[i] = 1_000_000_000L + (random.nextInt(100) == 0 ? i - random.nextInt(10_000) : i);
      double u = random.nextDouble();
      // About Zipf's law with exponent 1 over a million customers, scattered.
      customers[i] = 1 + (long) Math.pow(1_000_000, u) * 7919 % 1_000_000;
      regions[i] = random.nextInt(12);
    }
    for (int i = 0; i < names.length; i++) {
      names[i] = ("region-" + i).getBytes(UTF_8);
    }
  }

  /** Runs all measurements and prints them. */
  public static void main(String[] args) throws Exception {
    OperatorBenchmark benchmark = new OperatorBenchmark();
    for (int round = 0; round < 2; round++) {
      System.out.println(round == 0 ? "-- warm-up" : "-- measured, us per row");
      benchmark.deduplicate("deduplicate by order_id, for ever", null, 0);
      benchmark.deduplicate("deduplicate by order_id, 10 min", Duration.ofMinutes(10), 0);
      benchmark.deduplicate("deduplicate by (order_id, region)", null, 0, 2);
      benchmark.deduplicateInRocksDb();
      benchmark.aggregate("aggregate by customer_id", 1);
      benchmark.aggregate("aggregate by (region, minute)", 2, 3);
      benchmark.serialize();
    }
  }

  private interface Run {
    void once() throws Exception;
  }

  private static void measure(String what, Run run) throws Exception {
    double[] micros = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      run.once();
      long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
      micros[i] = nanos / 1e3 / ROWS;
    }
    Arrays.sort(micros);
    System.out.printf("%-42s %6.3f  (%.3f)%n", what, micros[0], micros[REPETITIONS / 2]);
  }

  private FlatRow fill(FlatRow row, int i) {
    row.setLong(0, ids[i]);
    row.setLong(1, customers[i]);
    byte[] name = names[regions[i]];
    row.setBytes(2, name, 0, name.length);
    row.setTimestamp(3, i / 120_000 * 60_000L, 0);
    row.setLong(4, 100 + i % 200_000);
    row.setBytes(5, name, 0, name.length);
    return row;
  }

  private void deduplicate(String what, Duration horizon, int... keys) throws Exception {
    measure(
        what,
        () -> {
          var operator = new DeduplicateOperator("d", ORDERS, keys, horizon);
          try (var harness = Harnesses.keyed(operator, operator.keySelector(), ORDERS, 1, 0)) {
            harness.open();
            discard(operator, null);
            StreamRecord<RowData> record = new StreamRecord<>(new FlatRow(ORDERS));
            for (int i = 0; i < ROWS; i++) {
              fill((FlatRow) record.getValue(), i);
              operator.processElement(record);
            }
          }
        });
  }

  private void deduplicateInRocksDb() throws Exception {
    measure(
        "deduplicate by order_id, in RocksDB",
        () -> {
          var operator = new DeduplicateOnStateBackend("d", ORDERS, new int[] {0}, null);
          try (var harness = Harnesses.keyed(operator, operator.keySelector(), ORDERS, 1, 0)) {
            harness.setStateBackend(new EmbeddedRocksDBStateBackend());
            harness.open();
            discard(operator, null);
            StreamRecord<RowData> record = new StreamRecord<>(new FlatRow(ORDERS));
            for (int i = 0; i < ROWS; i++) {
              fill((FlatRow) record.getValue(), i);
              operator.processElement(record);
            }
          }
        });
  }

  private void aggregate(String what, int... groups) throws Exception {
    Aggregation aggregation =
        new Aggregation(
            ORDERS,
            ChangelogMode.insertOnly(),
            groups,
            List.of(
                AggregateCall.countStar("orders"),
                AggregateCall.of("revenue", Kind.SUM, 4, ORDERS.getTypeAt(4))));
    measure(
        what + ", local and global",
        () -> {
          var local = new LocalAggregateOperator("l", aggregation);
          var global = new GlobalAggregateOperator("g", aggregation);
          try (var localHarness = Harnesses.open(local, aggregation.partialType());
              var globalHarness =
                  Harnesses.keyed(
                      global, aggregation.partialKeySelector(), aggregation.outputType(), 1, 0)) {
            globalHarness.open();
            discard(global, null);
            discard(local, global);

            StreamRecord<RowData> record = new StreamRecord<>(new FlatRow(ORDERS));
            for (int i = 0; i < ROWS; i++) {
              fill((FlatRow) record.getValue(), i);
              local.processElement(record);
              if (i % (ROWS / CHECKPOINTS) == 0) {
                local.prepareSnapshotPreBarrier(i);
                global.prepareSnapshotPreBarrier(i);
              }
            }
          }
        });
  }

  private void serialize() throws Exception {
    FlatRowSerializer serializer = new FlatRowSerializer(ORDERS);
    DataOutputSerializer out = new DataOutputSerializer(256);
    DataInputDeserializer in = new DataInputDeserializer();
    FlatRow row = new FlatRow(ORDERS);
    RowData read = serializer.createInstance();
    measure(
        "write and read a row of six columns",
        () -> {
          for (int i = 0; i < ROWS; i++) {
            out.clear();
            serializer.serialize(fill(row, i), out);
            in.setBuffer(out.getSharedBuffer(), 0, out.length());
            serializer.deserialize(read, in);
          }
        });
  }

  /** The harness copies all it gets; a chained operator does not. */
  private static void discard(AccountedOperator operator, AccountedOperator next)
      throws ReflectiveOperationException {
    Field output = AbstractStreamOperator.class.getDeclaredField("output");
    output.setAccessible(true);
    output.set(operator, new Chained(next));
  }

  private record Chained(AccountedOperator next) implements Output<StreamRecord<RowData>> {
    @Override
    public void collect(StreamRecord<RowData> record) {
      if (next != null) {
        try {
          next.processElement(record);
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }

    @Override
    public <X> void collect(OutputTag<X> outputTag, StreamRecord<X> record) {}

    @Override
    public void emitWatermark(Watermark mark) {}

    @Override
    public void emitWatermarkStatus(WatermarkStatus watermarkStatus) {}

    @Override
    public void emitLatencyMarker(LatencyMarker latencyMarker) {}

    @Override
    public void emitRecordAttributes(RecordAttributes recordAttributes) {}

    @Override
    public void emitWatermark(WatermarkEvent watermark) {}

    @Override
    public void close() {}
  }
}
