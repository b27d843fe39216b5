package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.Failures.fails;
import static io.millrace.catalog.flink.Failures.refused;
import static io.millrace.catalog.flink.LocalCatalog.ADMIN;
import static io.millrace.catalog.flink.LocalCatalog.ANN;
import static io.millrace.catalog.flink.LocalCatalog.EVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.TokenSource;
import java.nio.file.Path;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what in statements, and the procedures that say and change it. */
class TestSqlAccess {
  @TempDir private Path folder;
  private LocalCatalog server;
  private Session admin;

  @BeforeEach
  void start() throws Exception {
    server = LocalCatalog.start(folder);
    admin = new Session(server, ADMIN, true);
    admin.run("CREATE TABLE orders (id INT, p INT) PARTITIONED BY (p)");
    admin.run("CREATE TABLE secret (id INT)");
    admin.insert("INSERT INTO orders VALUES (1, 1), (2, 1)");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A session of somebody who may use the schema and has more on {@code orders}. */
  private Session session(String user, Privilege... onOrders) {
    server.grant(user, SecurableType.CATALOG, "main", Privilege.USE_CATALOG);
    server.grant(user, SecurableType.SCHEMA, "main.default", Privilege.USE_SCHEMA);
    server.grant(user, SecurableType.TABLE, "main.default.orders", onOrders);
    return new Session(server, user, true);
  }

  @Test
  void whatSomebodyMayNotSeeDoesNotExist() throws Exception {
    refused(
        ErrorCode.SECURABLE_NOT_FOUND,
        "there is no catalog main that you may see",
        () -> new Session(server, EVE, true));
    Session eve = session(EVE, Privilege.SELECT);

    assertThat(eve.rows("SHOW TABLES")).containsExactly("+I[orders]");
    assertThat(eve.rows("SELECT id FROM orders")).containsExactly("+I[1]", "+I[2]");
    String hidden = text(() -> eve.rows("SELECT * FROM secret"));
    String missing = text(() -> eve.rows("SELECT * FROM secreu"));
    assertThat(hidden).contains("secret").isEqualTo(missing.replace("secreu", "secret"));
    fails("secret", () -> eve.run("DROP TABLE secret"));
    fails("secret", () -> eve.run("SHOW CREATE TABLE secret"));
  }

  private static String text(org.assertj.core.api.ThrowableAssert.ThrowingCallable statement) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = catchThrowable(statement); t != null; t = t.getCause()) {
      text.append(t.getMessage()).append('\n');
    }
    return text.toString();
  }

  @Test
  void whoMayReadMayDoNothingElse() throws Exception {
    Session ann = session(ANN, Privilege.SELECT);

    for (String statement :
        new String[] {
          "INSERT INTO orders VALUES (3, 1)",
          "EXPLAIN INSERT INTO orders VALUES (3, 1)",
          "DELETE FROM orders WHERE id = 1",
          "TRUNCATE TABLE orders",
          "CALL sys.`optimize`('orders')",
          "CALL sys.vacuum('orders')",
        }) {
      refused(
          ErrorCode.PERMISSION_DENIED,
          "MODIFY needs MODIFY on table main.default.orders",
          () -> ann.insert(statement));
    }
    refused(
        ErrorCode.PERMISSION_DENIED,
        "CREATE_TABLE needs CREATE TABLE on schema main.default",
        () -> ann.run("CREATE TABLE mine (id INT)"));
    refused(
        ErrorCode.PERMISSION_DENIED,
        "is in no external location that you may use",
        () -> ann.run("CREATE TABLE mine (id INT) WITH ('path' = '%s')".formatted(folder)));
    refused(
        ErrorCode.PERMISSION_DENIED,
        "CREATE_TABLE needs CREATE TABLE on schema main.default",
        () -> ann.run("CREATE VIEW mine AS SELECT id FROM orders"));
    refused(
        ErrorCode.PERMISSION_DENIED,
        "CREATE_SCHEMA needs CREATE SCHEMA on catalog main",
        () -> ann.run("CREATE DATABASE mine"));
    for (String statement :
        new String[] {
          "ALTER TABLE orders ADD more INT", "ALTER TABLE orders RENAME TO mine",
        }) {
      refused(
          ErrorCode.PERMISSION_DENIED,
          "ALTER needs MANAGE on table main.default.orders",
          () -> ann.run(statement));
    }
    refused(
        ErrorCode.PERMISSION_DENIED,
        "DROP needs MANAGE on table main.default.orders",
        () -> ann.run("DROP TABLE orders"));
    assertThat(admin.rows("SELECT * FROM orders")).containsExactly("+I[1, 1]", "+I[2, 1]");
    assertThat(admin.rows("CALL sys.history('orders')")).hasSize(2);
  }

  @Test
  void whoMayOnlySeeATableReadsNothingOfIt() throws Exception {
    Session ann = session(ANN, Privilege.MODIFY);

    assertThat(ann.rows("DESCRIBE orders")).hasSize(2);
    refused(
        ErrorCode.PERMISSION_DENIED,
        "SELECT needs SELECT on table main.default.orders",
        () -> ann.rows("SELECT COUNT(*) FROM orders"));
    refused(
        ErrorCode.PERMISSION_DENIED,
        "SELECT needs SELECT on table main.default.orders",
        () -> ann.rows("SHOW PARTITIONS orders"));
    MillraceCatalog catalog =
        new MillraceCatalog(
            "main",
            CatalogSettings.of(server.uri(), "main"),
            TokenSource.of("the test", () -> server.token(ANN)));
    assertThat(catalog.getTableStatistics(new ObjectPath("default", "orders")))
        .isEqualTo(CatalogTableStatistics.UNKNOWN);
  }

  @Test
  void privilegesAreGrantedShownExplainedAndRevoked() throws Exception {
    Session ann = session(ANN);
    refused(
        ErrorCode.SECURABLE_NOT_FOUND,
        "there is no table main.default.secret that you may see",
        () -> ann.rows("CALL sys.why('SELECT', 'table', 'secret')"));

    assertThat(
            admin.rows(
                "CALL main.`system`.`grant`(privileges => 'select, modify', securable_type =>"
                    + " 'table', securable => 'default.secret', principal => 'ann@x')"))
        .containsExactly("+I[ann@x, MODIFY]", "+I[ann@x, SELECT]");

    assertThat(ann.rows("SELECT * FROM secret")).isEmpty();
    assertThat(ann.rows("CALL sys.show_grants('table', 'secret')"))
        .containsExactly(
            "+I[ann@x, MODIFY, table, main.default.secret]",
            "+I[ann@x, SELECT, table, main.default.secret]");
    assertThat(admin.rows("CALL sys.show_grants('table', 'main.default.secret', 'ann@x', TRUE)"))
        .containsExactly(
            "+I[ann@x, MODIFY, table, main.default.secret]",
            "+I[ann@x, SELECT, table, main.default.secret]",
            "+I[ann@x, USE CATALOG, catalog, main]",
            "+I[ann@x, USE SCHEMA, schema, main.default]");
    assertThat(admin.rows("CALL sys.show_grants('catalog', '')"))
        .containsExactly("+I[ann@x, USE CATALOG, catalog, main]");
    assertThat(ann.rows("CALL sys.why('SELECT', 'table', 'secret')").get(0))
        .startsWith("+I[ann@x, true, SELECT on table main.default.secret");
    assertThat(admin.rows("CALL sys.why('ALTER', 'table', 'secret', 'ann@x')").get(0))
        .startsWith("+I[ann@x, false, ALTER needs MANAGE on table main.default.secret");
    admin.rows("CALL sys.`grant`('SELECT', 'schema', 'default', 'ann@x')");

    assertThat(admin.rows("CALL sys.`revoke`('SELECT', 'table', 'secret', 'ann@x')"))
        .as("has it by the schema still")
        .containsExactly("+I[ann@x, SELECT, ann@x, schema, main.default]");
    assertThat(ann.rows("SELECT * FROM secret")).isEmpty();
    assertThat(admin.rows("CALL sys.`revoke`('SELECT', 'schema', 'default', 'ann@x')")).isEmpty();
    refused(
        ErrorCode.PERMISSION_DENIED,
        "SELECT needs SELECT on table main.default.secret",
        () -> ann.rows("SELECT * FROM secret"));
    refused(
        ErrorCode.PERMISSION_DENIED,
        "",
        () -> ann.rows("CALL sys.`grant`('SELECT', 'table', 'secret', 'eve@x')"));
    refused(
        ErrorCode.OPTION_INVALID,
        "'FLY' is no privilege",
        () -> admin.rows("CALL sys.`grant`('FLY', 'table', 'secret', 'ann@x')"));
    refused(
        ErrorCode.OPTION_INVALID,
        "'planet' is no type of securable",
        () -> admin.rows("CALL sys.show_grants('planet', 'secret')"));
    refused(
        ErrorCode.OPTION_INVALID,
        "'other.default.secret' names nothing in this catalog",
        () -> admin.rows("CALL sys.show_grants('table', 'other.default.secret')"));
  }

  @Test
  void tablesAreMaintainedByProcedures() throws Exception {
    admin.insert("INSERT INTO orders VALUES (3, 1)");

    assertThat(admin.rows("SHOW PROCEDURES FROM sys"))
        .containsExactly(
            "+I[checkpoint]",
            "+I[detail]",
            "+I[grant]",
            "+I[history]",
            "+I[merge_into]",
            "+I[optimize]",
            "+I[restore]",
            "+I[revoke]",
            "+I[show_grants]",
            "+I[vacuum]",
            "+I[why]");
    assertThat(admin.rows("CALL main.`system`.`optimize`('main.default.orders')")).hasSize(1);
    assertThat(
            admin.rows(
                "CALL sys.merge_into('orders', 'SELECT 3 AS id, 7 AS p', 't.id = s.id',"
                    + " 'WHEN MATCHED THEN UPDATE SET p = s.p')"))
        .containsExactly("+I[1, 1, 0, 0]");
    assertThat(admin.rows("SELECT * FROM orders"))
        .containsExactly("+I[1, 1]", "+I[2, 1]", "+I[3, 7]");
    assertThat(admin.rows("CALL sys.detail('orders')").get(0)).contains("file:" + folder);
    assertThat(admin.rows("CALL sys.vacuum(`table` => 'orders', dry_run => TRUE)")).isEmpty();
    admin.rows("CALL sys.`checkpoint`('orders')");
    admin.rows("CALL sys.restore('orders', 1)");
    assertThat(admin.rows("SELECT * FROM orders")).containsExactly("+I[1, 1]", "+I[2, 1]");
    refused(
        ErrorCode.SECURABLE_NOT_FOUND,
        "there is no table main.default.nope that you may see",
        () -> admin.rows("CALL sys.history('nope')"));
  }
}
