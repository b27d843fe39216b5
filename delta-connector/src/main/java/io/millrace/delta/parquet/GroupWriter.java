package io.millrace.delta.parquet;

import io.millrace.delta.row.FlatRow;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes the fields of a row, the outermost one included. */
final class GroupWriter extends FieldWriter {
  private final RecordConsumer out;
  private final NullChecks nulls;
  private final String[] names;
  private final String[] paths;
  private final boolean[] required;
  private final FieldWriter[] fields;
  private final int[] positions;
  private final long[][] nullCounts;

  /** All fields of a row within a row. */
  GroupWriter(RowType type, String path, FieldWriters writers) {
    this(type, IntStream.range(0, type.getFieldCount()).toArray(), path, writers);
  }

  /**
   * @param positions of the fields in the rows that come
   */
  GroupWriter(RowType type, int[] positions, String path, FieldWriters writers) {
    this.positions = positions;
    out = writers.out();
    nulls = writers.nulls();
    int arity = type.getFieldCount();
    names = type.getFieldNames().toArray(String[]::new);
    paths = new String[arity];
    required = new boolean[arity];
    fields = new FieldWriter[arity];
    nullCounts = new long[arity][];
    List<LogicalType> types = type.getChildren();
    for (int i = 0; i < arity; i++) {
      paths[i] = path.isEmpty() ? names[i] : path + "." + names[i];
      required[i] = !types.get(i).isNullable();
      fields[i] = writers.of(types.get(i), paths[i]);
      nullCounts[i] = nulls.counter(paths[i]);
    }
  }

  @Override
  void write(RowData row, int field) {
    writeValue(row.getRow(field, fields.length));
  }

  @Override
  void writeFlat(FlatRow row, int field) {
    writeValue(row.objectAt(field));
  }

  @Override
  void writeValue(Object value) {
    out.startGroup();
    writeFields((RowData) value);
    out.endGroup();
  }

  void writeFields(RowData row) {
    if (row instanceof FlatRow flat) {
      writeFlatFields(flat);
      return;
    }
    for (int i = 0; i < fields.length; i++) {
      if (row.isNullAt(positions[i])) {
        writeNull(i);
      } else {
        out.startField(names[i], i);
        fields[i].write(row, positions[i]);
        out.endField(names[i], i);
      }
    }
  }

  private void writeFlatFields(FlatRow row) {
    for (int i = 0; i < fields.length; i++) {
      if (row.isNullAt(positions[i])) {
        writeNull(i);
      } else {
        out.startField(names[i], i);
        fields[i].writeFlat(row, positions[i]);
        out.endField(names[i], i);
      }
    }
  }

  private void writeNull(int i) {
    if (required[i]) {
      throw nulls.violated(paths[i]);
    }
    nullCounts[i][0]++;
  }
}
