package io.millrace.delta.vector;

import java.util.Arrays;
import org.apache.flink.table.data.columnar.vector.ColumnVector;

/**
 * Values of one column, or of one nested level of it, in arrays that are used again for the next
 * batch. Written by one thread, then read by another.
 */
abstract class HeapVector implements ColumnVector {
  private boolean[] nulls;
  private boolean anyNull;

  HeapVector(int capacity) {
    nulls = new boolean[capacity];
  }

  /** Makes room for {@code capacity} entries, keeping what is there. */
  final void ensureCapacity(int capacity) {
    if (capacity > nulls.length) {
      int grown = Math.max(capacity, 2 * nulls.length);
      nulls = Arrays.copyOf(nulls, grown);
      grow(grown);
    }
  }

  /** Makes the arrays of values as long as {@code capacity}. */
  abstract void grow(int capacity);

  /** Forgets all nulls; values are overwritten by whoever fills the vector. */
  final void clear() {
    if (anyNull) {
      Arrays.fill(nulls, false);
      anyNull = false;
    }
  }

  final void setNulls(int from, int count) {
    Arrays.fill(nulls, from, from + count, true);
    anyNull = true;
  }

  final boolean hasNulls() {
    return anyNull;
  }

  @Override
  public final boolean isNullAt(int i) {
    return anyNull && nulls[i];
  }
}
