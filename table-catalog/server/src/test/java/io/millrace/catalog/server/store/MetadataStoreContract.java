package io.millrace.catalog.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.state.ExampleCatalog;
import io.millrace.catalog.server.state.RandomChanges;
import io.millrace.catalog.server.state.StateContent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the store does on every database; one subclass for each, none of which leaves out a test.
 */
abstract class MetadataStoreContract {
  private static final int RACERS = 8;

  private final List<MetadataStore> opened = new ArrayList<>();

  /** The database of this test, empty before it. */
  protected abstract StoreSettings settings() throws Exception;

  /** How many stores may have the database open at once. */
  protected abstract int instances();

  protected final MetadataStore open() throws Exception {
    return keep(MetadataStore.open(settings(), Clock.systemUTC()));
  }

  protected final MetadataStore keep(MetadataStore store) {
    opened.add(store);
    return store;
  }

  protected final void close(MetadataStore store) {
    opened.remove(store);
    store.close();
  }

  @AfterEach
  void closeStores() {
    opened.forEach(MetadataStore::close);
  }

  /** A store with a metastore, a catalog and the schema main.sales. */
  protected final MetadataStore withSchema() throws Exception {
    MetadataStore store = open();
    store.write(
        tx -> {
          ExampleCatalog example = new ExampleCatalog(tx::apply);
          example.metastore();
          return example.schema(example.catalog("main"), "sales");
        });
    return store;
  }

  protected static UUID schema(MetadataStore store) {
    return store.state().find(SecurableType.SCHEMA, List.of("main", "sales")).orElseThrow().id();
  }

  protected static UUID makeTable(MetadataStore store, String name, String location) {
    UUID schema = schema(store);
    return store.write(tx -> new ExampleCatalog(tx::apply).table(schema, name, location));
  }

  protected static Optional<Securable> findTable(MetadataStore store, String name) {
    return store.state().find(SecurableType.TABLE, List.of("main", "sales", name));
  }

  protected static long rows(MetadataStore store, String table) {
    return store
        .database()
        .jdbi()
        .withHandle(
            handle -> handle.createQuery("SELECT COUNT(*) FROM " + table).mapTo(Long.class).one());
  }

  private static AuditEvent event(Instant at, String action, String fullName, String reason) {
    return new AuditEvent(
        at,
        Optional.empty(),
        "ann@example.com",
        action,
        "table",
        fullName,
        Map.of("a", "b"),
        AuditEvent.Outcome.DENIED,
        reason,
        "request-1",
        "127.0.0.1");
  }

  // ---- writing and reading ---------------------------------------------------------------------

  @Test
  void anEmptyDatabaseBecomesAnEmptyCatalog() throws Exception {
    MetadataStore store = open();
    assertThat(store.state().isEmpty()).isTrue();
    assertThat(store.state().version()).isZero();
    assertThat(rows(store, "catalog_version")).isEqualTo(1);
    assertThat(rows(store, "audit_event")).isZero();
  }

  @Test
  void whatWasWrittenIsReadBack() throws Exception {
    MetadataStore store = withSchema();
    RandomChanges changes = new RandomChanges(new Random(20));
    for (int i = 0; i < 40; i++) {
      store.write(
          tx -> {
            for (int j = 0; j < 10; j++) {
              tx.apply(changes.next(tx.state()));
            }
            return null;
          });
    }
    StateContent content = StateContent.of(store.state());
    long version = store.state().version();
    assertThat(version).isEqualTo(41);
    close(store);
    MetadataStore again = open();
    assertThat(again.state().version()).isEqualTo(version);
    assertThat(StateContent.of(again.state())).isEqualTo(content);
    assertThat(content.securables()).hasSizeGreaterThan(20);
  }

