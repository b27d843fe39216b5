package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.jobs.expression.Predicate;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/** {@code SELECT * FROM input WHERE condition}: rows pass as they are. */
public final class FilterOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  /** Name of the counter of rows for which the condition was not TRUE. */
  public static final String FILTERED = "filtered";

  private final Predicate condition;
  private final int filtered = counter(FILTERED);

  public FilterOperator(String operator, Predicate condition) {
    super(operator);
    this.condition = requireNonNull(condition, "condition is null");
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    if (condition.isTrue(record.getValue())) {
      forward(record);
    } else {
      count(filtered);
    }
  }
}
