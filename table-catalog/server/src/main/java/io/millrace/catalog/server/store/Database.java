package io.millrace.catalog.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;

/**
 * The database, at the newest version of its tables. An embedded one is a file that H2 encrypts by
 * AES; its key comes from the environment or from a file, and is in no URL and no log.
 */
public final class Database implements AutoCloseable {
  private static final String DATABASE_FILE = "catalog.mv.db";
  private static final int CONNECTIONS = 8;
  private static final long PATIENCE_MILLIS = 10_000;
  private static final String SILENCE_SECONDS = "30";

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final boolean embedded;

  private Database(HikariDataSource pool, boolean embedded) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    // Without statements and values, which are nobody's but the catalog's.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
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
      // What was committed is in the file after sync. H2 would write at each commit with
      // WRITE_DELAY=0, and then never tidy up the file, which grows for ever. Without a trace file,
      // in which H2 would write statements and their values as plain text; a result of many rows is
      // read row by row, and not copied into another file first.
      config.setJdbcUrl(
          ("jdbc:h2:file:%s;CIPHER=AES;DB_CLOSE_ON_EXIT=FALSE;LAZY_QUERY_EXECUTION=1"
                  + ";TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0")
              .formatted(file(settings.directory())));
      config.setUsername("millrace");
      config.setPassword(key(settings.directory()).text() + " millrace");
    } else {
      StoreSettings.Postgres postgres = settings.postgres().orElseThrow();
      config.setJdbcUrl(postgres.url());
      config.setUsername(postgres.user());
      config.setPassword(postgres.password());
      // A connection that hangs would leave privileges in force that others have revoked.
      config.addDataSourceProperty("socketTimeout", SILENCE_SECONDS);
    }
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config);
      Flyway.configure()
          .dataSource(pool)
          .locations("classpath:io/millrace/catalog/migrations")
          // Flyway would pass over what a later release did.
          .ignoreMigrationPatterns(new String[0])
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

  private static Path file(Path directory) {
    Path file = directory.resolve("catalog").toAbsolutePath();
    if (file.toString().contains(";")) {
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog's directory %s has a semicolon in its name".formatted(directory),
          "name another directory; H2 takes what follows for an option");
    }
    return file;
  }

  private static CatalogKey key(Path directory) {
    if (Files.exists(directory.resolve(DATABASE_FILE)) && !CatalogKey.isThere(directory)) {
      // A new key would open nothing, and stand in the way of the old one.
      throw new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog in %s is there, but not its key %s".formatted(directory, CatalogKey.FILE),
          "put the key back from a backup, or give it in " + CatalogKey.VARIABLE);
    }
    return CatalogKey.load(directory);
  }

  private static RuntimeException translated(StoreSettings settings, RuntimeException e) {
    if (e instanceof MillraceException) {
      return e;
    }
    String what = settings.postgres().map(p -> p.url()).orElse(settings.directory().toString());
    if (e instanceof FlywayValidateException) {
      return new MillraceException(
          ErrorCode.STATE_INCOMPATIBLE,
          "the catalog's database %s was made by another release: %s"
              .formatted(what, String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ")),
          "start the release that it was made by, or a later one",
          e);
    }
    int code = SqlFailure.in(e).map(SQLException::getErrorCode).orElse(0);
    if (settings.postgres().isEmpty() && code == org.h2.api.ErrorCode.DATABASE_ALREADY_OPEN_1) {
      return new MillraceException(
          ErrorCode.ALREADY_RUNNING,
          "the catalog in %s is in use by another process".formatted(what),
          "stop that process, or use its HTTP port; several instances share a PostgreSQL database",
          e);
    }
    if (settings.postgres().isEmpty() && code == org.h2.api.ErrorCode.FILE_ENCRYPTION_ERROR_1) {
      return new MillraceException(
          ErrorCode.CONFIG_INVALID,
          "the catalog in %s cannot be decrypted".formatted(what),
          "give the key that it was made with, in catalog.key or in " + CatalogKey.VARIABLE,
          e);
    }
    return new MillraceException(
        ErrorCode.IO_FAILED,
        "the catalog's database %s cannot be opened: %s".formatted(what, SqlFailure.told(e)),
        "look at the database and at what it logs",
        e);
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
