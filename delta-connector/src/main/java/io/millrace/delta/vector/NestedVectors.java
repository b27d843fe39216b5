package io.millrace.delta.vector;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.columnar.ColumnarArrayData;
import org.apache.flink.table.data.columnar.ColumnarMapData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.data.columnar.vector.ArrayColumnVector;
import org.apache.flink.table.data.columnar.vector.ColumnVector;
import org.apache.flink.table.data.columnar.vector.MapColumnVector;
import org.apache.flink.table.data.columnar.vector.RowColumnVector;
import org.apache.flink.table.data.columnar.vector.VectorizedColumnBatch;

/** Rows, arrays and maps over the vectors of their parts; made anew for each batch. */
final class NestedVectors {
  private NestedVectors() {}

  /** Rows: entry {@code i} of each field belongs to row {@code i}. */
  record Rows(boolean[] nulls, VectorizedColumnBatch fields) implements RowColumnVector {
    @Override
    public boolean isNullAt(int i) {
      return nulls[i];
    }

    @Override
    public ColumnarRowData getRow(int i) {
      return new ColumnarRowData(fields, i);
    }
  }

  /** Arrays: array {@code i} is the elements from {@code offsets[i]} to {@code offsets[i + 1]}. */
  record Arrays(boolean[] nulls, int[] offsets, ColumnVector elements)
      implements ArrayColumnVector {
    @Override
    public boolean isNullAt(int i) {
      return nulls[i];
    }

    @Override
    public ArrayData getArray(int i) {
      return new ColumnarArrayData(elements, offsets[i], offsets[i + 1] - offsets[i]);
    }
  }

  /** Maps: map {@code i} is the entries from {@code offsets[i]} to {@code offsets[i + 1]}. */
  record Maps(boolean[] nulls, int[] offsets, ColumnVector keys, ColumnVector values)
      implements MapColumnVector {
    @Override
    public boolean isNullAt(int i) {
      return nulls[i];
    }

    @Override
    public MapData getMap(int i) {
      return new ColumnarMapData(keys, values, offsets[i], offsets[i + 1] - offsets[i]);
    }
  }
}
