package io.millrace.catalog.server.lineage;

import io.millrace.catalog.server.store.StoreSettings;

/** On SQLite. */
class TestEmbeddedLineage extends LineageContract {
  @Override
  protected StoreSettings settings() {
    return StoreSettings.embedded(folder);
  }
}
