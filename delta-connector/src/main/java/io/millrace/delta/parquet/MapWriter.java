package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.MapType;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a map as a repeated group of key and value. A key is never null, whatever its type says.
 */
final class MapWriter extends FieldWriter {
  private final RecordConsumer out;
  private final NullChecks nulls;
  private final String path;
  private final boolean requiredValue;
  private final FieldWriter key;
  private final FieldWriter value;
  private final ArrayData.ElementGetter keys;
  private final ArrayData.ElementGetter values;

  MapWriter(MapType type, String path, FieldWriters writers) {
    out = writers.out();
    nulls = writers.nulls();
    this.path = path;
    requiredValue = !type.getValueType().isNullable();
    key = writers.of(type.getKeyType(), path + ".key");
    value = writers.of(type.getValueType(), path + ".value");
    keys = ArrayData.createElementGetter(type.getKeyType());
    values = ArrayData.createElementGetter(type.getValueType());
  }

  @Override
  void write(RowData row, int field) {
    writeValue(row.getMap(field));
  }

  @Override
  void writeFlat(FlatRow row, int field) {
    writeValue(row.objectAt(field));
  }

  @Override
  void writeValue(Object map) {
    ArrayData keyArray = ((MapData) map).keyArray();
    ArrayData valueArray = ((MapData) map).valueArray();
    int size = keyArray.size();
    out.startGroup();
    if (size > 0) {
      out.startField("key_value", 0);
      for (int i = 0; i < size; i++) {
        writeEntry(keys.getElementOrNull(keyArray, i), values.getElementOrNull(valueArray, i));
      }
      out.endField("key_value", 0);
    }
    out.endGroup();
  }

  private void writeEntry(@Nullable Object entryKey, @Nullable Object entryValue) {
    if (entryKey == null) {
      throw nulls.violated(path + ".key");
    }
    out.startGroup();
    out.startField("key", 0);
    key.writeValue(entryKey);
    out.endField("key", 0);
    if (entryValue != null) {
      out.startField("value", 1);
      value.writeValue(entryValue);
      out.endField("value", 1);
    } else if (requiredValue) {
      throw nulls.violated(path + ".value");
    }
    out.endGroup();
  }
}
