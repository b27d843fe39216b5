package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.internal.util.ColumnMapping;
import io.delta.kernel.internal.util.ColumnMapping.ColumnMappingMode;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.MapType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.millrace.delta.vector.ReadField;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * A field of a table, and how its files know it.
 *
 * @param name in the table
 * @param physicalName in data files, statistics and partition values: another one if the table maps
 *     its columns
 * @param id by which files of a table with column mapping by id know it; -1 where the name counts
 * @param type in Flink
 * @param children of a row its fields, of an array its element, of a map its key and value; empty
 *     for other types
 */
public record TableField(
    String name, String physicalName, int id, LogicalType type, List<TableField> children) {
  public TableField {
    requireNonNull(name, "name is null");
    requireNonNull(physicalName, "physicalName is null");
    requireNonNull(type, "type is null");
    children = List.copyOf(children);
  }

  /** The field as a reader of files looks for it, all of it. */
  public ReadField toReadField() {
    return new ReadField(
        physicalName, id, type, children.stream().map(TableField::toReadField).toList());
  }

  static List<TableField> of(StructType schema, ColumnMappingMode mode) {
    return fields(schema, DeltaTypes.toFlink(schema), mode);
  }

  private static List<TableField> fields(StructType schema, RowType row, ColumnMappingMode mode) {
    List<TableField> fields = new ArrayList<>(schema.length());
    for (int i = 0; i < schema.length(); i++) {
      StructField field = schema.at(i);
      boolean mapped = mode != ColumnMappingMode.NONE;
      fields.add(
          new TableField(
              field.getName(),
              mapped ? ColumnMapping.getPhysicalName(field) : field.getName(),
              mode == ColumnMappingMode.ID ? ColumnMapping.getColumnId(field) : -1,
              row.getTypeAt(i),
              children(field.getDataType(), row.getTypeAt(i), mode)));
    }
    return fields;
  }

  private static List<TableField> children(
      DataType type, LogicalType flink, ColumnMappingMode mode) {
    if (type instanceof StructType struct) {
      return fields(struct, (RowType) flink, mode);
    } else if (type instanceof ArrayType array) {
      return List.of(part("element", array.getElementType(), flink.getChildren().get(0), mode));
    } else if (type instanceof MapType map) {
      return List.of(
          part("key", map.getKeyType(), flink.getChildren().get(0), mode),
          part("value", map.getValueType(), flink.getChildren().get(1), mode));
    }
    return List.of();
  }

  private static TableField part(
      String name, DataType type, LogicalType flink, ColumnMappingMode mode) {
    return new TableField(name, name, -1, flink, children(type, flink, mode));
  }
}
