package io.millrace.delta.dml;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.util.OutputTag;

/**
 * Counts the rows of a MERGE's source and adds a number to each, so that rows that find a partner
 * can be told from those that find none.
 */
final class SourceRowsOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final int SUBTASK_SHIFT = 48;

  static final OutputTag<Tuple2<String, byte[]>> COUNTS = new OutputTag<>("counts", JobPart.TYPE);

  private final ArrayList<SourceBounds.Key> keys;
  private transient SourceBounds bounds;
  private transient GenericRowData number;
  private transient JoinedRowData numbered;
  private transient StreamRecord<RowData> record;
  private transient long base;
  private transient long count;

  /**
   * @param keys columns that ON wants to be equal to the target's; empty if more than these decide
   *     which rows of the target the statement is about
   */
  SourceRowsOperator(List<SourceBounds.Key> keys) {
    this.keys = new ArrayList<>(keys);
  }

  @Override
  public void open() throws Exception {
    super.open();
    base = (long) getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() << SUBTASK_SHIFT;
    bounds = new SourceBounds(keys);
    number = new GenericRowData(1);
    numbered = new JoinedRowData();
    record = new StreamRecord<>(numbered);
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    bounds.add(element.getValue());
    number.setField(0, base + count++);
    output.collect(record.replace(numbered.replace(element.getValue(), number)));
  }

  @Override
  public void endInput() {
    output.collect(
        COUNTS, new StreamRecord<>(new JobPart.SourceRows(count, bounds.partners()).encoded()));
  }
}
