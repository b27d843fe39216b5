package io.millrace.jobs.operators;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRowSerializer;
import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.OperatorReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/** Runs one subtask of an operator without a cluster. */
final class Harnesses {
  static final int MAX_PARALLELISM = 32;

  private Harnesses() {}

  static RowType rowType(String sql) {
    return (RowType) type(sql);
  }

  static LogicalType type(String sql) {
    return LogicalTypeParser.parse(sql, Harnesses.class.getClassLoader());
  }

  static OneInputStreamOperatorTestHarness<RowData, RowData> open(
      AccountedOperator operator, RowType output) throws Exception {
    var harness = new OneInputStreamOperatorTestHarness<RowData, RowData>(operator);
    harness.setup(new FlatRowSerializer(output));
    harness.open();
    return harness;
  }

  static KeyedOneInputStreamOperatorTestHarness<Integer, RowData, RowData> keyed(
      AccountedOperator operator,
      KeySelector<RowData, Integer> selector,
      RowType output,
      int parallelism,
      int subtask)
      throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<Integer, RowData, RowData>(
            operator, selector, Types.INT, MAX_PARALLELISM, parallelism, subtask);
    harness.setup(new FlatRowSerializer(output));
    return harness;
  }

  /** What one subtask gets of the state of all subtasks of another parallelism. */
  static OperatorSubtaskState share(List<OperatorSubtaskState> states, int parallelism, int subtask)
      throws Exception {
    OperatorSubtaskState all =
        AbstractStreamOperatorTestHarness.repackageState(
            states.toArray(new OperatorSubtaskState[0]));
    return AbstractStreamOperatorTestHarness.repartitionOperatorState(
        all, MAX_PARALLELISM, states.size(), parallelism, subtask);
  }

  /** Takes the rows that have come out, in order; the harness has copied them. */
  static List<RowData> drain(OneInputStreamOperatorTestHarness<RowData, RowData> harness) {
    List<RowData> rows = new ArrayList<>();
    Queue<Object> output = harness.getOutput();
    for (Object element : output) {
      if (element instanceof StreamRecord<?> record && record.getValue() instanceof RowData row) {
        rows.add(((FlatRow) row).copy());
      }
    }
    output.clear();
    return rows;
  }

  /** Sums of all reports so far. */
  static Map<String, Long> reported(OneInputStreamOperatorTestHarness<RowData, RowData> harness) {
    Map<String, Long> totals = new HashMap<>();
    for (StreamRecord<CheckpointPart> record : harness.getSideOutput(AccountedOperator.REPORTS)) {
      ((OperatorReport) record.getValue())
          .counts()
          .forEach((name, rows) -> totals.merge(name, rows, Long::sum));
    }
    return totals;
  }
}
