package io.millrace.catalog.server.lineage;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.Database;
import io.millrace.catalog.server.store.MetadataStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lineage: reports go into the database, and into a graph in memory that queries are answered from.
 * Several instances may share the database; what one was told the others know within {@link
 * #FOLLOW_MILLIS}. What is older than is kept is deleted, once a day, by whoever is told something
 * then. Thread-safe.
 *
 * <p>Nothing here asks who may; see {@link LineageService}.
 */
public final class LineageStore {
  private static final Logger LOG = LoggerFactory.getLogger(LineageStore.class);

  /** How old an answer may be, in milliseconds, where another instance has been told something. */
  static final long FOLLOW_MILLIS = 200;

  private static final Duration PRUNING = Duration.ofDays(1);
  private static final int SECRET_BYTES = 32;

  private final MetadataStore metadata;
  private final LineageSettings settings;
  private final byte[] secret;
  private final ReentrantLock changing = new ReentrantLock(true);
  private volatile Current current;
  private volatile long followedNanos;
  private volatile Instant pruned;

  /** A graph, and how often the tables were pruned before it was read. */
  private record Current(LineageGraph graph, long prunings) {
    static final Current NONE = new Current(LineageGraph.EMPTY, -1);
  }

  private LineageStore(
      MetadataStore metadata, LineageSettings settings, byte[] secret, Current loaded) {
    this.metadata = metadata;
    this.settings = settings;
    this.secret = secret;
    this.current = loaded;
    this.followedNanos = System.nanoTime();
    this.pruned = Instant.MIN;
  }

  /** Reads all lineage that is kept, and deletes what is too old. */
  public static LineageStore open(MetadataStore metadata, LineageSettings settings) {
    byte[] fresh = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(fresh);
    Database database = metadata.database();
    String secret =
        database.write(handle -> new LineageTables(handle).secret(HexFormat.of().formatHex(fresh)));
    Current loaded =
        database.read(
            handle -> {
              LineageTables tables = new LineageTables(handle);
              return caughtUp(tables, tables.head(), Current.NONE);
            });
    LineageStore store =
        new LineageStore(
            requireNonNull(metadata),
            requireNonNull(settings),
            HexFormat.of().parseHex(secret),
            loaded);
    store.prune();
    return store;
  }

  /** What was told since; everything if something was deleted, as that leaves no trace. */
  private static Current caughtUp(LineageTables tables, LineageTables.Head head, Current known) {
    if (head.prunings() != known.prunings()) {
      return new Current(
          LineageGraph.EMPTY.after(tables.changedAfter(-1), head.version()), head.prunings());
    }
    LineageGraph graph = known.graph();
    return head.version() == graph.version()
        ? known
        : new Current(
            graph.after(tables.changedAfter(graph.version()), head.version()), head.prunings());
  }

  LineageSettings settings() {
    return settings;
  }

  byte[] secret() {
    return secret;
  }

  Instant now() {
    // Databases keep microseconds; what is read again must be what was written.
    return metadata.clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  CatalogState catalog() {
    return metadata.state();
  }

  /** The graph, with what other instances were told up to a moment ago. */
  LineageGraph graph() {
    long now = System.nanoTime();
    if (now - followedNanos < FOLLOW_MILLIS * 1_000_000) {
      return current.graph();
    }
    changing.lock();
    try {
      current =
          metadata
              .database()
              .read(
                  handle -> {
                    LineageTables tables = new LineageTables(handle);
                    return caughtUp(tables, tables.head(), current);
                  });
      followedNanos = now;
      return current.graph();
    } catch (JdbiException e) {
      throw failed(e);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Takes a report; it is in the database when this returns.
   *
   * @throws MillraceException LIMIT_EXCEEDED; IO_FAILED
   */
  public void record(LineageReport report) {
    if (report.flows().size() > settings.flowsMax()) {
      throw new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "a report of lineage has %,d flows, more than %,d"
              .formatted(report.flows().size(), settings.flowsMax()),
          "report columns that decide about all others once, as of the dataset");
    }
    if (now().minus(PRUNING).isAfter(pruned)) {
      prune();
    }
    changing.lock();
    try {
      current = metadata.database().write(handle -> recorded(handle, report));
    } catch (JdbiException e) {
      throw failed(e);
    } finally {
      changing.unlock();
    }
  }

  private Current recorded(Handle handle, LineageReport report) {
    LineageTables tables = new LineageTables(handle);
    Current known = caughtUp(tables, tables.lock(), current);
    LineageGraph graph = known.graph();
    CatalogState catalog = metadata.state();
    LineageRows rows =
        new ReportReader(graph, truncated(report), ref -> name(catalog, graph, ref), now()).rows();
    if (rows.isEmpty()) {
      return known;
    }
    LineageGraph next = graph.after(rows, graph.version() + 1);
    if (next.edgeCount() > settings.edgesMax()) {
      throw new MillraceException(
          ErrorCode.LIMIT_EXCEEDED,
          "there would be %,d edges of lineage, more than %,d"
              .formatted(next.edgeCount(), settings.edgesMax()),
          "raise lineage.edges-max, or keep lineage for less than %d days"
              .formatted(settings.retention().toDays()));
    }
    tables.write(rows, graph, next.version());
    return new Current(next, known.prunings());
  }

  private static LineageReport truncated(LineageReport report) {
    return new LineageReport(
        report.job(),
        report.at().truncatedTo(ChronoUnit.MICROS),
        report.run(),
        report.flows(),
        report.versions(),
        report.scope());
  }

  private static String name(CatalogState catalog, LineageGraph graph, DatasetRef ref) {
    if (ref instanceof DatasetRef.Cataloged cataloged) {
      return catalog
          .find(cataloged.securable())
          .map(catalog::fullName)
          .or(() -> graph.dataset(cataloged.securable()).map(LineageDataset::lastName))
          .orElse("");
    }
    return "";
  }

  /** Deletes what is older than is kept, here and in the database. */
  void prune() {
    changing.lock();
    try {
      pruned = now();
      current = metadata.database().write(this::pruned);
    } catch (JdbiException e) {
      throw failed(e);
    } finally {
      changing.unlock();
    }
  }

  private Current pruned(Handle handle) {
    LineageTables tables = new LineageTables(handle);
    Current known = caughtUp(tables, tables.lock(), current);
    // Room for what comes in a day, if the limit is near.
    LineageGraph.Old old =
        known
            .graph()
            .before(
                pruned.minus(settings.retention()), settings.edgesMax() - settings.edgesMax() / 10);
    if (old.isEmpty()) {
      return known;
    }
    tables.delete(old);
    LOG.info("Old lineage deleted: edges={}, runs={}", old.edges().size(), old.runs().size());
    return new Current(known.graph().without(old), known.prunings() + 1);
  }

  private static MillraceException failed(JdbiException e) {
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "the catalog's database failed: " + e.getMessage(),
        "look at the database; a report of lineage may be sent again",
        e);
  }
}
