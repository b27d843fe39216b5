package io.millrace.delta.vector;

import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.flink.table.data.columnar.vector.VectorizedColumnBatch;

/**
 * Rows of a file as vectors, one for each wanted column. Filled by {@link VectorizedReader#read}
 * and valid until the same batch is filled again.
 */
public final class ColumnBatch {
  private final VectorizedColumnBatch vectors;
  private long firstPosition;

  ColumnBatch(ColumnVector[] columns) {
    vectors = new VectorizedColumnBatch(columns);
  }

  /** For {@code ColumnarRowData}; the same object for every filling. */
  public VectorizedColumnBatch vectors() {
    return vectors;
  }

  /** How many rows there are. */
  public int rows() {
    return vectors.getNumRows();
  }

  /** Position in the file of the first row; the others follow without gap. */
  public long firstPosition() {
    return firstPosition;
  }

  void filled(long first, int rows) {
    firstPosition = first;
    vectors.setNumRows(rows);
  }
}
