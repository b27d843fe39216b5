package io.millrace.catalog.server.audit;

import io.millrace.catalog.server.store.StoreSettings;

/** On SQLite. */
class TestEmbeddedAuditLog extends AuditLogContract {
  @Override
  protected StoreSettings settings() {
    return StoreSettings.embedded(folder);
  }
}
