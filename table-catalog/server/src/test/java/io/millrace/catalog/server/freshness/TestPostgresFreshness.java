package io.millrace.catalog.server.freshness;

import io.millrace.catalog.server.store.PostgresCluster;
import io.millrace.catalog.server.store.StoreSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/** On PostgreSQL. */
class TestPostgresFreshness extends FreshnessContract {
  private @Nullable StoreSettings made;

  @BeforeAll
  static void postgresIsInstalled() {
    PostgresCluster.assumeInstalled();
  }

  @Override
  protected StoreSettings settings() {
    if (made == null) {
      made = PostgresCluster.settings(folder);
    }
    return made;
  }
}
