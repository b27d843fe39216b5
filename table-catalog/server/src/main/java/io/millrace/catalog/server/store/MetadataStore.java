package io.millrace.catalog.server.store;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import java.time.Clock;
import java.time.Duration;
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
  private final long changesKept;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final Object published = new Object();
  private final Optional<ScheduledExecutorService> follower;
  private volatile CatalogState state;
  private volatile boolean closed;

  private MetadataStore(Database database, Clock clock, long changesKept, CatalogState loaded) {
    this.database = database;
    this.clock = clock;
    this.changesKept = changesKept;
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
   * @throws MillraceException as {@link Database#open}; STATE_CORRUPT
   */
  public static MetadataStore open(StoreSettings settings, Clock clock) {
    return open(settings, clock, FOLLOW_MILLIS, CHANGES_KEPT);
  }

  /**
   * As {@link #open(StoreSettings, Clock)}, with other limits.
   *
   * @param followMillis how often to look for changes of other instances
   * @param changesKept how many changes to keep for them
   */
  static MetadataStore open(
      StoreSettings settings, Clock clock, long followMillis, long changesKept) {
    Database database = Database.open(settings);
    try {
      CatalogState loaded = database.read(StateLoader::load);
      MetadataStore store = new MetadataStore(database, requireNonNull(clock), changesKept, loaded);
      store.follower.ifPresent(
          thread -> {
            var unused =
                thread.scheduleWithFixedDelay(
                    store::follow, followMillis, followMillis, TimeUnit.MILLISECONDS);
          });
      return store;
    } catch (JdbiException e) {
      database.close();
      throw new MillraceException(
          ErrorCode.IO_FAILED,
          "the catalog cannot be read: " + SqlFailure.told(e),
          "look at the database and at what it logs",
          e);
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
   * @throws MillraceException what the work throws, or SECURABLE_EXISTS, PRINCIPAL_EXISTS,
   *     LOCATION_OVERLAPS, LIMIT_EXCEEDED or ARGUMENT_INVALID, and nothing was changed; IO_FAILED,
   *     and it is not known whether the changes were made
   */
  public <T> T write(Function<Transaction, T> work) {
    writing.lock();
    try {
      Attempt<T> attempt = database.write(handle -> attempt(handle, work));
      publish(attempt.next());
      return attempt.result();
    } catch (JdbiException e) {
      if (database.isEmbedded()) {
        // It may have been committed, and nobody else would notice.
        follow();
      }
      throw SqlFailure.ofWrite(e);
    } finally {
      writing.unlock();
    }
  }

  private record Attempt<T>(CatalogState next, T result) {}

  private <T> Attempt<T> attempt(Handle handle, Function<Transaction, T> work) {
    long version =
        handle
            .createQuery("SELECT version FROM catalog_version WHERE id = 1 <for_update>")
            .mapTo(Long.class)
            .one();
    CatalogState caughtUp = caughtUp(handle, version);
    if (state.version() > version) {
      // Nobody can be ahead of the one who holds the row: the database is an older one put back.
      replace(caughtUp);
    }
    Open open = new Open(handle, caughtUp, clock.instant().truncatedTo(ChronoUnit.MICROS));
    T result = work.apply(open);
    ChangeWriter writer = new ChangeWriter(handle);
    open.changes.forEach(writer::write);
    open.events.forEach(writer::audit);
    if (open.changes.isEmpty()) {
      return new Attempt<>(open.state, result);
    }
    long next = version + 1;
    writer.log(next, open.now, open.changes);
    handle.execute("DELETE FROM catalog_change WHERE version <= ?", next - changesKept);
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

  /**
   * Looks for what others have done. Does not wait for writers, who may themselves wait for others.
   */
  private void follow() {
    CatalogState known = state;
    try {
      long version = database.jdbi().withHandle(MetadataStore::current);
      if (version > known.version()) {
        publish(database.read(handle -> caughtUp(handle, current(handle))));
      } else if (version < known.version()) {
        restored();
      }
    } catch (RuntimeException e) {
      // A thread that ended here would leave revoked privileges in force.
      if (!closed) {
        LOG.error("Changes of other instances cannot be read, trying again", e);
      }
    }
  }

  /** The database is older than what we know: somebody has put back a backup of it. */
  private void restored() {
    writing.lock();
    try {
      replace(database.read(StateLoader::load));
    } finally {
      writing.unlock();
    }
  }

  private void replace(CatalogState loaded) {
    synchronized (published) {
      state = loaded;
      published.notifyAll();
    }
  }

  private void publish(CatalogState next) {
    synchronized (published) {
      // A follower may come late with what a writer here has already gone past.
      if (next.version() >= state.version()) {
        state = next;
        published.notifyAll();
      }
    }
  }

  /**
   * Returns when the state has a version or a later one, such as one that another instance told of.
   *
   * @return false if it had not after that time
   */
  public boolean await(long version, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (published) {
      while (state.version() < version) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        published.wait(left);
      }
      return true;
    }
  }

  private static long current(Handle handle) {
    return handle
        .createQuery("SELECT version FROM catalog_version WHERE id = 1")
        .mapTo(Long.class)
        .one();
  }

  /**
   * Appends lines to the audit log that belong to no change; they are durable when this returns.
   */
  public void audit(List<AuditEvent> events) {
    try {
      database.change(
          handle -> {
            ChangeWriter writer = new ChangeWriter(handle);
            events.forEach(writer::audit);
          });
    } catch (JdbiException e) {
      throw SqlFailure.ofWrite(e);
    }
  }

  /** A time as the database has it: of microseconds, which it would round to, also upwards. */
  public static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC);
  }

  @Override
  public void close() {
    closed = true;
    follower.ifPresent(ScheduledExecutorService::shutdownNow);
    database.close();
  }

  private static final class Open implements Transaction {
    private final Handle handle;
    private final Instant now;
    private final List<Change> changes = new ArrayList<>();
    private final List<AuditEvent> events = new ArrayList<>();
    private CatalogState state;

    Open(Handle handle, CatalogState state, Instant now) {
      this.handle = handle;
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
    public Handle handle() {
      return handle;
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
