package io.millrace.delta.parquet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/**
 * What the columns of a table are called in its files, where that is not what people call them
 * (Delta's column mapping). The entries of an array are under the name {@code element}, those of a
 * map under {@code key} and {@code value}. Columns that are not here are called by their own name.
 *
 * @param columns by the name that people use
 */
public record ColumnNames(Map<String, Column> columns) {
  /** A table that calls its columns in its files as people do. */
  public static final ColumnNames AS_THEY_ARE = new ColumnNames(Map.of());

  /**
   * One column.
   *
   * @param name in files
   * @param id in files, the Parquet field id; empty for entries of arrays and maps
   * @param fields what is below it
   */
  public record Column(String name, OptionalInt id, ColumnNames fields) {}

  public ColumnNames {
    columns = new LinkedHashMap<>(columns);
  }

  /** The name of a column in files. */
  public String inFiles(String name) {
    Column column = columns.get(name);
    return column == null ? name : column.name();
  }

  Column column(String name) {
    Column column = columns.get(name);
    return column == null ? new Column(name, OptionalInt.empty(), AS_THEY_ARE) : column;
  }

  /** The same columns, called as they are in files. */
  RowType inFiles(RowType type) {
    if (columns.isEmpty()) {
      return type;
    }
    List<RowType.RowField> fields = new ArrayList<>(type.getFieldCount());
    for (RowType.RowField field : type.getFields()) {
      Column column = column(field.getName());
      fields.add(new RowType.RowField(column.name(), column.fields().inFiles(field.getType())));
    }
    return new RowType(type.isNullable(), fields);
  }

  private LogicalType inFiles(LogicalType type) {
    if (type instanceof RowType row) {
      return inFiles(row);
    } else if (type instanceof ArrayType array) {
      return new ArrayType(
          array.isNullable(), column("element").fields().inFiles(array.getElementType()));
    } else if (type instanceof MapType map) {
      return new MapType(
          map.isNullable(),
          column("key").fields().inFiles(map.getKeyType()),
          column("value").fields().inFiles(map.getValueType()));
    }
    return type;
  }

  /** What people call a column, by its dotted path in files. */
  String outOfFiles(String path) {
    for (Map.Entry<String, Column> entry : columns.entrySet()) {
      String name = entry.getValue().name();
      if (path.equals(name)) {
        return entry.getKey();
      }
      if (path.startsWith(name + ".")) {
        return entry.getKey()
            + "."
            + entry.getValue().fields().outOfFiles(path.substring(name.length() + 1));
      }
    }
    return path;
  }
}
