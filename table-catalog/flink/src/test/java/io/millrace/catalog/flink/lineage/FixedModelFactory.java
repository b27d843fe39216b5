package io.millrace.catalog.flink.lineage;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

/** Models that always say "fine": {@code 'provider' = 'fixed'}. */
public final class FixedModelFactory implements ModelProviderFactory {
  @Override
  public ModelProvider createModelProvider(Context context) {
    return new Fixed.Provider();
  }

  @Override
  public String factoryIdentifier() {
    return "fixed";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of();
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  private static final class Fixed extends PredictFunction {
    private static final long serialVersionUID = 1L;

    private static final class Provider implements PredictRuntimeProvider {
      @Override
      public PredictFunction createPredictFunction(Context context) {
        return new Fixed();
      }

      @Override
      public ModelProvider copy() {
        return this;
      }
    }

    @Override
    public Collection<RowData> predict(RowData features) {
      return List.of(GenericRowData.of(StringData.fromString("fine")));
    }
  }
}
