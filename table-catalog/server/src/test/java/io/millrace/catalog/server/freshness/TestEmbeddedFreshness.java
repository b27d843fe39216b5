package io.millrace.catalog.server.freshness;

import io.millrace.catalog.server.store.StoreSettings;

/** On SQLite. */
class TestEmbeddedFreshness extends FreshnessContract {
  @Override
  protected StoreSettings settings() {
    return StoreSettings.embedded(folder);
  }
}
