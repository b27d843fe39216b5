package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.sink.CheckpointPart;
import io.millrace.delta.sink.CheckpointPartTypeInfo;
import io.millrace.delta.sink.OperatorReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/**
 * An operator on rows that says what became of every row.
 *
 * <p>Counters are named once, in the constructor, and are plain longs. What they counted since the
 * report before is sent to {@link #REPORTS} before each barrier, after {@link #flush}, and once
 * more at the end of the input; nothing follows that. After a failure Flink replays the rows since
 * the last checkpoint, and the counts since it are lost with them, so that reports count each row
 * once. The totals since the start of the task are also metrics in the group {@code rows}.
 *
 * <p>Rows are reused: a row received or emitted is only valid until the call returns.
 */
public abstract class AccountedOperator extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData> {
  private static final long serialVersionUID = 1;

  /** Where the reports go, next to the rows. */
  public static final OutputTag<CheckpointPart> REPORTS =
      new OutputTag<>("reports", CheckpointPartTypeInfo.INSTANCE);

  /** Name of the counter of rows received. */
  public static final String IN = "in";

  /** Name of the counter of rows emitted, kept by {@link #emit} and {@link #forward}. */
  public static final String OUT = "out";

  private static final int IN_COUNTER = 0;
  private static final int OUT_COUNTER = 1;

  private final String operator;
  private final List<String> counters = new ArrayList<>();
  private long[] counts = new long[8];
  private long[] reported = new long[8];
  private boolean finished;
  private transient StreamRecord<RowData> emitted;

  /**
   * An operator that reports under a name.
   *
   * @param operator as in {@link OperatorReport#operator()}
   */
  protected AccountedOperator(String operator) {
    this.operator = requireNonNull(operator, "operator is null");
    counter(IN);
    counter(OUT);
  }

  /** Names a counter; for constructors. Returns its number, also if the name is there already. */
  protected final int counter(String name) {
    int known = counters.indexOf(name);
    if (known >= 0) {
      return known;
    }
    counters.add(name);
    if (counters.size() > counts.length) {
      counts = Arrays.copyOf(counts, counts.length * 2);
      reported = Arrays.copyOf(reported, counts.length);
    }
    return counters.size() - 1;
  }

  protected final void count(int counter) {
    counts[counter]++;
  }

  protected final void count(int counter, long rows) {
    counts[counter] += rows;
  }

  /** Counts a row received. */
  protected final void countIn() {
    counts[IN_COUNTER]++;
  }

  /** Emits a row without a timestamp and counts it. */
  protected final void emit(RowData row) {
    counts[OUT_COUNTER]++;
    output.collect(emitted.replace(row));
  }

  /** Emits a record as it is, timestamp included, and counts it. */
  protected final void forward(StreamRecord<RowData> record) {
    counts[OUT_COUNTER]++;
    output.collect(record);
  }

  /** Emits what the operator holds back; before each barrier and at the end of the input. */
  protected void flush() throws Exception {}

  /** Next Kafka offset to read, by {@code topic-partition}; asked before each report. */
  protected Map<String, Long> offsets() {
    return Map.of();
  }

  /** Latest event or record time seen, milliseconds since 1970; asked before each report. */
  protected long maxTimestampMillis() {
    return Long.MIN_VALUE;
  }

  @Override
  public void open() throws Exception {
    super.open();
    emitted = new StreamRecord<>(null);
    MetricGroup group = getMetricGroup().addGroup("rows");
    for (int i = 0; i < counters.size(); i++) {
      group.counter(counters.get(i), new Total(i));
    }
  }

  @Override
  public final void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    // The last checkpoint of a bounded job comes after finish(), when nothing may be emitted.
    if (!finished) {
      flush();
      report(checkpointId);
    }
  }

  @Override
  public final void finish() throws Exception {
    flush();
    report(CheckpointPart.END_OF_INPUT);
    finished = true;
    super.finish();
  }

  private void report(long checkpointId) {
    Map<String, Long> since = new LinkedHashMap<>();
    for (int i = 0; i < counters.size(); i++) {
      since.put(counters.get(i), counts[i] - reported[i]);
      reported[i] = counts[i];
    }
    output.collect(
        REPORTS,
        new StreamRecord<>(
            new OperatorReport(operator, checkpointId, since, offsets(), maxTimestampMillis())));
  }

  /** Read by the metrics' thread, which may see a value a little old. */
  private final class Total implements Counter {
    private final int counter;

    Total(int counter) {
      this.counter = counter;
    }

    @Override
    public long getCount() {
      return counts[counter];
    }

    @Override
    public void inc() {
      counts[counter]++;
    }

    @Override
    public void inc(long n) {
      counts[counter] += n;
    }

    @Override
    public void dec() {
      counts[counter]--;
    }

    @Override
    public void dec(long n) {
      counts[counter] -= n;
    }
  }
}
