package io.millrace.catalog.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteConnectionConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The database, at the newest version of its tables: PostgreSQL, or a file that this process alone
 * has, encrypted by AES, whose key is in no URL, no log and no error. What {@link #write} has done
 * is durable when it returns. Thread-safe.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 8;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final String SILENCE_SECONDS = "30";

  /** In statements: {@code <for_update>} locks the rows that are read, where the database can. */
  private static final String FOR_UPDATE = "for_update";

  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final Optional<CatalogLock> lock;

  /**
   * Writers of the file take turns. SQLite would have them look again and again; and its versions
   * before 3.51.3 may damage a file if two connections write and tidy up its log at one moment.
   */
  private final ReentrantLock writing = new ReentrantLock(true);

  private Database(HikariDataSource pool, Optional<CatalogLock> lock) {
    this.pool = pool;
    this.lock = lock;
    this.jdbi = Jdbi.create(pool);
    // Without statements and values, which are nobody's but the catalog's.
    jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
    jdbi.define(FOR_UPDATE, isEmbedded() ? "" : "FOR UPDATE");
    if (isEmbedded()) {
      Columns.useSqliteTypes(jdbi);
    }
  }

  /**
   * Opens the database, making or migrating its tables.
   *
   * @throws MillraceException ALREADY_RUNNING if the file is open, here or in another process;
   *     CONFIG_INVALID if the key is not that of the file; IO_FAILED; STATE_INCOMPATIBLE if a later
   *     release was here
   */
  public static Database open(StoreSettings settings) {
    SecretFile.createDirectory(settings.directory());
    Optional<CatalogLock> lock =
        settings.postgres().isPresent()
            ? Optional.empty()
            : Optional.of(CatalogLock.take(settings.directory()));
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(config(settings));
      Migrations.run(pool, new TreeMap<>(dialect(lock.isPresent())));
      return new Database(pool, lock);
    } catch (RuntimeException | SQLException e) {
      if (pool != null) {
        pool.close();
      }
      lock.ifPresent(CatalogLock::close);
      throw translated(settings, e);
    }
  }

  /** What the migrations cannot say in one way. */
  private static Map<String, String> dialect(boolean isSqlite) {
    return Map.of(
        "counted",
        isSqlite
            ? "INTEGER PRIMARY KEY AUTOINCREMENT"
            : "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        // Rows lie in the index of their key, and not beside it.
        "in_key_order",
        isSqlite ? "WITHOUT ROWID" : "");
  }

  private static HikariConfig config(StoreSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("catalog");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(PATIENCE_MILLIS);
    settings
        .postgres()
        .ifPresentOrElse(
            postgres -> {
              config.setJdbcUrl(postgres.url());
              config.setUsername(postgres.user());
              config.setPassword(postgres.password());
              // A connection that hangs would leave privileges in force that others have revoked.
              config.addDataSourceProperty("socketTimeout", SILENCE_SECONDS);
            },
            () -> config.setDataSource(SqliteFile.in(settings.directory(), PATIENCE_MILLIS)));
    return config;
  }

  private static MillraceException translated(StoreSettings settings, Exception e) {
    if (e instanceof MillraceException known) {
      return known;
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
    if (SqlFailure.in(e).filter(Database::isOfAnotherKey).isPresent()) {
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

  private static boolean isOfAnotherKey(SQLException e) {
    return e instanceof SQLiteException sqlite
        && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB;
  }

  /** For single statements that read. */
  public Jdbi jdbi() {
    return jdbi;
  }

  /** Several statements that see what one moment had, and wait for no writer. */
  public <T> T read(Function<Handle, T> work) {
    if (!isEmbedded()) {
      return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, work::apply);
    }
    return jdbi.withHandle(
        handle -> {
          SQLiteConnectionConfig config = sqlite(handle);
          config.setTransactionMode(TransactionMode.DEFERRED);
          try {
            return handle.inTransaction(work::apply);
          } finally {
            config.setTransactionMode(TransactionMode.IMMEDIATE);
          }
        });
  }

  private static SQLiteConnectionConfig sqlite(Handle handle) {
    try {
      return handle.getConnection().unwrap(SQLiteConnection.class).getConnectionConfig();
    } catch (SQLException e) {
      throw new ConnectionException(e);
    }
  }

  /**
   * A transaction that changes something; writers may take turns, and none keeps others waiting for
   * long.
   *
   * @return what the work returns, when all of it is durable
   */
  public <T> T write(Function<Handle, T> work) {
    if (!isEmbedded()) {
      return jdbi.inTransaction(work::apply);
    }
    writing.lock();
    try {
      return jdbi.inTransaction(work::apply);
    } finally {
      writing.unlock();
    }
  }

  /** As {@link #write}, of work that has no result. */
  public void change(Consumer<Handle> work) {
    write(
        handle -> {
          work.accept(handle);
          return handle;
        });
  }

  /** Whether only this process can have it open. */
  boolean isEmbedded() {
    return lock.isPresent();
  }

  /** Ends all connections; the last one moves what is in the file's log into the file. */
  @Override
  public void close() {
    pool.close();
    lock.ifPresent(CatalogLock::close);
  }
}
