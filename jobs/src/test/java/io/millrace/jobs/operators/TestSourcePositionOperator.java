package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.sink.OperatorReport;
import io.millrace.jobs.kafka.KafkaColumns;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

final class TestSourcePositionOperator {
  private static final RowType TYPE =
      KafkaColumns.select(List.of("partition", "offset", "timestamp"));

  @Test
  void reportsTheNextOffsetOfEveryPartitionRead() throws Exception {
    Provenance provenance = new Provenance(-1, -1, 0, 1, 2);
    try (OperatorRows operator =
        new OperatorRows(
            new SourcePositionOperator("orders source", "orders", provenance), TYPE, TYPE)) {
      assertThat(operator.report())
          .isEqualTo(
              new OperatorReport(
                  "orders source", 1, Map.of("in", 0L, "out", 0L), Map.of(), Long.MIN_VALUE));
      operator.send(4, 99L, TimestampData.fromEpochMillis(5_000));
      operator.send(0, 7L, TimestampData.fromEpochMillis(4_000));
      operator.send(4, 100L, null);
      assertThat(operator.out()).hasSize(3);
      assertThat(operator.report())
          .isEqualTo(
              new OperatorReport(
                  "orders source",
                  1,
                  Map.of("in", 3L, "out", 3L),
                  Map.of("orders-0", 8L, "orders-4", 101L),
                  5_000));
    }
  }

  @Test
  void rowsMustTellTheirPosition() {
    assertThatThrownBy(() -> new SourcePositionOperator("s", "orders", Provenance.NONE))
        .hasMessage("rows tell no partition and offset");
    assertThatThrownBy(() -> new Provenance(-2, 0, 0, 0, 0))
        .hasMessage("position -2 is neither in a row nor -1");
  }
}
