package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.DeltaSourceBuilder;
import io.millrace.delta.source.LogAggregates;
import io.millrace.delta.source.MetadataColumn;
import io.millrace.delta.table.DeltaTableOptions.Mode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.legacy.io.CollectionInputFormat;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.InputFormatProvider;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsAggregatePushDown;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsRowLevelModificationScan;
import org.apache.flink.table.connector.source.abilities.SupportsStatisticReport;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.expressions.AggregateExpression;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.plan.stats.TableStats;
import org.apache.flink.table.runtime.typeutils.InternalSerializers;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.jspecify.annotations.Nullable;

/**
 * A Delta table in a query. Columns that are not used, files in which no row can match and files
 * beyond a limit are not read; the planner keeps filters and limits for the rows. Counts, minima
 * and maxima that the log has exactly are taken from there.
 */
final class DeltaTableSource
    implements ScanTableSource,
        SupportsProjectionPushDown,
        SupportsFilterPushDown,
        SupportsLimitPushDown,
        SupportsAggregatePushDown,
        SupportsStatisticReport,
        SupportsWatermarkPushDown,
        SupportsReadingMetadata,
        SupportsRowLevelModificationScan {
  private final String name;
  private final ReadOptions options;
  private final PlannedTable planned;
  private final RowType declared;
  private List<Column> columns;
  private List<MetadataColumn> metadata = List.of();
  private RowFilter filter = RowFilter.TRUE;
  private RowFilter partitions = RowFilter.TRUE;
  private boolean filtersLeft;
  private long limit = Long.MAX_VALUE;
  private Optional<Answer> answer = Optional.empty();
  private Optional<WatermarkStrategy<RowData>> watermarks = Optional.empty();
  private @Nullable StatementScans statement;

  /**
   * @param path names from the table's column to the field
   */
  record Column(String name, List<String> path, LogicalType type) {
    ColumnRef reference() {
      return new ColumnRef(path, type);
    }
  }

  /** What the log has answered already, in place of the rows. */
  private record Answer(List<RowData> rows, RowType type) {}

  /**
   * @param declared columns of the table, as the statement that made it known has them
   */
  DeltaTableSource(String name, ReadOptions options, RowType declared) {
    this(name, options, new PlannedTable(options), declared);
  }

  private DeltaTableSource(
      String name, ReadOptions options, PlannedTable planned, RowType declared) {
    this.name = requireNonNull(name, "name is null");
    this.options = requireNonNull(options, "options is null");
    this.planned = planned;
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
    List<ResolvedExpression> remaining = new ArrayList<>();
    List<RowFilter> parts = new ArrayList<>();
    List<RowFilter> ofPartitions = new ArrayList<>();
    for (ResolvedExpression condition : filters) {
      Optional<RowFilter> part = FilterTranslator.translate(condition).filter(this::isOfColumns);
      part.ifPresent(
          known -> {
            accepted.add(condition);
            parts.add(known);
          });
      if (part.isPresent() && decides(condition, part.get())) {
        ofPartitions.add(part.get());
      } else {
        // Files are skipped as a whole; rows of the others are still for the planner to check.
        remaining.add(condition);
      }
    }
    filter = parts.isEmpty() ? RowFilter.TRUE : new RowFilter.And(parts);
    if (statement != null && metadata.contains(MetadataColumn.ROW_POSITION)) {
      statement.conditions(filters);
    }
    partitions = ofPartitions.isEmpty() ? RowFilter.TRUE : new RowFilter.And(ofPartitions);
    filtersLeft = !remaining.isEmpty();
    return Result.of(accepted, remaining);
  }

  /** What is known of metadata columns is known of rows only. */
  private boolean isOfColumns(RowFilter part) {
    return part.columns().stream()
        .allMatch(column -> declared.getFieldNames().contains(column.path().get(0)));
  }

  /** Whether a condition is true of all rows of a file or of none, and which is known. */
  private boolean decides(ResolvedExpression condition, RowFilter part) {
    return options.mode() == Mode.SNAPSHOT
        && FilterTranslator.isWhole(condition)
        && part.columns().stream().allMatch(this::isPartition);
  }

  private boolean isPartition(ColumnRef column) {
    // Not-a-numbers are not found by comparing.
    return column.path().size() == 1
        && !column.type().is(LogicalTypeFamily.APPROXIMATE_NUMERIC)
        && planned.snapshot().partitionColumns().contains(column.path().get(0));
  }

  @Override
  public boolean applyAggregates(
      List<int[]> groupingSets, List<AggregateExpression> aggregates, DataType producedDataType) {
    // A statement that changes rows has to know what it read, and of which version.
    if (statement != null
        || options.mode() != Mode.SNAPSHOT
        || limit != Long.MAX_VALUE
        || filtersLeft
        || groupingSets.size() != 1) {
      return false;
    }
    RowType type = (RowType) producedDataType.getLogicalType();
    Optional<LogQuestion> question = LogQuestion.of(columns, groupingSets.get(0), aggregates, type);
    answer =
        question
            .flatMap(
                asked ->
                    LogAggregates.of(
                        planned.snapshot(), partitions, asked.groups(), asked.wanted()))
            .map(rows -> new Answer(rows, type));
    return answer.isPresent();
  }

  @Override
  public TableStats reportStatistics() {
    return options.mode() == Mode.SNAPSHOT
        ? new LoggedStatistics(planned.snapshot(), partitions).of(columns)
        : TableStats.UNKNOWN;
  }

  @Override
  public void applyWatermark(WatermarkStrategy<RowData> strategy) {
    watermarks = Optional.of(strategy.withIdleness(options.idleAfter()));
  }

  /** The rows are looked for by a statement that changes some; not always in this table. */
  @Override
  public RowLevelModificationScanContext applyRowLevelModificationScan(
      RowLevelModificationType type, @Nullable RowLevelModificationScanContext previous) {
    StatementScans known = previous instanceof StatementScans ours ? ours : new StatementScans();
    statement = known;
    return known;
  }

  @Override
  public void applyLimit(long rows) {
    limit = rows;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    if (answer.isPresent()) {
      return InputFormatProvider.of(
          new CollectionInputFormat<>(
              answer.get().rows(), InternalSerializers.create(answer.get().type())));
    }
    StatementScans changing = options.readsLatest() ? statement : null;
    // All that a statement reads of a table that it may change is one version.
    DeltaSourceBuilder source =
        options
            .source()
            .on(changing == null ? planned.snapshot() : changing.snapshot(options.path()))
            .filter(filter);
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
    if (changing != null) {
      changing.scanned(options.path(), built.fileFilter());
    }
    // The order of changes takes one reader.
    Optional<Integer> readers = options.mode() == Mode.CHANGES ? Optional.of(1) : Optional.empty();
    return watermarks.isPresent()
        ? new WatermarkedScan(name, built, watermarks.get(), readers)
        : SourceProvider.of(built, readers.orElse(null));
  }

  @Override
  public DynamicTableSource copy() {
    DeltaTableSource copy = new DeltaTableSource(name, options, planned, declared);
    copy.columns = columns;
    copy.metadata = metadata;
    copy.filter = filter;
    copy.partitions = partitions;
    copy.filtersLeft = filtersLeft;
    copy.limit = limit;
    copy.answer = answer;
    copy.watermarks = watermarks;
    copy.statement = statement;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Delta table " + options.path();
  }
}
