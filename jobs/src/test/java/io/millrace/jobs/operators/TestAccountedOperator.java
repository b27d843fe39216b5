package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowSerializer;
import io.millrace.delta.row.FlatRows;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.OperatorReport;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

class TestAccountedOperator {
  private static final RowType TYPE = RowType.of(new IntType());

  /** Drops odd numbers, and holds back the last even one until it has to let it go. */
  private static final class HoldingBack extends AccountedOperator {
    private static final long serialVersionUID = 1;
    private final int odd = counter("dropped.odd");
    private transient FlatRow held;

    HoldingBack() {
      super("evens");
    }

    @Override
    public void processElement(StreamRecord<RowData> record) {
      countIn();
      if (record.getValue().getInt(0) % 2 != 0) {
        count(odd);
        return;
      }
      if (held != null) {
        emit(held);
      }
      held = FlatRows.of(TYPE, record.getValue().getInt(0));
    }

    @Override
    protected void flush() {
      if (held != null) {
        emit(held);
        held = null;
      }
    }

    @Override
    protected Map<String, Long> offsets() {
      return Map.of("orders-0", 17L);
    }

    @Override
    protected long maxTimestampMillis() {
      return 99;
    }
  }

  @Test
  void reportsEachRowOnceAfterTheFlush() throws Exception {
    try (OneInputStreamOperatorTestHarness<RowData, RowData> harness =
        new OneInputStreamOperatorTestHarness<>(new HoldingBack(), new FlatRowSerializer(TYPE))) {
      harness.setup(new FlatRowSerializer(TYPE));
      harness.open();
      for (int i = 0; i < 5; i++) {
        harness.processElement(new StreamRecord<>(FlatRows.of(TYPE, i)));
      }
      assertThat(harness.getSideOutput(AccountedOperator.REPORTS)).isNull();

      harness.prepareSnapshotPreBarrier(1);
      harness.processElement(new StreamRecord<>(FlatRows.of(TYPE, 7)));
      harness.prepareSnapshotPreBarrier(2);
      harness.processElement(new StreamRecord<>(FlatRows.of(TYPE, 8)));
      harness.endInput();
      harness.getOneInputOperator().finish();
      harness.prepareSnapshotPreBarrier(3);

      assertThat(harness.extractOutputValues()).hasToString("[+I(0), +I(2), +I(4), +I(8)]");
      assertThat(reports(harness))
          .containsExactly(
              report(1, Map.of("in", 5L, "out", 3L, "dropped.odd", 2L)),
              report(2, Map.of("in", 1L, "out", 0L, "dropped.odd", 1L)),
              report(CheckpointPart.END_OF_INPUT, Map.of("in", 1L, "out", 1L, "dropped.odd", 0L)));
    }
  }

  private static OperatorReport report(long checkpointId, Map<String, Long> counts) {
    return new OperatorReport("evens", checkpointId, counts, Map.of("orders-0", 17L), 99);
  }

  private static List<CheckpointPart> reports(
      OneInputStreamOperatorTestHarness<RowData, RowData> harness) {
    return harness.getSideOutput(AccountedOperator.REPORTS).stream()
        .map(StreamRecord::getValue)
        .toList();
  }
}
