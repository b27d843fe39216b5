package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Writes an array as the three levels that Parquet asks for: the list, its entries, the element.
 */
final class ListWriter extends FieldWriter {
  private final RecordConsumer out;
  private final NullChecks nulls;
  private final String path;
  private final boolean requiredElement;
  private final FieldWriter element;
  private final ArrayData.ElementGetter elements;

  ListWriter(ArrayType type, String path, FieldWriters writers) {
    out = writers.out();
    nulls = writers.nulls();
    this.path = path + ".element";
    requiredElement = !type.getElementType().isNullable();
    element = writers.of(type.getElementType(), this.path);
    elements = ArrayData.createElementGetter(type.getElementType());
  }

  @Override
  void write(RowData row, int field) {
    writeValue(row.getArray(field));
  }

  @Override
  void writeFlat(FlatRow row, int field) {
    writeValue(row.objectAt(field));
  }

  @Override
  void writeValue(Object value) {
    ArrayData array = (ArrayData) value;
    int size = array.size();
    out.startGroup();
    if (size > 0) {
      out.startField("list", 0);
      for (int i = 0; i < size; i++) {
        out.startGroup();
        Object item = elements.getElementOrNull(array, i);
        if (item != null) {
          out.startField("element", 0);
          element.writeValue(item);
          out.endField("element", 0);
        } else if (requiredElement) {
          throw nulls.violated(path);
        }
        out.endGroup();
      }
      out.endField("list", 0);
    }
    out.endGroup();
  }
}
