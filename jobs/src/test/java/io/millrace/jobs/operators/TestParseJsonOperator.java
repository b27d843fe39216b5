package io.millrace.jobs.operators;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.kafka.KafkaColumns;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TestParseJsonOperator {
  private static final RowType INPUT =
      KafkaColumns.select(List.of("value", "topic", "partition", "offset", "timestamp"));
  private static final Provenance PROVENANCE = new Provenance(0, 1, 2, 3, 4);
  private static final RowType SCHEMA =
      RowType.of(
          new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE, new BigIntType()},
          new String[] {"id", "note", "checked"});
  private static final RowType OUTPUT =
      RowType.of(
          new LogicalType[] {VarCharType.STRING_TYPE, new BigIntType(), new BigIntType()},
          new String[] {"note", "offset", "id"});
  private static final TimestampData AT = TimestampData.fromEpochMillis(1_000);

  private static ParseJsonOperator parser(boolean quarantines) {
    return new ParseJsonOperator(
        "orders parse",
        "orders",
        new ParseJsonOperator.Columns(
            INPUT, PROVENANCE, OUTPUT, new int[] {-1, 3, -1}, SCHEMA, new int[] {2, 0, -1}, 100),
        quarantines);
  }

  @Test
  void fieldsAndColumnsPassedOnBecomeOneRow() throws Exception {
    try (OperatorRows operator = new OperatorRows(parser(true), INPUT, OUTPUT)) {
      operator.send(bytes("{\"id\":7,\"note\":\"x\",\"checked\":1}"), "orders", 0, 41L, AT);
      operator.send(bytes("{\"note\":\"a\\tb\"}"), "orders", 0, 42L, AT);
      assertThat(operator.out())
          .containsExactly(
              FlatRows.of(OUTPUT, "x", 41L, 7L), FlatRows.of(OUTPUT, "a\tb", 42L, null));
      assertThat(operator.counts())
          .isEqualTo(Map.of("in", 2L, "out", 2L, "malformed", 0L, "quarantined", 0L));
    }
  }

  @Test
  void malformedDocumentsGoToQuarantineAndGoodOnesFlowOn() throws Exception {
    try (OperatorRows operator = new OperatorRows(parser(true), INPUT, OUTPUT)) {
      operator.send(bytes("{\"id\":\"7\"}"), "orders", 3, 9L, AT);
      operator.send(null, "orders", 3, 10L, null);
      operator.send("{\"note\":\"ÿ\"}".getBytes(ISO_8859_1), "orders", 3, 11L, AT);
      operator.send(bytes("{\"checked\":1.5}"), "orders", 3, 12L, AT);
      operator.send(bytes("{\"id\":1}"), "orders", 3, 13L, AT);

      assertThat(operator.quarantined())
          .containsExactly(
              refused("{\"id\":\"7\"}", null, 9, 1_000L, "wrong type: id at byte 6"),
              refused(null, null, 10, null, "null value"),
              refused(
                  "{\"note\":\"\ufffd\"}",
                  "{\"note\":\"ÿ\"}".getBytes(ISO_8859_1),
                  11,
                  1_000L,
                  "invalid UTF-8: at byte 9"),
              refused("{\"checked\":1.5}", null, 12, 1_000L, "not an integer: checked at byte 11"));
      assertThat(operator.out()).containsExactly(FlatRows.of(OUTPUT, null, 13L, 1L));
      assertThat(operator.counts())
          .isEqualTo(Map.of("in", 5L, "out", 1L, "malformed", 4L, "quarantined", 4L));
    }
  }

  @Test
  void withoutQuarantineMalformedDocumentsAreOnlyCounted() throws Exception {
    try (OperatorRows operator = new OperatorRows(parser(false), INPUT, OUTPUT)) {
      operator.send(bytes("{"), "orders", 0, 1L, AT);
      assertThat(operator.quarantined()).isEmpty();
      assertThat(operator.counts())
          .isEqualTo(Map.of("in", 1L, "out", 0L, "malformed", 1L, "quarantined", 0L));
    }
  }

  @Test
  void aSchemaThatCannotBeReadIsRefusedBeforeTheJobStarts() {
    RowType schema =
        RowType.of(new LogicalType[] {new MultisetType(new BigIntType())}, new String[] {"counts"});
    assertThatThrownBy(
            () ->
                new ParseJsonOperator(
                    "p",
                    "d",
                    new ParseJsonOperator.Columns(
                        INPUT, PROVENANCE, schema, new int[] {-1}, schema, new int[] {0}, 100),
                    true))
        .hasMessageContaining("TYPE_UNSUPPORTED: JSON field counts: JSON has no counterpart");
  }

  private static RowData refused(
      @Nullable String raw,
      byte @Nullable [] rawBytes,
      long offset,
      @Nullable Long timestamp,
      String reason) {
    return OperatorRows.quarantined(
        raw, rawBytes, "orders", 3, offset, timestamp, "orders", "malformed", reason);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
