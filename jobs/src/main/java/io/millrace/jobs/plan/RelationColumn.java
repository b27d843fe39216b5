package io.millrace.jobs.plan;

import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * A column that a query can name.
 *
 * @param position in the row that flows; -1 for a structure, whose fields lie in the row themselves
 * @param fields of a structure that was parsed; empty for every other column
 */
record RelationColumn(String name, LogicalType type, int position, List<RelationColumn> fields) {
  RelationColumn {
    fields = List.copyOf(fields);
  }

  static RelationColumn plain(String name, LogicalType type, int position) {
    return new RelationColumn(name, type, position, List.of());
  }

  static RelationColumn structure(String name, List<RelationColumn> fields) {
    RowType type =
        new RowType(
            fields.stream()
                .map(field -> new RowType.RowField(field.name(), field.type()))
                .toList());
    return new RelationColumn(name, type, -1, fields);
  }

  boolean isStructure() {
    return position < 0;
  }

  RelationColumn renamed(String other) {
    return new RelationColumn(other, type, position, fields);
  }

  /** The same column with the type that a row type has for it. */
  RelationColumn typedBy(RowType row) {
    return isStructure()
        ? structure(name, fields.stream().map(field -> field.typedBy(row)).toList())
        : plain(name, row.getTypeAt(position), position);
  }

  /** The same column in a row that has {@code by} more fields in front. */
  RelationColumn shifted(int by) {
    return isStructure()
        ? structure(name, fields.stream().map(field -> field.shifted(by)).toList())
        : plain(name, type, position + by);
  }
}
