package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.server.access.StateAccessDecider;
import io.millrace.catalog.server.state.ExampleCatalog;
import io.millrace.catalog.server.state.StateContent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store on PostgreSQL, and what only several instances on one database show. */
class TestPostgresMetadataStore extends MetadataStoreContract {
  private static final long NEVER = TimeUnit.DAYS.toMillis(1);

  @TempDir Path directory;
  private StoreSettings settings;

  @BeforeAll
  static void postgresIsInstalled() {
    PostgresCluster.assumeInstalled();
  }

  @BeforeEach
  void anEmptyDatabase() {
    settings = PostgresCluster.settings(directory);
  }

  @Override
  protected StoreSettings settings() {
    return settings;
  }

  @Override
  protected int instances() {
    return 2;
  }

  @Test
  void aRevocationHoldsOnAnotherInstanceWithinASecond() throws Exception {
    MetadataStore here = withSchema();
    UUID table = makeTable(here, "orders", "file:///t");
    UUID ann =
        here.write(
            tx -> {
              ExampleCatalog example = new ExampleCatalog(tx::apply);
              UUID user = example.user("ann");
              UUID main =
                  tx.state()
                      .find(io.millrace.catalog.access.SecurableType.CATALOG, List.of("main"))
                      .orElseThrow()
                      .id();
              example.grant(main, user, Privilege.USE_CATALOG, Privilege.USE_SCHEMA);
              return user;
            });
    MetadataStore there = open();
    StateAccessDecider decider = new StateAccessDecider(there::state);
    long slowest = 0;
    for (int round = 0; round < 5; round++) {
      grant(here, table, ann, Privilege.SELECT);
      assertThat(there.await(here.state().version(), Duration.ofSeconds(30))).isTrue();
      assertThat(decider.isAllowed(ann, Action.SELECT, table)).isTrue();
      grant(here, table, ann);
      long revoked = System.nanoTime();
      assertThat(there.await(here.state().version(), Duration.ofSeconds(30))).isTrue();
      slowest = Math.max(slowest, System.nanoTime() - revoked);
      assertThat(decider.isAllowed(ann, Action.SELECT, table)).isFalse();
    }
    assertThat(Duration.ofNanos(slowest)).isLessThan(Duration.ofSeconds(1));
  }

  private static void grant(MetadataStore store, UUID on, UUID to, Privilege... privileges) {
    store.write(
        tx -> {
          new ExampleCatalog(tx::apply).grant(on, to, privileges);
          return null;
        });
  }

  @Test
  void aWriterFirstCatchesUpWithOthers() throws Exception {
    MetadataStore here = withSchema();
    MetadataStore there = keep(MetadataStore.open(settings, Clock.systemUTC(), NEVER, 10_000));
    makeTable(here, "orders", "file:///t");
    assertThat(findTable(there, "orders")).isEmpty();
    // It does not know of the table yet, and is refused all the same.
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> makeTable(there, "orders", "file:///t2")))
        .hasMessageContaining("SECURABLE_EXISTS: table main.sales.orders is there already");
    makeTable(there, "returns", "file:///t3");
    assertThat(findTable(there, "orders")).isPresent();
    assertThat(here.await(there.state().version(), Duration.ofSeconds(30))).isTrue();
    assertThat(StateContent.of(there.state())).isEqualTo(StateContent.of(here.state()));
  }

  @Test
  void whoIsFarBehindReadsEverythingAgain() throws Exception {
    MetadataStore kept = keep(MetadataStore.open(settings, Clock.systemUTC(), 200, 5));
    kept.write(
        tx -> {
          ExampleCatalog example = new ExampleCatalog(tx::apply);
          example.metastore();
          return example.schema(example.catalog("main"), "sales");
        });
    MetadataStore behind = keep(MetadataStore.open(settings, Clock.systemUTC(), NEVER, 5));
    long known = behind.state().version();
    for (int i = 0; i < 20; i++) {
      makeTable(kept, "t" + i, "file:///t" + i);
    }
    assertThat(rows(kept, "catalog_change")).isEqualTo(5);
    assertThat(behind.state().version()).isEqualTo(known);
    makeTable(behind, "mine", "file:///mine");
    assertThat(behind.state().version()).isEqualTo(known + 21);
    assertThat(kept.await(known + 21, Duration.ofSeconds(30))).isTrue();
    assertThat(StateContent.of(behind.state())).isEqualTo(StateContent.of(kept.state()));
    // By the follower, too.
    MetadataStore late = keep(MetadataStore.open(settings, Clock.systemUTC(), 200, 5));
    for (int i = 0; i < 20; i++) {
      makeTable(kept, "u" + i, "file:///u" + i);
    }
    assertThat(late.await(known + 41, Duration.ofSeconds(30))).isTrue();
    assertThat(StateContent.of(late.state())).isEqualTo(StateContent.of(kept.state()));
  }

  @Test
  void aDatabaseThatWasPutBackIsFollowedBack() throws Exception {
    MetadataStore store = withSchema();
    long version = store.state().version();
    UUID table = makeTable(store, "orders", "file:///t");
    // As if a backup had been restored under a running instance.
    store
        .database()
        .jdbi()
        .useTransaction(
            handle -> {
              handle.execute("DELETE FROM securable WHERE id = ?", table);
              handle.execute("DELETE FROM catalog_change WHERE version > ?", version);
              handle.execute("UPDATE catalog_version SET version = ?", version);
            });
    makeTable(store, "returns", "file:///r");
    assertThat(findTable(store, "orders")).isEmpty();
    assertThat(findTable(store, "returns")).isPresent();
    assertThat(store.state().version()).isEqualTo(version + 1);
  }

  @Test
  void twoInstancesCanStartOnAnEmptyDatabaseAtOnce() throws Exception {
    var pool = java.util.concurrent.Executors.newFixedThreadPool(2);
    try {
      var start = new java.util.concurrent.CyclicBarrier(2);
      var first =
          pool.submit(
              () -> {
                start.await();
                return MetadataStore.open(settings, Clock.systemUTC());
              });
      var second =
          pool.submit(
              () -> {
                start.await();
                return MetadataStore.open(settings, Clock.systemUTC());
              });
      assertThat(keep(first.get()).state().version()).isZero();
      assertThat(keep(second.get()).state().version()).isZero();
    } finally {
      pool.shutdown();
    }
  }
}
