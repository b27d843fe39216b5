package io.millrace.catalog.flink;

import io.millrace.catalog.flink.rest.Wire.ColumnInfo;
import io.millrace.catalog.flink.rest.Wire.TableInfo;
import io.millrace.delta.catalog.FlinkTables;
import io.millrace.delta.kernel.ColumnJson;
import io.millrace.delta.kernel.DeltaTypes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;

/** Columns as the catalog keeps them, and as Flink has them. Stateless. */
public final class CatalogColumns {
  private CatalogColumns() {}

  /**
   * Columns for the catalog to keep.
   *
   * @param comments by name of the column
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED naming the column
   */
  public static List<ColumnInfo> of(
      RowType row, Map<String, String> comments, List<String> partitionColumns) {
    List<ColumnInfo> columns = new ArrayList<>();
    for (RowType.RowField field : DeltaTypes.kept(row).getFields()) {
      LogicalType type = field.getType();
      Optional<String> comment = Optional.ofNullable(comments.get(field.getName()));
      int partition = partitionColumns.indexOf(field.getName());
      DecimalType decimal = type instanceof DecimalType known ? known : null;
      columns.add(
          new ColumnInfo(
              field.getName(),
              TypeText.of(type),
              ColumnJson.of(field, comment),
              TypeText.name(type),
              decimal == null ? null : decimal.getPrecision(),
              decimal == null ? null : decimal.getScale(),
              columns.size(),
              comment.orElse(null),
              type.isNullable(),
              partition < 0 ? null : partition));
    }
    return columns;
  }

  /** A table's or view's columns in their order. */
  static List<ColumnInfo> ordered(TableInfo table) {
    List<ColumnInfo> columns =
        new ArrayList<>(table.columns() == null ? List.of() : table.columns());
    columns.sort(Comparator.comparingInt(c -> c.position() == null ? 0 : c.position()));
    return columns;
  }

  /**
   * A type as the catalog tells it: by its JSON, and by its text where there is none.
   *
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED naming the column
   */
  static LogicalType type(ColumnInfo column) {
    boolean nullable = column.nullable() == null || column.nullable();
    if (column.typeJson() != null && !column.typeJson().isBlank()) {
      return ColumnJson.type(column.name(), column.typeJson(), nullable);
    }
    String text = column.typeText() == null ? "" : column.typeText();
    return TypeText.parse("column " + column.name(), text).copy(nullable);
  }

  /** The schema that the catalog keeps of a table or view. */
  static Schema schema(TableInfo table) {
    List<ColumnInfo> columns = ordered(table);
    List<String> key =
        FlinkTables.primaryKey(
            table.fullName(), table.options(), columns.stream().map(ColumnInfo::name).toList());
    Schema.Builder schema = Schema.newBuilder();
    for (ColumnInfo column : columns) {
      LogicalType type = type(column);
      schema.column(
          column.name(),
          TypeConversions.fromLogicalToDataType(
              key.contains(column.name()) ? type.copy(false) : type));
      if (column.comment() != null && !column.comment().isEmpty()) {
        schema.withComment(column.comment());
      }
    }
    if (!key.isEmpty()) {
      schema.primaryKey(key);
    }
    return schema.build();
  }

  /** Names of the partition columns in layout order. */
  static List<String> partitionColumns(TableInfo table) {
    return ordered(table).stream()
        .filter(column -> column.partitionIndex() != null)
        .sorted(Comparator.comparingInt(CatalogColumns::partitionIndex))
        .map(ColumnInfo::name)
        .toList();
  }

  private static int partitionIndex(ColumnInfo column) {
    return column.partitionIndex() == null ? 0 : column.partitionIndex();
  }
}
