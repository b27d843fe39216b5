package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.Failures.fails;
import static io.millrace.catalog.flink.Failures.refused;
import static io.millrace.catalog.flink.LocalCatalog.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.flink.rest.TokenSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the token comes from and where it never goes, and servers that are not what they should.
 */
class TestCatalogOptions {
  @TempDir private Path folder;

  private static String create(String uri, String more) {
    return "CREATE CATALOG main WITH ('type' = 'millrace', 'uri' = '%s'%s)".formatted(uri, more);
  }

  @Test
  void noSecretIsShownKeptOrSent() throws Exception {
    try (LocalCatalog server = LocalCatalog.start(folder)) {
      String token = server.token(ADMIN);
      StringWriter seen = new StringWriter();
      PrintWriter all = new PrintWriter(seen);
      for (boolean batch : new boolean[] {true, false}) {
        Session sql = new Session(server, ADMIN, batch);
        sql.run("CREATE TABLE IF NOT EXISTS t (id INT)");
        sql.run("CREATE VIEW IF NOT EXISTS v AS SELECT id FROM t");
        sql.insert("INSERT INTO t SELECT id FROM (VALUES (1), (2)) AS x (id)");
        if (batch) {
          sql.rows("SELECT * FROM v");
        } else {
          sql.first("SELECT * FROM v", 2);
        }
        for (String statement :
            new String[] {
              "SHOW CREATE CATALOG main",
              "DESCRIBE CATALOG EXTENDED main",
              "SHOW CREATE TABLE t",
              "SHOW CREATE VIEW v",
              "EXPLAIN ESTIMATED_COST, JSON_EXECUTION_PLAN SELECT * FROM v",
              "EXPLAIN INSERT INTO t SELECT id + 1 FROM v",
              "CALL sys.detail('t')",
              "CALL sys.history('t')",
            }) {
          sql.rows(statement).forEach(all::println);
        }
        var catalog = sql.tables().getCatalog("main").orElseThrow();
        all.println(catalog);
        all.println(
            catalog.getTable(new org.apache.flink.table.catalog.ObjectPath("default", "t")));
        sql.tables().getConfig().getConfiguration().toMap().forEach((k, v) -> all.println(k + v));
        assertThat(sql.jobs()).as("jobs of " + (batch ? "batch" : "stream")).hasSizeGreaterThan(1);
        for (byte[] job : sql.jobs()) {
          all.println(new String(job, StandardCharsets.ISO_8859_1));
        }
        Session wrong = new Session(batch);
        refused(
                ErrorCode.OPTION_INVALID,
                "option 'token' would show a secret",
                () -> wrong.run(create(server.uri().toString(), ", 'token' = '" + token + "'")))
            .printStackTrace(all);
        refused(
                ErrorCode.SECURABLE_NOT_FOUND,
                "nope",
                () ->
                    new MillraceCatalog(
                            "nope",
                            CatalogSettings.of(server.uri(), "nope"),
                            TokenSource.of("the test", () -> token))
                        .open())
            .printStackTrace(all);
      }
      all.flush();
      assertThat(seen.toString()).contains("'uri' = '" + server.uri() + "'");
      assertThat(seen.toString()).doesNotContain(token);
    }
  }

  @Test
  void optionsThatWouldHoldASecretAreRefusedByName() {
    for (String option :
        new String[] {"token", "password", "client.secret", "Api-Key", "oauth.credential"}) {
      refused(
          ErrorCode.OPTION_INVALID,
          "option '%s' would show a secret".formatted(option),
          () -> new Session(true).run(create("http://h:1", ", '%s' = 'x'".formatted(option))));
    }
    assertThat(
            refused(
                    ErrorCode.OPTION_INVALID,
                    "option 'uri' holds a user or a password",
                    () -> new Session(true).run(create("http://me:hidden@h:1", "")))
                .getMessage())
        .doesNotContain("hidden");
    refused(
        ErrorCode.OPTION_INVALID,
        "option 'uri' is no address of a catalog server",
        () -> new Session(true).run(create("ftp://h", "")));
    fails("Unsupported options", () -> new Session(true).run(create("http://h:1", ", 'x' = 'y'")));
  }

  @Test
  void aTokenComesFromASessionAFileOrTheEnvironment() throws Exception {
    try (LocalCatalog server = LocalCatalog.start(folder)) {
      Path file = folder.resolve("token");
      Files.writeString(file, server.token(ADMIN) + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      Session sql = new Session(true);
      sql.run(create(server.uri().toString(), ", 'token-file' = '" + file + "'"));
      assertThat(sql.rows("SHOW DATABASES IN main")).containsExactly("+I[default]");

      Files.writeString(file, "wrong");
      refused(
          ErrorCode.UNAUTHENTICATED, "UNAUTHENTICATED", () -> sql.rows("SHOW DATABASES IN main"));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      refused(
          ErrorCode.CONFIG_INVALID,
          "token file %s may be read or run by others".formatted(file),
          () -> sql.rows("SHOW DATABASES IN main"));
      Files.delete(file);
      refused(ErrorCode.FILE_NOT_FOUND, "no token file", () -> sql.rows("SHOW DATABASES IN main"));

      String session = CatalogSessions.open(() -> server.token(ADMIN));
      Session over = new Session(true);
      over.run(create(server.uri().toString(), ", 'session' = '" + session + "'"));
      CatalogSessions.close(session);
      refused(
          ErrorCode.UNAUTHENTICATED,
          "the session that the catalog was made in is over",
          () -> over.rows("SHOW DATABASES IN main"));

      TokenSource environment =
          MillraceCatalogFactory.token(
              new Configuration(), Map.of("MILLRACE_TOKEN", server.token(ADMIN)));
      new MillraceCatalog("main", CatalogSettings.of(server.uri(), "main"), environment).open();
      assertThat(environment).hasToString("environment variable MILLRACE_TOKEN");
      refused(
          ErrorCode.UNAUTHENTICATED,
          "UNAUTHENTICATED to GET /api/2.1/unity-catalog/catalogs/main",
          () ->
              new MillraceCatalog(
                      "main", CatalogSettings.of(server.uri(), "main"), TokenSource.none())
                  .open());
      refused(
          ErrorCode.UNAUTHENTICATED,
          "what comes from the test is no token",
          () -> TokenSource.of("the test", () -> "two words").token());
    }
  }

  @Test
  void aServerThatIsAwayOrSilentIsToldOfInBoundedTime() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    Instant start = Instant.now();
    refused(
        ErrorCode.CATALOG_UNREACHABLE,
        "the catalog server at http://127.0.0.1:%d cannot be reached".formatted(closed),
        () -> new Session(true).run(create("http://127.0.0.1:" + closed, "")));
    try (ServerSocket silent = new ServerSocket(0)) {
      refused(
          ErrorCode.CATALOG_UNREACHABLE,
          "the catalog server at http://127.0.0.1:%d gave no answer within 300 ms"
              .formatted(silent.getLocalPort()),
          () ->
              new Session(true)
                  .run(
                      create(
                          "http://127.0.0.1:" + silent.getLocalPort(),
                          ", 'request-timeout' = '300 ms'")));
    }
    assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void whatIsNoCatalogServerIsNotTakenForOne() throws Exception {
    try (FixedServer server = new FixedServer()) {
      server.answer("GET /catalogs/main", 200, "<html>welcome</html>");
      refused(
          ErrorCode.CATALOG_UNREACHABLE,
          "is no Unity Catalog server",
          () -> new Session(true).run(create(server.uri().toString(), "")));
    }
  }
}
