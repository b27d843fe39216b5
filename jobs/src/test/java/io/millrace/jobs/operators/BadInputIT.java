package io.millrace.jobs.operators;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRowTypeInfo;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.json.JsonSchemaDecoder;
import io.millrace.jobs.kafka.KafkaColumns;
import io.millrace.quality.Expectation;
import io.millrace.quality.QuarantineSchema;
import io.millrace.quality.ViolationAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.SerializedThrowable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records that no producer should send, through a real job. */
final class BadInputIT {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  private static final RowType INPUT =
      KafkaColumns.select(List.of("value", "topic", "partition", "offset", "timestamp"));
  private static final Provenance PROVENANCE = new Provenance(0, 1, 2, 3, 4);
  private static final RowType ORDER =
      RowType.of(
          new LogicalType[] {
            new BigIntType(),
            new DecimalType(10, 2),
            new TimestampType(3),
            VarCharType.STRING_TYPE,
            new BigIntType()
          },
          new String[] {"id", "amount", "ts", "note", "kafka_offset"});
  private static final AtomicInteger STARTS = new AtomicInteger();

  /** A value, and why it is refused; null if it is good. */
  private record Sample(byte @Nullable [] value, @Nullable String reason) {
    static Sample of(String value, @Nullable String reason) {
      return new Sample(value.getBytes(UTF_8), reason);
    }
  }

  private static final List<Sample> SAMPLES =
      List.of(
          Sample.of("{\"id\":1,\"amount\":1.5,\"ts\":\"2026-01-01T00:00:00.000Z\"}", null),
          Sample.of(
              "{\"id\":1,\"amount\":1.5,\"ts\":\"2026-01-", "truncated JSON: ends at byte 35"),
          Sample.of("<order id='1'/>", "not a JSON object: at byte 0"),
          Sample.of("{\"id\":1;\"amount\":2}", "invalid JSON: at byte 7"),
          Sample.of("", "empty value"),
          new Sample(null, "null value"),
          Sample.of("{\"id\":\"1\"}", "wrong type: id at byte 6"),
          Sample.of("{\"ts\":1767225600000}", "wrong type: ts at byte 6"),
          Sample.of("{\"amount\":[1]}", "wrong type: amount at byte 10"),
          new Sample(large(), "document too large: 20971531 bytes, the limit is 16777216"),
          new Sample("{\"note\":\"caf\u00e9\"}".getBytes(ISO_8859_1), "invalid UTF-8: at byte 12"),
          Sample.of(
              "{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
              "nested too deep: at byte 1004"),
          Sample.of("{\"id\":1,\"note\":\"a\",\"id\":2}", "duplicate field: id at byte 19"),
          Sample.of("{\"id\":2,\"ts\":\"9999-12-31T23:59:59.999Z\"}", null),
          Sample.of("{\"ts\":\"10000-01-01T00:00:00.000Z\"}", "bad format: ts at byte 6"),
          Sample.of("{\"amount\":NaN}", "invalid JSON: at byte 13"),
          Sample.of("{\"amount\":123456789}", "out of range: amount at byte 10"),
          Sample.of("{\"note\":\"last\",\"amount\":0.005}", null));

  private static byte[] large() {
    return ("{\"note\":\"" + "x".repeat(20 << 20) + "\"}").getBytes(UTF_8);
  }

