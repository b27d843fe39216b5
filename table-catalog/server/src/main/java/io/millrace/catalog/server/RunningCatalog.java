package io.millrace.catalog.server;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.AccessDecider;
import io.millrace.catalog.server.access.StateAccessDecider;
import io.millrace.catalog.server.audit.AuditLog;
import io.millrace.catalog.server.audit.AuditRetention;
import io.millrace.catalog.server.audit.AuditSettings;
import io.millrace.catalog.server.freshness.FreshnessService;
import io.millrace.catalog.server.lineage.LineageService;
import io.millrace.catalog.server.lineage.LineageSettings;
import io.millrace.catalog.server.lineage.LineageStore;
import io.millrace.catalog.server.pipeline.PipelineCatalog;
import io.millrace.catalog.server.principal.FirstStart;
import io.millrace.catalog.server.principal.token.AccessTokens;
import io.millrace.catalog.server.principal.token.Authenticator;
import io.millrace.catalog.server.rest.HttpServer;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.service.Location;
import io.millrace.catalog.server.store.CatalogKey;
import io.millrace.catalog.server.store.MetadataStore;
import io.millrace.catalog.server.store.StoreSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * A catalog that answers over HTTP, on its database: the wiring of everything in this module. A
 * start either succeeds or leaves nothing running. Thread-safe.
 */
public final class RunningCatalog implements AutoCloseable {
  private final MetadataStore store;
  private final AuditLog audit;
  private final HttpServer http;
  private final FirstStart.Result first;
  private final PipelineCatalog pipelines;

  private RunningCatalog(
      MetadataStore store,
      AuditLog audit,
      HttpServer http,
      FirstStart.Result first,
      PipelineCatalog pipelines) {
    this.store = store;
    this.audit = audit;
    this.http = http;
    this.first = first;
    this.pipelines = pipelines;
  }

  /**
   * What is started where.
   *
   * @param host the interface to listen on
   * @param port 0 for any that is free
   * @param storageRoot where a new catalog puts managed tables: a path or a URI
   * @param tokenFile where a new catalog writes its admin's token
   */
  public record Options(
      StoreSettings store, String host, int port, String storageRoot, Path tokenFile) {
    public Options {
      requireNonNull(store, "store is null");
      requireNonNull(host, "host is null");
      requireNonNull(storageRoot, "storageRoot is null");
      requireNonNull(tokenFile, "tokenFile is null");
    }

    /** On this machine only, in a directory of its own. */
    public static Options embedded(Path directory, int port, Path tables) {
      return new Options(
          StoreSettings.embedded(directory),
          "127.0.0.1",
          port,
          tables.toAbsolutePath().normalize().toString(),
          directory.resolve(FirstStart.TOKEN_FILE));
    }

    /** The same, with the token in another place. */
    public Options withTokenFile(Path file) {
      return new Options(store, host, port, storageRoot, file);
    }
  }

  /**
   * Starts.
   *
   * @throws MillraceException ALREADY_RUNNING, CONFIG_INVALID, STATE_INCOMPATIBLE, PORT_IN_USE,
   *     DIRECTORY_UNWRITABLE, IO_FAILED
   */
  public static RunningCatalog start(Options options, Clock clock) {
    MetadataStore store = MetadataStore.open(options.store(), clock);
    AuditLog audit = null;
    try {
      SecureRandom random = new SecureRandom();
      Path directory = options.store().directory();
      FirstStart.Result first =
          FirstStart.run(
              store, options.tokenFile(), Location.normalize(options.storageRoot()), random);
      audit =
          new AuditLog(
              AuditSettings.DEFAULT,
              store::audit,
              new AuditRetention(store.database(), AuditSettings.DEFAULT.retention(), clock),
              clock);
      Gate gate = new Gate(audit::add, clock);
      AccessTokens accessTokens = AccessTokens.open(store, CatalogKey.load(directory), random);
      Authenticator authenticator = new Authenticator(store, accessTokens);
      LineageService lineage =
          new LineageService(LineageStore.open(store, LineageSettings.DEFAULT), gate);
      FreshnessService freshness = new FreshnessService(store, gate, FreshnessService.EPOCHS_KEPT);
      HttpServer http =
          HttpServer.start(
              options.host(),
              options.port(),
              CatalogRoutes.of(store, gate, accessTokens, random, lineage, freshness),
              authenticator::authenticate);
      return new RunningCatalog(
          store, audit, http, first, new PipelineCatalog(store, gate, lineage, freshness));
    } catch (RuntimeException e) {
      if (audit != null) {
        audit.close();
      }
      store.close();
      throw e;
    }
  }

  /** The port that it listens on. */
  public int port() {
    return http.port();
  }

  /** Whether the catalog was made now, and where its admin's token is. */
  public FirstStart.Result firstStart() {
    return first;
  }

  /** What pipelines of this process tell the catalog. */
  public PipelineCatalog pipelines() {
    return pipelines;
  }

  /** Who decides, by the state as it is when it is asked. */
  public AccessDecider accessDecider() {
    return new StateAccessDecider(store::state);
  }

  /** Stops answering, writes what is still to be audited, and closes the database. */
  @Override
  public void close() {
    try {
      http.close();
    } finally {
      try {
        audit.close();
      } finally {
        store.close();
      }
    }
  }
}
