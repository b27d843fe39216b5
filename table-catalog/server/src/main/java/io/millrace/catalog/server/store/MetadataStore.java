package io.millrace.catalog.server.store;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog: its state in memory, and the database that it is kept in. Reading is looking at
 * {@link #state}, which is replaced as a whole with each change. Writing is one transaction of the
 * database, with its audit lines; it has happened, durably, when {@link #write} returns.
 *
 * <p>Several instances may share a PostgreSQL database. Writers take turns by a lock on one row,
 * and each first catches up with what others did; readers see others' changes within {@link
 * #FOLLOW_MILLIS}. Thread-safe.
 */
public final class MetadataStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetadataStore.class);

  /** How often an instance looks for changes of others. */
  public static final long FOLLOW_MILLIS = 200;

  /** How many changes are kept for other instances; who was away for longer loads everything. */
  private static final long CHANGES_KEPT = 10_000;

  private final Database database;
  private final Clock clock;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Optional<ScheduledExecutorService> follower;
  private volatile CatalogState state;

  private MetadataStore(Database database, Clock clock, CatalogState loaded) {
    this.database = database;
    this.clock = clock;
    this.state = loaded;
    this.follower =
        database.isEmbedded()
            ? Optional.empty()
            : Optional.of(
                Executors.newSingleThreadScheduledExecutor(
                    work -> {
                      Thread thread = new Thread(work, "catalog-follower");
                      thread.setDaemon(true);
                      return thread;
                    }));
  }

  /**
   * Opens a catalog; an empty one if there is none.
   *
   * @throws MillraceException as {@link Database#open}
   */
  public static MetadataStore open(StoreSettings settings, Clock clock) {
    Database database = Database.open(settings);
    try {
      CatalogState loaded = database.jdbi().inTransaction(StateLoader::load);
      MetadataStore store = new MetadataStore(database, requireNonNull(clock), loaded);
      store.follower.ifPresent(
          thread -> {
            var unused =
                thread.scheduleWithFixedDelay(
                    store::follow, FOLLOW_MILLIS, FOLLOW_MILLIS, TimeUnit.MILLISECONDS);
          });
      return store;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** The state now. A caller that asks several things about one state asks for it once. */
  public CatalogState state() {
    return state;
  }

  /** The database, for what is not part of the state: audit, lineage, freshness. */
  public Database database() {
    return database;
  }

  public Clock clock() {
    return clock;
  }

  /**
   * Changes the catalog.
   *
   * @param work what to do; nothing happens if it throws. Called once, and never for long: writers
   *     take turns
   * @return what it returns, when all of it is durable
   * @throws MillraceException IO_FAILED: it is not known whether the changes were made
   */
  public <T> T write(Function<Transaction, T> work) {
    writing.lock();
    try {
      Attempt<T> attempt = database.jdbi().inTransaction(handle -> attempt(handle, work));
      database.sync();
      state = attempt.next();
      return attempt.result();
    } catch (JdbiException e) {
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the catalog's database failed, it is not known whether it was changed: "
              + e.getMessage(),
          "look whether the change is there, and make it again if it is not",
          e);
    } finally {
      writing.unlock();
    }
  }

  private record Attempt<T>(CatalogState next, T result) {}

  private <T> Attempt<T> attempt(Handle handle, Function<Transaction, T> work) {
    long version =
        handle
            .createQuery("SELECT version FROM catalog_version WHERE id = 1 FOR UPDATE")
            .mapTo(Long.class)
            .one();
    Open open = new Open(caughtUp(handle, version), clock.instant().truncatedTo(ChronoUnit.MICROS));
    T result = work.apply(open);
    ChangeWriter writer = new ChangeWriter(handle);
    open.changes.forEach(writer::write);
    open.events.forEach(writer::audit);
    if (open.changes.isEmpty()) {
      return new Attempt<>(open.state, result);
    }
    long next = version + 1;
    writer.log(next, open.now, open.changes);
    handle.execute("DELETE FROM catalog_change WHERE version <= ?", next - CHANGES_KEPT);
    return new Attempt<>(open.state.at(next), result);
  }

  /** What others have done since. */
  private CatalogState caughtUp(Handle handle, long version) {
    CatalogState known = state;
    if (known.version() == version) {
      return known;
    }
    List<String> texts =
        handle
            .createQuery(
                "SELECT changes FROM catalog_change WHERE version > :known AND version <= :version"
                    + " ORDER BY version")
            .bind("known", known.version())
            .bind("version", version)
            .mapTo(String.class)
            .list();
    if (known.version() > version || texts.size() != version - known.version()) {
      LOG.info("Reading the whole catalog again: version={}, known={}", version, known.version());
      return StateLoader.load(handle);
    }
    CatalogState next = known;
    for (String text : texts) {
      for (Change change : CatalogJson.changes(text)) {
        next = next.after(change);
      }
    }
    return next.at(version);
  }

  private void follow() {
    try {
      long version =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("SELECT version FROM catalog_version WHERE id = 1")
                          .mapTo(Long.class)
                          .one());
      if (version == state.version()) {
        return;
      }
      writing.lock();
      try {
        state = database.jdbi().inTransaction(handle -> caughtUp(handle, current(handle)));
      } finally {
        writing.unlock();
      }
    } catch (RuntimeException e) {
      // A thread that ended here would leave revoked privileges in force.
      LOG.error("Changes of other instances cannot be read, trying again", e);
    }
  }

  private static long current(Handle handle) {
    return handle
        .createQuery("SELECT version FROM catalog_version WHERE id = 1")
        .mapTo(Long.class)
        .one();
  }

  /** Appends lines to the audit log that belong to no change. */
  public void audit(List<AuditEvent> events) {
    database
        .jdbi()
        .useTransaction(
            handle -> {
              ChangeWriter writer = new ChangeWriter(handle);
              events.forEach(writer::audit);
            });
  }

  /** A time as the database has it. */
  public static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
  }

  @Override
  public void close() {
    follower.ifPresent(ScheduledExecutorService::shutdownNow);
    database.close();
  }

  private static final class Open implements Transaction {
    private final Instant now;
    private final List<Change> changes = new ArrayList<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private CatalogState state;

    Open(CatalogState state, Instant now) {
      this.state = state;
      this.now = now;
    }

    @Override
    public CatalogState state() {
      return state;
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public void apply(Change change) {
      state = state.after(change);
      changes.add(change);
    }

    @Override
    public void audit(AuditEvent event) {
      events.add(event);
    }
  }
}
