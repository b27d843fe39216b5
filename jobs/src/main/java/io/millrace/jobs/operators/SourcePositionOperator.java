package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/**
 * Passes the rows of one Kafka topic on and remembers how far it has read: next offset by
 * partition, and the latest record timestamp. Chained to the source, so that a report before a
 * barrier is exactly the source's position at that barrier.
 */
public final class SourcePositionOperator extends AccountedOperator {
  private static final long serialVersionUID = 1;

  private static final int NOTHING_READ = -1;

  private final String topic;
  private final int partition;
  private final int offset;
  private final int timestamp;

  /** By partition. */
  private long[] next = {};

  private long maxTimestampMillis = Long.MIN_VALUE;

  /**
   * The position in one topic.
   *
   * @param operator name in reports
   * @param topic the topic that all rows come from
   * @param provenance where rows, which are {@link FlatRow}s, tell partition and offset, and
   *     perhaps the timestamp
   */
  public SourcePositionOperator(String operator, String topic, Provenance provenance) {
    super(operator);
    this.topic = requireNonNull(topic, "topic is null");
    partition = provenance.partition();
    offset = provenance.offset();
    timestamp = provenance.timestamp();
    if (partition == Provenance.ABSENT || offset == Provenance.ABSENT) {
      throw new IllegalArgumentException("rows tell no partition and offset");
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    FlatRow row = (FlatRow) record.getValue();
    int from = (int) row.longAt(partition);
    if (from >= next.length) {
      int known = next.length;
      next = Arrays.copyOf(next, from + 1);
      Arrays.fill(next, known, next.length, NOTHING_READ);
    }
    next[from] = row.longAt(offset) + 1;
    if (timestamp != Provenance.ABSENT
        && !row.isNullAt(timestamp)
        && row.longAt(timestamp) > maxTimestampMillis) {
      maxTimestampMillis = row.longAt(timestamp);
    }
    forward(record);
  }

  @Override
  protected Map<String, Long> offsets() {
    Map<String, Long> offsets = new TreeMap<>();
    for (int i = 0; i < next.length; i++) {
      if (next[i] != NOTHING_READ) {
        offsets.put(topic + '-' + i, next[i]);
      }
    }
    return offsets;
  }

  @Override
  protected long maxTimestampMillis() {
    return maxTimestampMillis;
  }
}
