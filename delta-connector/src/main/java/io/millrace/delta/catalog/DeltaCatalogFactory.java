package io.millrace.delta.catalog;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.factories.CatalogFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** Makes {@code CREATE CATALOG lake WITH ('type' = 'delta', 'warehouse' = …)} work. Stateless. */
public final class DeltaCatalogFactory implements CatalogFactory {
  /** What {@code 'type'} says. */
  public static final String IDENTIFIER = "delta";

  static final ConfigOption<String> WAREHOUSE =
      ConfigOptions.key("warehouse")
          .stringType()
          .noDefaultValue()
          .withDescription("Folder of the databases: an absolute local path or a URI.");

  static final ConfigOption<String> DEFAULT_DATABASE =
      ConfigOptions.key("default-database")
          .stringType()
          .defaultValue("default")
          .withDescription("Database of tables that are named without one.");

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(WAREHOUSE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(DEFAULT_DATABASE);
  }

  @Override
  public Catalog createCatalog(Context context) {
    FactoryUtil.CatalogFactoryHelper helper = FactoryUtil.createCatalogFactoryHelper(this, context);
    helper.validate();
    return new DeltaCatalog(
        context.getName(),
        helper.getOptions().get(DEFAULT_DATABASE),
        new Warehouse(helper.getOptions().get(WAREHOUSE)));
  }
}