  @Test
  void badRecordsAreQuarantinedAndGoodOnesFlowOn() throws Exception {
    StreamExecutionEnvironment env = environment();
    SingleOutputStreamOperator<RowData> parsed = parsed(env);
    // The quarantined row of 20 MB is too large to be collected as it is.
    DataStream<String> refused =
        parsed
            .getSideOutput(QuarantineRows.QUARANTINE)
            .map(
                row ->
                    row.getLong(QuarantineSchema.KAFKA_OFFSET)
                        + "|"
                        + row.getString(QuarantineSchema.RULE)
                        + "|"
                        + row.getString(QuarantineSchema.REASON)
                        + "|"
                        + (row.isNullAt(QuarantineSchema.RAW)
                            ? "no raw"
                            : row.getString(QuarantineSchema.RAW).toBytes().length)
                        + "|"
                        + (row.isNullAt(QuarantineSchema.RAW_BYTES)
                            ? "text"
                            : row.getBinary(QuarantineSchema.RAW_BYTES).length))
            .returns(Types.STRING);
    DataStream<String> good = parsed.map(RowData::toString).returns(Types.STRING);
    List<String> refusedLines = new ArrayList<>();
    List<String> goodLines = new ArrayList<>();
    try (CloseableIterator<String> refusedRows = refused.collectAsync();
        CloseableIterator<String> goodRows = good.collectAsync()) {
      env.execute("bad input");
      goodRows.forEachRemaining(goodLines::add);
      refusedRows.forEachRemaining(refusedLines::add);
    }

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < SAMPLES.size(); i++) {
      Sample sample = SAMPLES.get(i);
      if (sample.reason() != null) {
        byte[] value = sample.value();
        boolean text = value == null || i != 10;
        expected.add(
            i
                + "|malformed|"
                + sample.reason()
                + "|"
                + (value == null ? "no raw" : String.valueOf(value.length + (text ? 0 : 2)))
                + "|"
                + (text ? "text" : String.valueOf(value.length)));
      }
    }
    assertThat(refusedLines).containsExactlyElementsOf(expected);
    assertThat(goodLines)
        .containsExactly(
            "+I(1,1.50,2026-01-01T00:00,null,0)",
            "+I(2,null,9999-12-31T23:59:59.999,null,13)",
            "+I(null,0.01,null,last,17)");
  }

  @Test
  void aViolatedFailEndsTheJobWithoutARestart() {
    STARTS.set(0);
    StreamExecutionEnvironment env = environment();
    Configuration restarts = new Configuration();
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
    restarts.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    env.configure(restarts);
    CheckOperator.Rule rule =
        new CheckOperator.Rule(
            new Expectation("has_id", "id IS NOT NULL", ViolationAction.FAIL),
            row -> !row.isNullAt(0));
    parsed(env)
        .transform(
            "check",
            new FlatRowTypeInfo(ORDER),
            new CheckOperator(
                "check",
                "silver_orders",
                List.of(rule),
                ORDER,
                new Provenance(-1, -1, -1, 4, -1),
                false))
        .map(
            row -> {
              if (row.getLong(4) == 0) {
                STARTS.incrementAndGet();
              }
              return 0;
            })
        .returns(Types.INT)
        .print();

    assertThatThrownBy(() -> env.execute("failing expectation"))
        .satisfies(
            e -> {
              MillraceException failure = failureIn(e);
              assertThat(failure.code()).isEqualTo(ErrorCode.EXPECTATION_FAILED);
              assertThat(failure.problem())
                  .isEqualTo(
                      "table silver_orders: expectation has_id (id IS NOT NULL) does not hold for"
                          + " the row of offset 17");
            });
    assertThat(STARTS).hasValue(1);
  }

  private static MillraceException failureIn(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      Throwable original =
          t instanceof SerializedThrowable serialized
              ? serialized.deserializeError(BadInputIT.class.getClassLoader())
              : t;
      if (original instanceof MillraceException known) {
        return known;
      }
    }
    throw new AssertionError("no failure of ours", failure);
  }

  private static StreamExecutionEnvironment environment() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.getConfig().enableObjectReuse();
    return env;
  }

  private static SingleOutputStreamOperator<RowData> parsed(StreamExecutionEnvironment env) {
    return env.fromSequence(0, SAMPLES.size() - 1)
        .map(
            i ->
                (RowData)
                    FlatRows.of(
                        INPUT,
                        SAMPLES.get(i.intValue()).value(),
                        "orders",
                        0,
                        i,
                        TimestampData.fromEpochMillis(1_767_225_600_000L)))
        .returns(new FlatRowTypeInfo(INPUT))
        .transform(
            "parse",
            new FlatRowTypeInfo(ORDER),
            new ParseJsonOperator(
                "parse",
                "bronze_orders",
                new ParseJsonOperator.Columns(
                    INPUT,
                    PROVENANCE,
                    ORDER,
                    new int[] {-1, -1, -1, -1, 3},
                    new RowType(ORDER.getFields().subList(0, 4)),
                    new int[] {0, 1, 2, 3},
                    JsonSchemaDecoder.DEFAULT_MAX_DOCUMENT_BYTES),
                true));
  }
}
