package io.millrace.catalog.flink.lineage;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.io.GenericInputFormat;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.core.io.GenericInputSplit;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.RowLevelModificationScanContext;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsDeletePushDown;
import org.apache.flink.table.connector.sink.abilities.SupportsOverwrite;
import org.apache.flink.table.connector.sink.abilities.SupportsPartitioning;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelDelete;
import org.apache.flink.table.connector.sink.abilities.SupportsRowLevelUpdate;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.InputFormatProvider;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.VectorSearchTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.search.VectorSearchFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.VectorSearchFunction;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Tables whose rows a test has put under a name: {@code 'connector' = 'rows', 'rows' = 'name'};
 * what is written into them is thrown away. They have all abilities that statements ask for.
 */
public final class RowsTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {
  private static final ConfigOption<String> ROWS =
      ConfigOptions.key("rows").stringType().defaultValue("none");
  private static final ConfigOption<Boolean> DELETE_BY_FILTERS =
      ConfigOptions.key("delete-by-filters").booleanType().defaultValue(false);
  private static final ConfigOption<String> PASSWORD =
      ConfigOptions.key("password").stringType().defaultValue("");
  private static final Map<String, List<Object[]>> STORED = new ConcurrentHashMap<>();

  /** Rows of INT and STRING columns; null is NULL. */
  static void put(String name, List<Object[]> rows) {
    STORED.put(name, List.copyOf(rows));
  }

  @Override
  public String factoryIdentifier() {
    return "rows";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(ROWS, DELETE_BY_FILTERS, PASSWORD);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    return new RowsSource(STORED.getOrDefault(helper.getOptions().get(ROWS), List.of()));
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    return helper.getOptions().get(DELETE_BY_FILTERS) ? new FilteredSink() : new RowsSink();
  }

  private static RowData internal(Object[] row) {
    GenericRowData converted = new GenericRowData(row.length);
    for (int i = 0; i < row.length; i++) {
      converted.setField(i, row[i] instanceof String text ? StringData.fromString(text) : row[i]);
    }
    return converted;
  }

  private record RowsSource(List<Object[]> rows)
      implements ScanTableSource, SupportsReadingMetadata, VectorSearchTableSource {
    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      return InputFormatProvider.of(new RowsFormat(rows), rows.size());
    }

    @Override
    public VectorSearchRuntimeProvider getSearchRuntimeProvider(VectorSearchContext context) {
      return VectorSearchFunctionProvider.of(new FirstRows(rows));
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
      Map<String, DataType> metadata = new HashMap<>();
      metadata.put("offset", DataTypes.BIGINT());
      metadata.put("timestamp", DataTypes.TIMESTAMP_LTZ(3));
      return metadata;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType type) {
      if (!keys.isEmpty() && !rows.isEmpty()) {
        throw new IllegalStateException("rows of tests have no metadata, asked for " + keys);
      }
    }

    @Override
    public DynamicTableSource copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "rows";
    }
  }

  private static final class RowsFormat extends GenericInputFormat<RowData> {
    private static final long serialVersionUID = 1L;

    private final List<Object[]> rows;
    private int next;

    private RowsFormat(List<Object[]> rows) {
      this.rows = rows;
    }

    @Override
    public GenericInputSplit[] createInputSplits(int minimum) {
      return new GenericInputSplit[] {new GenericInputSplit(0, 1)};
    }

    @Override
    public void open(GenericInputSplit split) {
      next = 0;
    }

    @Override
    public boolean reachedEnd() {
      return next == rows.size();
    }

    @Override
    public RowData nextRecord(RowData reuse) {
      return internal(rows.get(next++));
    }
  }

  private static final class FirstRows extends VectorSearchFunction {
    private static final long serialVersionUID = 1L;

    private final List<Object[]> rows;

    private FirstRows(List<Object[]> rows) {
      this.rows = rows;
    }

    @Override
    public Collection<RowData> vectorSearch(int topK, RowData query) {
      return rows.stream().limit(topK).map(RowsTableFactory::internal).toList();
    }
  }

  private static class RowsSink
      implements DynamicTableSink,
          SupportsOverwrite,
          SupportsPartitioning,
          SupportsRowLevelDelete,
          SupportsRowLevelUpdate {
    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
      return requested;
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
      return SinkV2Provider.of(new DiscardingSink<RowData>());
    }

    @Override
    public void applyOverwrite(boolean overwrite) {
      // what is thrown away replaces nothing
    }

    @Override
    public void applyStaticPartition(Map<String, String> partition) {
      // what is thrown away lies nowhere
    }

    @Override
    public RowLevelDeleteInfo applyRowLevelDelete(
        @Nullable RowLevelModificationScanContext context) {
      return new RowLevelDeleteInfo() {};
    }

    @Override
    public RowLevelUpdateInfo applyRowLevelUpdate(
        List<Column> updatedColumns, @Nullable RowLevelModificationScanContext context) {
      return new RowLevelUpdateInfo() {};
    }

    @Override
    public DynamicTableSink copy() {
      return this;
    }

    @Override
    public String asSummaryString() {
      return "rows";
    }
  }

  private static final class FilteredSink extends RowsSink implements SupportsDeletePushDown {
    @Override
    public boolean applyDeleteFilters(List<ResolvedExpression> filters) {
      return true;
    }

    @Override
    public Optional<Long> executeDeletion() {
      return Optional.of(0L);
    }
  }
}
