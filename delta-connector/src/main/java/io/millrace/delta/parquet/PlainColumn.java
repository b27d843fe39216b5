package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.parquet.column.ColumnDescriptor;

/** A column whose values are only ever written plain. */
abstract class PlainColumn extends FlatColumn {
  PlainColumn(ColumnDescriptor descriptor, int pageBytes, FlatEncoder encoder) {
    super(descriptor, false, pageBytes, encoder);
  }

  @Override
  final int idOf(FlatRow row, int field) {
    return -1;
  }

  @Override
  final void appendPlainOf(int id) {
    throw new IllegalStateException("there is no dictionary");
  }

  @Override
  final int dictionarySize() {
    return 0;
  }

  @Override
  final void writeDictionary(PageOutput target) {}

  @Override
  final void clearDictionary() {}
}