  @Test
  void workThatThrowsLeavesNothing() throws Exception {
    MetadataStore store = withSchema();
    StateContent before = StateContent.of(store.state());
    long lines = rows(store, "audit_event");
    UUID schema = schema(store);
    IllegalArgumentException thrown = new IllegalArgumentException("no");
    assertThatThrownBy(
            () ->
                store.write(
                    tx -> {
                      new ExampleCatalog(tx::apply).table(schema, "orders", "file:///t");
                      tx.audit(event(tx.now(), "createTable", "main.sales.orders", ""));
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(StateContent.of(store.state())).isEqualTo(before);
    assertThat(rows(store, "audit_event")).isEqualTo(lines);
    close(store);
    assertThat(StateContent.of(open().state())).isEqualTo(before);
  }

  @Test
  void anAuditLineComesWithItsChange() throws Exception {
    MetadataStore store = withSchema();
    UUID schema = schema(store);
    long version = store.state().version();
    store.write(
        tx -> {
          tx.audit(event(tx.now(), "createTable", "main.sales.orders", ""));
          return new ExampleCatalog(tx::apply).table(schema, "orders", "file:///t");
        });
    assertThat(rows(store, "audit_event")).isEqualTo(1);
    assertThat(store.state().version()).isEqualTo(version + 1);
    // A line alone changes nothing else.
    store.write(
        tx -> {
          tx.audit(event(tx.now(), "dropTable", "main.sales.orders", "not allowed"));
          return null;
        });
    assertThat(store.state().version()).isEqualTo(version + 1);
    store.audit(List.of(event(store.clock().instant(), "getTable", "main.sales.orders", "")));
    close(store);
    List<String> actions =
        open()
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT action FROM audit_event ORDER BY id")
                        .mapTo(String.class)
                        .list());
    assertThat(actions).containsExactly("createTable", "dropTable", "getTable");
  }

  @Test
  void nobodyEscapesTheAuditLogByALongNameOrAnOddOne() throws Exception {
    MetadataStore store = withSchema();
    String name = "x".repeat(4_095) + "\ud83d\ude00" + "y".repeat(100);
    store.audit(
        List.of(
            event(store.clock().instant(), "getTable", name, "r".repeat(10_000)),
            event(store.clock().instant(), "getTable", "main.\0.t", "")));
    List<String> names =
        store
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT full_name FROM audit_event ORDER BY id")
                        .mapTo(String.class)
                        .list());
    assertThat(names).containsExactly("x".repeat(4_095), "main.\ufffd.t");
  }

  @Test
  void whatHasNoRoomIsRefusedWithoutItsValue() throws Exception {
    MetadataStore store = withSchema();
    long version = store.state().version();
    assertThatThrownBy(() -> makeTable(store, "secret".repeat(500), "file:///t"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
              assertThat(e.problem())
                  .isEqualTo(
                      "the catalog's database has no room for a value this long (SQLSTATE 22001)");
              assertThat(e.getCause()).isNull();
            });
    assertThat(store.state().version()).isEqualTo(version);
    makeTable(store, "orders", "file:///t");
  }

  // ---- races -----------------------------------------------------------------------------------

  /** What came of several at once: the results and the failures. */
  private record Race(List<UUID> won, List<MillraceException> lost) {}

  private Race race(Callable<UUID> each) throws Exception {
    return race(List.of(each));
  }

  /** Runs the works in turn, one for each racer. */
  private Race race(List<Callable<UUID>> works) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(RACERS);
    try {
      CyclicBarrier start = new CyclicBarrier(RACERS);
      List<Future<UUID>> running = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        Callable<UUID> work = works.get(i % works.size());
        running.add(
            pool.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      Race race = new Race(new ArrayList<>(), new ArrayList<>());
      for (Future<UUID> one : running) {
        try {
          race.won().add(one.get());
        } catch (java.util.concurrent.ExecutionException e) {
          if (!(e.getCause() instanceof MillraceException lost)) {
            throw e;
          }
          race.lost().add(lost);
        }
      }
      return race;
    } finally {
      pool.shutdown();
    }
  }

  private List<MetadataStore> stores(MetadataStore first) throws Exception {
    List<MetadataStore> stores = new ArrayList<>(List.of(first));
    while (stores.size() < instances()) {
      stores.add(open());
    }
    return stores;
  }

  @Test
  void ofSeveralWhoMakeOneNameOneDoes() throws Exception {
    MetadataStore store = withSchema();
    List<MetadataStore> stores = stores(store);
    for (int round = 0; round < 5; round++) {
      String name = "orders_" + round;
      List<Callable<UUID>> works = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        MetadataStore one = stores.get(i % stores.size());
        String location = "file:///race/%d/%d".formatted(round, i);
        works.add(() -> makeTable(one, name, location));
      }
      Race race = race(works);
      assertThat(race.won()).hasSize(1);
      assertThat(race.lost())
          .hasSize(RACERS - 1)
          .allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_EXISTS));
      for (MetadataStore one : stores) {
        assertThat(one.await(store.state().version(), java.time.Duration.ofSeconds(30))).isTrue();
      }
    }
    assertThat(rows(store, "securable")).isEqualTo(3 + 5);
  }

  @Test
  void ofSeveralWhoMakeATableAtOnePlaceOneDoes() throws Exception {
    MetadataStore store = withSchema();
    List<MetadataStore> stores = stores(store);
    for (int round = 0; round < 5; round++) {
      String place = "file:///race/" + round;
      List<Callable<UUID>> works = new ArrayList<>();
      for (int i = 0; i < RACERS; i++) {
        MetadataStore one = stores.get(i % stores.size());
        String name = "orders_%d_%d".formatted(round, i);
        // Some at the place itself, others in it.
        String location = i % 2 == 0 ? place : place + "/inner";
        works.add(() -> makeTable(one, name, location));
      }
      Race race = race(works);
      assertThat(race.won()).hasSize(1);
      assertThat(race.lost())
          .hasSize(RACERS - 1)
          .allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCATION_OVERLAPS));
    }
    assertThat(rows(store, "securable")).isEqualTo(3 + 5);
  }

  @Test
  void ofSeveralWhoMakeOnePrincipalOneDoes() throws Exception {
    MetadataStore store = withSchema();
    Race race = race(() -> store.write(tx -> new ExampleCatalog(tx::apply).user("ann")));
    assertThat(race.won()).hasSize(1);
    assertThat(race.lost())
        .hasSize(RACERS - 1)
        .allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.PRINCIPAL_EXISTS));
  }

  // ---- what others did to the database
  // -----------------------------------------------------------

  @Test
  void aNameThatOnlyTheDatabaseKnowsIsTakenAllTheSame() throws Exception {
    MetadataStore store = withSchema();
    UUID table = makeTable(store, "orders", "file:///t");
    // Behind the store's back.
    store
        .database()
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO securable (id, parent, type, folded_name, location, body)"
                        + " SELECT ?, parent, type, 'hidden', 'file:///hidden', body"
                        + " FROM securable WHERE id = ?",
                    UUID.randomUUID(),
                    table));
    assertThatThrownBy(() -> makeTable(store, "Hidden", "file:///other"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SECURABLE_EXISTS);
              assertThat(e.problem())
                  .isEqualTo(
                      "the catalog's database holds something that this instance does not know of"
                          + " (SQLSTATE 23505)");
              assertThat(e.getCause()).isNull();
            });
    assertThatThrownBy(() -> makeTable(store, "other", "file:///hidden"))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.LOCATION_OVERLAPS));
    assertThat(findTable(store, "hidden")).isEmpty();
    makeTable(store, "third", "file:///third");
  }

  @Test
  void whatDoesNotFitTogetherIsNotOpened() throws Exception {
    MetadataStore store = withSchema();
    store.database().jdbi().useHandle(handle -> handle.execute("UPDATE securable SET body = '{}'"));
    close(store);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CORRUPT));
  }

  @Test
  void aDatabaseThatWasMadeByOtherScriptsIsLookedAt() throws Exception {
    MetadataStore store = withSchema();
    String scripts = scripts(store);
    store
        .database()
        .jdbi()
        .useHandle(handle -> handle.execute("UPDATE catalog_migrations SET scripts = 'others'"));
    close(store);
    MetadataStore again = open();
    assertThat(scripts(again)).isEqualTo(scripts).hasSize(64);
    assertThat(again.state().isEmpty()).isFalse();
  }

  private static String scripts(MetadataStore store) {
    return store
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT scripts FROM catalog_migrations")
                    .mapTo(String.class)
                    .one());
  }

  @Test
  void aDatabaseOfALaterReleaseIsRefused() throws Exception {
    MetadataStore store = open();
    store
        .database()
        .jdbi()
        .useHandle(
            handle -> {
              handle.execute("UPDATE catalog_migrations SET scripts = 'of a later release'");
              handle.execute(
                  "INSERT INTO \"flyway_schema_history\" (\"installed_rank\", \"version\","
                      + " \"description\", \"type\", \"script\", \"checksum\", \"installed_by\","
                      + " \"execution_time\", \"success\") VALUES (99, '999', 'later', 'SQL',"
                      + " 'V999__later.sql', 1, 'me', 1, TRUE)");
            });
    close(store);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.STATE_INCOMPATIBLE);
              assertThat(e.problem()).contains("was made by another release").contains("999");
              assertThat(e.remedy())
                  .isEqualTo("start the release that it was made by, or a later one");
            });
  }

  @Test
  void grantsAreStoredByNameAndGoWithWhatTheyAreOn() throws Exception {
    MetadataStore store = withSchema();
    UUID table = makeTable(store, "orders", "file:///t");
    UUID ann = store.write(tx -> new ExampleCatalog(tx::apply).user("ann"));
    store.write(
        tx -> {
          new ExampleCatalog(tx::apply).grant(table, ann, Privilege.MODIFY, Privilege.SELECT);
          return null;
        });
    String stored =
        store
            .database()
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery("SELECT privileges FROM permission")
                        .mapTo(String.class)
                        .one());
    assertThat(stored).isEqualTo("SELECT,MODIFY");
    store.write(
        tx -> {
          tx.apply(new Change.DropSecurable(table));
          return null;
        });
    assertThat(rows(store, "permission")).isZero();
  }
}
