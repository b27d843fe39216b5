package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.flink.rest.UnityClient.Access;
import io.millrace.delta.table.DeltaTableFactory;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;

/**
 * The catalog's tables in statements: whoever reads one needs what it takes to read its files, and
 * whoever writes one what it takes to write them. Asked when a statement is planned. Thread-safe.
 */
final class CheckedTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {
  private final DeltaTableFactory delta = new DeltaTableFactory();
  private final CatalogTables tables;

  CheckedTableFactory(CatalogTables tables) {
    this.tables = requireNonNull(tables, "tables is null");
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    tables.require(context.getObjectIdentifier().toObjectPath(), Access.READ);
    return delta.createDynamicTableSource(context);
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    tables.require(context.getObjectIdentifier().toObjectPath(), Access.READ_WRITE);
    return delta.createDynamicTableSink(context);
  }

  @Override
  public String factoryIdentifier() {
    return delta.factoryIdentifier();
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return delta.requiredOptions();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return delta.optionalOptions();
  }
}
