package io.millrace.delta.table;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.sink.CompactionOptions;
import io.millrace.delta.sink.PartitionOptions;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.config.TableConfigOptions;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;

/** Makes {@code CREATE TABLE … WITH ('connector' = 'delta', 'path' = …)} work. Stateless. */
public final class DeltaTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {
  /** What {@code 'connector'} says. */
  public static final String IDENTIFIER = "delta";

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(DeltaTableOptions.PATH);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return DeltaTableOptions.OPTIONAL;
  }

  private ReadableConfig options(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validateExcept(DeltaTableOptions.PROPERTY_PREFIX);
    return helper.getOptions();
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    ReadableConfig job = context.getConfiguration();
    String zone = job.get(TableConfigOptions.LOCAL_TIME_ZONE);
    boolean batch = job.get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
    return new DeltaTableSource(
        context.getObjectIdentifier().asSummaryString(),
        new ReadOptions(
            options(context),
            zone.equals(TableConfigOptions.LOCAL_TIME_ZONE.defaultValue())
                ? ZoneId.systemDefault()
                : ZoneId.of(zone),
            batch),
        (RowType) context.getPhysicalRowDataType().getLogicalType());
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    ReadableConfig options = options(context);
    ResolvedCatalogTable table = context.getCatalogTable();
    String name = context.getObjectIdentifier().asSummaryString();
    List<String> primaryKey =
        table
            .getResolvedSchema()
            .getPrimaryKey()
            .map(UniqueConstraint::getColumns)
            .orElse(List.of());
    Map<String, String> properties = new TreeMap<>();
    table
        .getOptions()
        .forEach(
            (key, value) -> {
              if (key.startsWith(DeltaTableOptions.PROPERTY_PREFIX)) {
                properties.put(key, value);
              }
            });
    String job = context.getConfiguration().getOptional(PipelineOptions.NAME).orElse("sql");
    return new DeltaTableSink(
        new DeltaTableSpec(
                name,
                options.get(DeltaTableOptions.PATH),
                options.getOptional(DeltaTableOptions.SINK_ID).orElse(job + "/" + name),
                (RowType) context.getPhysicalRowDataType().getLogicalType(),
                primaryKey,
                properties)
            .partitionedBy(table.getPartitionKeys())
            .evolving(options.get(DeltaTableOptions.SCHEMA_EVOLUTION)),
        new PartitionOptions(
            options.get(DeltaTableOptions.PARTITION_OPEN_FILES),
            options.get(DeltaTableOptions.PARTITION_BUFFER).getBytes(),
            options.get(DeltaTableOptions.PARTITION_DISTRIBUTION)),
        new CompactionOptions(
            options.get(DeltaTableOptions.COMPACTION),
            options.get(DeltaTableOptions.COMPACTION_MIN_FILES),
            options.get(DeltaTableOptions.COMPACTION_TARGET).getBytes()),
        context.getConfiguration().get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH,
        options.get(DeltaTableOptions.OVERWRITE_MODE) == DeltaTableOptions.OverwriteMode.DYNAMIC);
  }
}
