package io.millrace.catalog.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * Makes the tables, and changes those of earlier releases, by Flyway. The database remembers which
 * scripts it was made by, so that a start which has nothing to change does not load Flyway, which
 * takes longer than the rest of opening a database.
 */
final class Migrations {
  private static final String FOLDER = "/io/millrace/catalog/migrations";

  /** In order. */
  static final List<String> SCRIPTS =
      List.of(
          "V1__catalog.sql",
          "V2__lineage.sql",
          "V3__signing_keys.sql",
          "V4__freshness.sql",
          "V5__audit_indexes.sql",
          "V6__staging_tables.sql");

  private Migrations() {}

  /**
   * Returns when the tables are those of this release.
   *
   * @param placeholders what differs between the databases
   */
  static void run(DataSource database, SortedMap<String, String> placeholders) throws SQLException {
    String scripts = fingerprint(placeholders);
    if (scripts.equals(remembered(database))) {
      return;
    }
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:" + FOLDER.substring(1))
        .placeholders(placeholders)
        // Flyway would pass over what a later release did.
        .ignoreMigrationPatterns(new String[0])
        .load()
        .migrate();
    remember(database, scripts);
  }

  private static String fingerprint(SortedMap<String, String> placeholders) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(placeholders.toString().getBytes(UTF_8));
      for (String script : SCRIPTS) {
        try (InputStream in = Migrations.class.getResourceAsStream(FOLDER + "/" + script)) {
          if (in == null) {
            throw new IllegalStateException(script + " is not there");
          }
          digest.update(script.getBytes(UTF_8));
          digest.update(in.readAllBytes());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Empty if nothing is remembered, which is so of a new database. */
  private static String remembered(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection()) {
      try (ResultSet table =
          connection
              .getMetaData()
              .getTables(null, connection.getSchema(), "catalog_migrations", null)) {
        if (!table.next()) {
          return "";
        }
      }
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT scripts FROM catalog_migrations")) {
        return row.next() ? row.getString(1) : "";
      }
    }
  }

  private static void remember(DataSource database, String scripts) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement update =
            connection.prepareStatement("UPDATE catalog_migrations SET scripts = ?")) {
      update.setString(1, scripts);
      update.executeUpdate();
    }
  }
}
