package io.millrace.jobs.operators;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.state.KeyTable;
import io.millrace.delta.state.KeyedTables;
import io.millrace.delta.state.RowKeys;
import java.time.Duration;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Lets through the first row of each key: {@code ROW_NUMBER() OVER (PARTITION BY key ORDER BY
 * PROCTIME()) = 1}. Rows whose key columns are NULL are one key, as in SQL.
 *
 * <p>With a horizon, a key is forgotten some time after its first row was let through: never before
 * the horizon has passed, and usually within five quarters of it. The time is processing time of
 * the running operator: while the job stands still, nothing grows older. Without a horizon, keys
 * are kept for ever.
 *
 * <p>The input is keyed by {@link #keySelector}. State: one long or the bytes of the key, and with
 * a horizon one long more, at a load of 28 to 56 %.
 */
public final class DeduplicateOperator extends RawKeyedOperator {
  private static final long serialVersionUID = 1;

  /** Name of the counter of rows that were not the first of their key. */
  public static final String DEDUPLICATED = "deduplicated";

  private static final int BUCKETS_PER_HORIZON = 4;

  private final RowType rowType;
  private final int[] keyColumns;
  private final RowKeys keys;
  private final long horizonMillis;
  private final long bucketMillis;
  private final int deduplicated = counter(DEDUPLICATED);

  /** By table: the time before which everything has been swept. */
  private transient long[] swept;

  /**
   * @param operator name in reports
   * @param keyColumns positions of the columns that make a row unique
   * @param horizon how long a key is remembered at least, or null for ever
   */
  public DeduplicateOperator(
      String operator, RowType rowType, int[] keyColumns, @Nullable Duration horizon) {
    super(operator);
    this.rowType = requireNonNull(rowType, "rowType is null");
    this.keyColumns = keyColumns.clone();
    this.keys = new RowKeys(rowType, keyColumns);
    horizonMillis = horizon == null ? Long.MAX_VALUE : checked(horizon).toMillis();
    bucketMillis = horizonMillis / BUCKETS_PER_HORIZON;
  }

  static Duration checked(Duration horizon) {
    if (horizon.toMillis() < BUCKETS_PER_HORIZON) {
      throw new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "the horizon of a deduplication is " + horizon,
          "Use a positive duration such as 10 min, or none to remember keys for ever.");
    }
    return horizon;
  }

  /** What the input has to be keyed by. */
  public KeySelector<RowData, Integer> keySelector() {
    return new RowKeys(rowType, keyColumns).selector();
  }

  private boolean isBounded() {
    return horizonMillis != Long.MAX_VALUE;
  }

  @Override
  String signature() {
    return signature(keys, isBounded());
  }

  static String signature(RowKeys keys, boolean isBounded) {
    return "deduplicate"
        + (isBounded ? " with horizon" : "")
        + " by "
        + StateSignature.of(keys.keyType());
  }

  @Override
  KeyTable newTable() {
    return keys.newTable(isBounded() ? 1 : 0);
  }

  /** The value of an entry is a time, not before its first row, from which the horizon counts. */
  @Override
  void restored(KeyedTables tables) {
    swept = new long[tables.count()];
    if (!isBounded()) {
      return;
    }
    long now = now();
    for (int i = 0; i < tables.count(); i++) {
      KeyTable table = tables.table(i);
      swept[i] = Long.MIN_VALUE;
      // What was still remembered when the job stopped is remembered as long as it would have been.
      long standstill = table.stamp() == 0 ? 0 : Math.max(0, now - table.stamp());
      for (int slot = table.next(-1); slot >= 0; slot = table.next(slot)) {
        table.setValue(slot, 0, table.value(slot, 0) + standstill);
      }
    }
  }

  @Override
  void beforeSnapshot(KeyedTables tables) {
    if (!isBounded()) {
      return;
    }
    long now = now();
    for (int i = 0; i < tables.count(); i++) {
      sweep(i, tables.table(i), now);
      tables.table(i).setStamp(now);
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> record) {
    countIn();
    RowData row = record.getValue();
    int hash = keys.hash(row);
    boolean first = isBounded() ? isFirstWithinHorizon(row, hash) : isFirst(row, hash);
    if (first) {
      forward(record);
    } else {
      count(deduplicated);
    }
  }

  private boolean isFirst(RowData row, int hash) {
    return keys.insert(tables().tableFor(hash), hash, row) >= 0;
  }

  private boolean isFirstWithinHorizon(RowData row, int hash) {
    int index = tables().indexFor(hash);
    KeyTable table = tables().table(index);
    long now = now();
    if (table.isFull()) {
      sweep(index, table, now);
    }
    int slot = keys.insert(table, hash, row);
    if (slot < 0) {
      slot = ~slot;
      if (table.value(slot, 0) >= now - horizonMillis) {
        return false;
      }
    }
    table.setValue(slot, 0, endOfBucket(now));
    return true;
  }

  /**
   * Removes what is older than the horizon, at most once a bucket: between two sweeps of a table
   * nothing else becomes old, or the table has grown, so that a row pays for a constant share.
   */
  private void sweep(int index, KeyTable table, long now) {
    long least = now - horizonMillis;
    if (least >= swept[index]) {
      table.removeBelow(0, least);
      swept[index] = endOfBucket(least);
    }
  }

  private long endOfBucket(long millis) {
    return (Math.floorDiv(millis, bucketMillis) + 1) * bucketMillis;
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }
}
