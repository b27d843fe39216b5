package io.millrace.catalog.server.freshness;

import io.millrace.catalog.server.store.StoreSettings;

/** On H2. */
class TestEmbeddedFreshness extends FreshnessContract {
  @Override
  protected StoreSettings settings() {
    return StoreSettings.embedded(folder);
  }
}
