package io.millrace.jobs.lineage;

import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.Factory;

/** Tables that queries are planned over, and never read. */
final class UnreadCatalog extends GenericInMemoryCatalog {
  UnreadCatalog(String name, String database) {
    super(name, database);
  }

  @Override
  public Optional<Factory> getFactory() {
    return Optional.of(new UnreadFactory());
  }

  private static final class UnreadFactory implements DynamicTableSourceFactory {
    @Override
    public String factoryIdentifier() {
      return "unread";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
      return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
      return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
      return new UnreadSource();
    }
  }

  private static final class UnreadSource implements ScanTableSource {
    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      throw new IllegalStateException("a plan of lineage is not executed");
    }

    @Override
    public DynamicTableSource copy() {
      return new UnreadSource();
    }

    @Override
    public String asSummaryString() {
      return "unread";
    }
  }
}
