package io.millrace.delta.source;

import org.apache.flink.table.data.columnar.vector.VectorizedColumnBatch;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a split that are emitted in one go.
 *
 * @param vectors of the columns
 * @param count how many rows are emitted
 * @param selected which ones, by index; null for the first {@code count}
 * @param kinds of the rows emitted, as {@code RowKind.toByteValue}; null if all are the same
 * @param kind of all rows, if they are the same
 * @param nextPosition position in the file of the first row after these
 * @param recycler to be run when the vectors are no longer looked at
 */
record RowBatch(
    VectorizedColumnBatch vectors,
    int count,
    int @Nullable [] selected,
    byte @Nullable [] kinds,
    byte kind,
    long nextPosition,
    Runnable recycler) {}
