package io.millrace.catalog.server.store;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which database.
 *
 * @param directory of the catalog: key, admin's token, and the database if it is the embedded one;
 *     readable by its owner only
 * @param postgres the database of several instances; empty for an encrypted file in the directory
 */
public record StoreSettings(Path directory, Optional<Postgres> postgres) {
  public StoreSettings {
    requireNonNull(directory, "directory is null");
    requireNonNull(postgres, "postgres is null");
  }

  /**
   * A PostgreSQL database.
   *
   * @param url {@code jdbc:postgresql://host:5432/database}, without user and password
   */
  public record Postgres(String url, String user, String password) {
    public Postgres {
      requireNonNull(url, "url is null");
      requireNonNull(user, "user is null");
      requireNonNull(password, "password is null");
    }

    @Override
    public String toString() {
      return "Postgres[url=" + url + ", user=" + user + "]";
    }
  }

  /** Whether there is something to open; always, of a PostgreSQL database, which is not asked. */
  public boolean isThere() {
    return postgres.isPresent() || Files.exists(directory.resolve(SqliteFile.FILE));
  }

  public static StoreSettings embedded(Path directory) {
    return new StoreSettings(directory, Optional.empty());
  }
}
