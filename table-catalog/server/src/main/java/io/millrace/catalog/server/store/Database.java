package io.millrace.catalog.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The database, at the newest version of its tables. An embedded one is a file that H2 encrypts by
 * AES; its key comes from the environment or from a file, and is in no URL and no log.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 8;
  private static final long PATIENCE_MILLIS = 10_000;

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final boolean embedded;

  private Database(HikariDataSource pool, boolean embedded) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.embedded = embedded;
  }

  /**
   * Opens the database, making or migrating its tables.
   *
   * @throws MillraceException ALREADY_RUNNING if another process has the file; CONFIG_INVALID if
   *     the key is not that of the file; IO_FAILED; STATE_INCOMPATIBLE if a later release was here
   */
  public static Database open(StoreSettings settings) {
    SecretFile.createDirectory(settings.directory());
    HikariConfig config = new HikariConfig();
    config.setPoolName("catalog");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(PATIENCE_MILLIS);
    boolean embedded = settings.postgres().isEmpty();
    if (embedded) {
      // An acknowledged change is in the file; see synced for when the power goes.
      config.setJdbcUrl(
          "jdbc:h2:file:%s;CIPHER=AES;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
              .formatted(settings.directory().resolve("catalog").toAbsolutePath()));
      config.setUsername("millrace");
      config.setPassword(CatalogKey.load(settings.directory()).text() + " millrace");
    } else {
      StoreSettings.Postgres postgres = settings.postgres().orElseThrow();
      config.setJdbcUrl(postgres.url());
      config.setUsername(postgres.user());
      config.setPassword(postgres.password());
    }
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config);
      Flyway.configure()
          .dataSource(pool)
          .locations("classpath:io/millrace/catalog/migrations")
          .load()
          .migrate();
      return new Database(pool, embedded);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      throw translated(settings, e);
    }
  }

  private static RuntimeException translated(StoreSettings settings, RuntimeException e) {
    if (e instanceof MillraceException) {
      return e;
    }
    String told = String.valueOf(rootMessage(e));
    String what = settings.postgres().map(p -> p.url()).orElse(settings.directory().toString());
    if (told.contains("Database may be already in use") || told.contains("locked")) {
      return new MillraceException(
          ErrorCode.ALREADY_RUNNING,
          "the catalog in %s is in use by another process".formatted(what),
          "stop that process, or use its HTTP port; several instances share a PostgreSQL database",
          e);
    }
    if (told.contains("Encryption error") || told.contains("file corrupt")) {
      return new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog in %s cannot be decrypted".formatted(what),
          "give the key that it was made with, in catalog.key or in " + CatalogKey.VARIABLE,
          e);
    }
    return new MillraceException(
        e instanceof FlywayException ? ErrorCode.STATE_INCOMPATIBLE : ErrorCode.IO_FAILED,
        "the catalog's database %s cannot be opened: %s".formatted(what, told),
        "look at the database and at what it logs",
        e);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  /** Whether only this process can have it open. */
  boolean isEmbedded() {
    return embedded;
  }

  /**
   * Returns when what was committed survives a power cut; PostgreSQL's commits do so by themselves.
   */
  void sync() {
    if (embedded) {
      jdbi.useHandle((Handle handle) -> handle.execute("CHECKPOINT SYNC"));
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
