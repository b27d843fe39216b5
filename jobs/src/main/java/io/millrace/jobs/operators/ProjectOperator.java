package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import io.millrace.jobs.expression.Expression;
import io.millrace.jobs.expression.Predicate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/** {@code SELECT columns FROM input [WHERE condition]}, row by row; the kind of a row stays. */
public final class ProjectOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  private final RowType outputType;
  private final Expression[] columns;
  private final @Nullable Predicate condition;
  private final int filtered = counter(FilterOperator.FILTERED);
  private transient FlatRow result;

  /**
   * @param columns one expression for each column of the output
   * @param condition what a row has to satisfy to come out, or null if all do
   */
  public ProjectOperator(
      String operator,
      RowType outputType,
      List<Expression> columns,
      @Nullable Predicate condition) {
    super(operator);
    this.outputType = requireNonNull(outputType, "outputType is null");
    if (columns.size() != outputType.getFieldCount()) {
      throw new IllegalArgumentException(
          columns.size() + " expressions for " + outputType.getFieldCount() + " columns");
    }
    this.columns = new ArrayList<>(columns).toArray(new Expression[0]);
    this.condition = condition;
  }

  @Override
  public void open() throws Exception {
    super.open();
    result = new FlatRow(outputType);
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    RowData row = record.getValue();
    if (condition != null && !condition.isTrue(row)) {
      count(filtered);
      return;
    }
    result.setRowKind(row.getRowKind());
    for (int i = 0; i < columns.length; i++) {
      columns[i].evaluate(row, result, i);
    }
    emit(result);
  }
}
