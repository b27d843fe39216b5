package io.millrace.jobs.operators;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowSerializer;
import io.millrace.delta.row.FlatRows;
import io.millrace.delta.sink.OperatorReport;
import io.millrace.quality.QuarantineSchema;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** An operator in a harness, and what came out of it. */
final class OperatorRows implements AutoCloseable {
  static final long NOW = 1_767_225_600_123L;

  private final OneInputStreamOperatorTestHarness<RowData, RowData> harness;
  private final RowType inputType;

  OperatorRows(AccountedOperator operator, RowType inputType, RowType outputType) throws Exception {
    this.inputType = inputType;
    harness = new OneInputStreamOperatorTestHarness<>(operator, new FlatRowSerializer(inputType));
    harness.setup(new FlatRowSerializer(outputType));
    harness.open();
    harness.setProcessingTime(NOW);
  }

  void send(@Nullable Object... values) throws Exception {
    harness.processElement(new StreamRecord<>(FlatRows.of(inputType, values)));
  }

  List<RowData> out() {
    return harness.extractOutputValues();
  }

  List<RowData> quarantined() {
    var rows = harness.getSideOutput(QuarantineRows.QUARANTINE);
    return rows == null ? List.of() : rows.stream().map(StreamRecord::getValue).toList();
  }

  /** What was counted since the report before. */
  Map<String, Long> counts() throws Exception {
    return report().counts();
  }

  OperatorReport report() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    return harness.getSideOutput(AccountedOperator.REPORTS).stream()
        .map(record -> (OperatorReport) record.getValue())
        .reduce((before, last) -> last)
        .orElseThrow();
  }

  @Override
  public void close() throws Exception {
    harness.close();
  }

  /** A row of a quarantine table, refused at {@link #NOW}. */
  static FlatRow quarantined(
      @Nullable String raw,
      byte @Nullable [] rawBytes,
      @Nullable String topic,
      @Nullable Integer partition,
      @Nullable Long offset,
      @Nullable Long timestamp,
      String dataset,
      String rule,
      String reason) {
    return FlatRows.of(
        QuarantineSchema.ROW_TYPE,
        raw,
        rawBytes,
        topic,
        partition,
        offset,
        timestamp == null ? null : TimestampData.fromEpochMillis(timestamp),
        dataset,
        StringData.fromString(rule),
        reason,
        TimestampData.fromEpochMillis(NOW));
  }
}
