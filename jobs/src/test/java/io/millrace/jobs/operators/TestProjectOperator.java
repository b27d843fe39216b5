package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.expression.Expression;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class TestProjectOperator {
  private static final RowType INPUT = Harnesses.rowType("ROW<n INT>");
  private static final RowType OUTPUT = Harnesses.rowType("ROW<doubled BIGINT>");

  private static final class Doubled implements Expression {
    private static final long serialVersionUID = 1;

    @Override
    public LogicalType type() {
      return new BigIntType();
    }

    @Override
    public void evaluate(RowData row, FlatRow target, int position) {
      target.setLong(position, 2L * row.getInt(0));
    }
  }

  @Test
  void projectsTheRowsThatSatisfyTheCondition() throws Exception {
    ProjectOperator operator =
        new ProjectOperator("p", OUTPUT, List.of(new Doubled()), row -> row.getInt(0) > 1);
    try (var harness = Harnesses.open(operator, OUTPUT)) {
      for (int n = 0; n < 4; n++) {
        FlatRow row = FlatRows.of(INPUT, n);
        row.setRowKind(n == 3 ? RowKind.UPDATE_AFTER : RowKind.INSERT);
        harness.processElement(new StreamRecord<>(row));
      }
      harness.prepareSnapshotPreBarrier(1);
      assertThat(Harnesses.drain(harness)).hasToString("[+I(4), +U(6)]");
      assertThat(Harnesses.reported(harness))
          .isEqualTo(Map.of("in", 4L, "out", 2L, "filtered", 2L));
    }
  }

  @Test
  void projectsEveryRowWithoutACondition() throws Exception {
    ProjectOperator operator = new ProjectOperator("p", OUTPUT, List.of(new Doubled()), null);
    try (var harness = Harnesses.open(operator, OUTPUT)) {
      harness.processElement(new StreamRecord<>(FlatRows.of(INPUT, 21)));
      assertThat(Harnesses.drain(harness)).hasToString("[+I(42)]");
    }
  }

  @Test
  void filterPassesRowsAsTheyAre() throws Exception {
    try (var harness =
        Harnesses.open(new FilterOperator("f", row -> row.getInt(0) % 2 == 0), INPUT)) {
      for (int n = 0; n < 3; n++) {
        harness.processElement(new StreamRecord<>(FlatRows.of(INPUT, n), 70 + n));
      }
      harness.prepareSnapshotPreBarrier(1);
      assertThat(harness.extractOutputStreamRecords())
          .extracting(StreamRecord::getTimestamp)
          .containsExactly(70L, 72L);
      assertThat(Harnesses.reported(harness))
          .isEqualTo(Map.of("in", 3L, "out", 2L, "filtered", 1L));
    }
  }

  @Test
  void refusesAnotherNumberOfExpressions() {
    assertThatThrownBy(() -> new ProjectOperator("p", OUTPUT, List.of(), null))
        .hasMessage("0 expressions for 1 columns");
  }
}
