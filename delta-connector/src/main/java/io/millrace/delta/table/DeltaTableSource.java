package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.DeltaSourceBuilder;
import io.millrace.delta.source.MetadataColumn;
import io.millrace.delta.table.DeltaTableOptions.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;

/**
 * A Delta table in a query. Columns that are not used, files in which no row can match and files
 * beyond a limit are not read; the planner keeps filters and limits for the rows.
 */
final class DeltaTableSource
    implements ScanTableSource,
        SupportsProjectionPushDown,
        SupportsFilterPushDown,
        SupportsLimitPushDown,
        SupportsReadingMetadata {
  private final String name;
  private final ReadOptions options;
  private final RowType declared;
  private List<Column> columns;
  private List<MetadataColumn> metadata = List.of();
  private RowFilter filter = RowFilter.TRUE;
  private long limit = Long.MAX_VALUE;

  /**
   * @param path names from the table's column to the field
   */
  private record Column(String name, List<String> path, LogicalType type) {}

  /**
   * @param declared columns of the table, as the statement that made it known has them
   */
  DeltaTableSource(String name, ReadOptions options, RowType declared) {
    this.name = requireNonNull(name, "name is null");
    this.options = requireNonNull(options, "options is null");
    this.declared = requireNonNull(declared, "declared is null");
    this.columns =
        declared.getFields().stream()
            .map(field -> new Column(field.getName(), List.of(field.getName()), field.getType()))
            .toList();
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return options.mode() == Mode.CHANGES ? ChangelogMode.all() : ChangelogMode.insertOnly();
  }

  @Override
  public boolean supportsNestedProjection() {
    return true;
  }

  @Override
  public void applyProjection(int[][] projectedFields, DataType producedDataType) {
    List<String> names = DataType.getFieldNames(producedDataType);
    List<Column> projected = new ArrayList<>();
    for (int i = 0; i < projectedFields.length; i++) {
      LogicalType type = declared;
      boolean nullable = false;
      List<String> path = new ArrayList<>();
      for (int index : projectedFields[i]) {
        RowType.RowField field = ((RowType) type).getFields().get(index);
        path.add(field.getName());
        type = field.getType();
        nullable |= type.isNullable();
      }
      projected.add(new Column(names.get(i), path, type.copy(nullable)));
    }
    columns = projected;
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    Map<String, DataType> known = new LinkedHashMap<>();
    for (MetadataColumn column : MetadataColumn.values()) {
      known.put(column.key(), TypeConversions.fromLogicalToDataType(column.type()));
    }
    return known;
  }

  @Override
  public void applyReadableMetadata(List<String> metadataKeys, DataType producedDataType) {
    List<MetadataColumn> wanted = new ArrayList<>();
    for (String key : metadataKeys) {
      for (MetadataColumn column : MetadataColumn.values()) {
        if (column.key().equals(key)) {
          wanted.add(column);
        }
      }
    }
    metadata = wanted;
  }

  @Override
  public Result applyFilters(List<ResolvedExpression> filters) {
    List<ResolvedExpression> accepted = new ArrayList<>();
    List<RowFilter> parts = new ArrayList<>();
    for (ResolvedExpression condition : filters) {
      FilterTranslator.translate(condition)
          .ifPresent(
              part -> {
                accepted.add(condition);
                parts.add(part);
              });
    }
    filter = parts.isEmpty() ? RowFilter.TRUE : new RowFilter.And(parts);
    // Files are skipped as a whole; the rows of the others are still for the planner to check.
    return Result.of(accepted, filters);
  }

  @Override
  public void applyLimit(long rows) {
    limit = rows;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    DeltaSourceBuilder source = options.source().filter(filter);
    if (options.mode() == Mode.SNAPSHOT) {
      source.limit(limit);
    }
    for (Column column : columns) {
      source.column(column.name(), column.path(), column.type());
    }
    for (MetadataColumn column : metadata) {
      source.metadata(column.key(), column);
    }
    DeltaSource built = source.onlyTheseColumns().build();
    // The order of changes takes one reader.
    return options.mode() == Mode.CHANGES ? SourceProvider.of(built, 1) : SourceProvider.of(built);
  }

  @Override
  public DynamicTableSource copy() {
    DeltaTableSource copy = new DeltaTableSource(name, options, declared);
    copy.columns = columns;
    copy.metadata = metadata;
    copy.filter = filter;
    copy.limit = limit;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Delta table " + options.path();
  }
}
