package io.millrace.catalog.flink;

import static io.millrace.catalog.flink.Failures.fails;
import static io.millrace.catalog.flink.Failures.refused;
import static io.millrace.catalog.flink.LocalCatalog.ADMIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.flink.rest.TokenSource;
import io.millrace.catalog.server.model.Definition;
import io.millrace.delta.kernel.TableDetail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.TableNotPartitionedException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatisticsDataLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas, tables and views of a real server, through Flink SQL on a real cluster. */
class TestSqlTables {
  @TempDir private Path folder;
  private LocalCatalog server;
  private Session sql;
  private Session stream;

  @BeforeEach
  void start() {
    server = LocalCatalog.start(folder);
    sql = new Session(server, ADMIN, true);
    stream = new Session(server, ADMIN, false);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MillraceCatalog catalog() {
    return new MillraceCatalog(
        "main",
        CatalogSettings.of(server.uri(), "main"),
        TokenSource.of("the test", () -> server.token(ADMIN)));
  }

  private Definition.Table stored(String name) {
    return (Definition.Table) server.stored(name).definition();
  }

  @Test
  void aManagedTableIsMadeWrittenReadAlteredRenamedAndDropped() throws Exception {
    sql.run("CREATE DATABASE shop COMMENT 'all of the shop'");
    sql.run(
        "CREATE TABLE shop.orders (id BIGINT NOT NULL COMMENT 'number', customer STRING,"
            + " `day` DATE) COMMENT 'all orders' PARTITIONED BY (`day`)"
            + " WITH ('delta.appendOnly' = 'true')");
    stream.insert(
        "INSERT INTO main.shop.orders VALUES (1, 'ann', DATE '2026-01-01'),"
            + " (2, 'bob', DATE '2026-01-02')");
    sql.insert("INSERT INTO shop.orders VALUES (3, 'cid', DATE '2026-01-02')");

    assertThat(sql.rows("SHOW TABLES FROM shop")).containsExactly("+I[orders]");
    assertThat(sql.rows("SELECT id, customer FROM SHOP.Orders WHERE id > 1"))
        .as("names are the same in any case")
        .containsExactly("+I[2, bob]", "+I[3, cid]");
    assertThat(stream.first("SELECT id FROM shop.orders", 3))
        .containsExactlyInAnyOrder("+I[1]", "+I[2]", "+I[3]");
    assertThat(sql.rows("SHOW PARTITIONS shop.orders"))
        .containsExactly("+I[day=2026-01-01]", "+I[day=2026-01-02]");
    Definition.Table stored = stored("main.shop.orders");
    assertThat(stored.tableType()).isEqualTo(Definition.TableType.MANAGED);
    assertThat(stored.columns().get(0).typeJson())
        .contains(
            "{\"name\":\"id\",\"type\":\"long\",\"nullable\":false,"
                + "\"metadata\":{\"comment\":\"number\"}}");
    assertThat(stored.columns().get(2).partitionIndex()).contains(0);
    String place = stored.location().orElseThrow();
    assertThat(TableDetail.of(place).properties())
        .containsEntry("io.unitycatalog.tableId", server.stored("main.shop.orders").id().toString())
        .containsEntry("delta.appendOnly", "true");

    sql.run("ALTER TABLE shop.orders ADD (amount DECIMAL(10, 2) COMMENT 'in francs')");
    sql.run("ALTER TABLE shop.orders SET ('delta.logRetentionDuration' = 'interval 3 days')");
    sql.run("ALTER TABLE shop.orders RENAME TO sales");
    stream.insert(
        "INSERT INTO shop.sales VALUES (4, 'dan', DATE '2026-01-03', CAST(1.5 AS DECIMAL(10,2)))");

    assertThat(sql.rows("SELECT id, amount FROM shop.sales WHERE id > 2"))
        .containsExactly("+I[3, null]", "+I[4, 1.50]");
    assertThat(sql.rows("DESCRIBE shop.sales"))
        .contains(
            "+I[id, BIGINT, false, null, null, null, number]",
            "+I[amount, DECIMAL(10, 2), true, null, null, null, in francs]");
    Definition.Table altered = stored("main.shop.sales");
    assertThat(altered.columns().get(3).typeText()).isEqualTo("decimal(10,2)");
    assertThat(altered.location()).contains(place);
    assertThat(server.stored("main.shop.sales").properties())
        .containsEntry("delta.logRetentionDuration", "interval 3 days");
    fails(
        "Object 'orders' not found within 'main.shop'",
        () -> sql.rows("SELECT * FROM shop.orders"));
    fails("is not empty", () -> sql.run("DROP DATABASE shop RESTRICT"));
    sql.run("DROP TABLE shop.sales");
    sql.run("DROP TABLE IF EXISTS shop.sales");
    sql.run("DROP DATABASE shop");
    assertThat(sql.rows("SHOW DATABASES")).containsExactly("+I[default]");
  }

  private static final String EVERY_TYPE =
      "b BOOLEAN, i1 TINYINT, i2 SMALLINT, i4 INT NOT NULL, i8 BIGINT, f4 FLOAT, f8 DOUBLE,"
          + " d DECIMAL(38, 18), s STRING, v BYTES, da DATE, ts TIMESTAMP(6),"
          + " tz TIMESTAMP_LTZ(6), a ARRAY<INT NOT NULL>, m MAP<STRING NOT NULL, ARRAY<DATE>>,"
          + " r ROW<`x-y` BIGINT NOT NULL, n ROW<z STRING>> NOT NULL";

  @Test
  void everyTypeComesBackAsItWas() throws Exception {
    sql.run("CREATE TABLE t (" + EVERY_TYPE + ")");
    List<String> described = sql.rows("DESCRIBE t");

    assertThat(described)
        .contains(
            "+I[i4, INT, false, null, null, null]",
            "+I[d, DECIMAL(38, 18), true, null, null, null]",
            "+I[ts, TIMESTAMP(6), true, null, null, null]",
            "+I[tz, TIMESTAMP_LTZ(6), true, null, null, null]",
            "+I[a, ARRAY<INT NOT NULL>, true, null, null, null]",
            "+I[m, MAP<STRING NOT NULL, ARRAY<DATE>>, true, null, null, null]",
            "+I[r, ROW<`x-y` BIGINT NOT NULL, `n` ROW<`z` STRING>>, false, null, null, null]");
    Definition.Table stored = stored("main.default.t");
    assertThat(stored.columns().stream().map(Definition.Column::typeText))
        .containsExactly(
            "boolean",
            "tinyint",
            "smallint",
            "int",
            "bigint",
            "float",
            "double",
            "decimal(38,18)",
            "string",
            "binary",
            "date",
            "timestamp_ntz",
            "timestamp",
            "array<int>",
            "map<string,array<date>>",
            "struct<`x-y`:bigint,n:struct<z:string>>");
    assertThat(stored.columns().stream().map(Definition.Column::typeName))
        .containsExactly(
            "BOOLEAN",
            "BYTE",
            "SHORT",
            "INT",
            "LONG",
            "FLOAT",
            "DOUBLE",
            "DECIMAL",
            "STRING",
            "BINARY",
            "DATE",
            "TIMESTAMP_NTZ",
            "TIMESTAMP",
            "ARRAY",
            "MAP",
            "STRUCT");
    // Without its log, what the catalog keeps is all that there is to know.
    Files.move(Path.of(java.net.URI.create(stored.location().orElseThrow())), folder.resolve("x"));
    assertThat(sql.rows("DESCRIBE t")).isEqualTo(described);
    sql.run("CREATE TABLE longest (c VARCHAR(10), w TIMESTAMP(3))");
    assertThat(sql.rows("DESCRIBE longest"))
        .as("Delta keeps no lengths, and microseconds")
        .containsExactly(
            "+I[c, STRING, true, null, null, null]", "+I[w, TIMESTAMP(6), true, null, null, null]");
    refused(
        ErrorCode.TYPE_UNSUPPORTED,
        "column t has type TIME(0), which Delta tables cannot hold",
        () -> sql.run("CREATE TABLE times (t TIME)"));
  }

  @Test
  void aTableWithAPathIsExternalAndMayBeThereAlready() throws Exception {
    Path place = folder.resolve("mine");
    sql.run(
        "CREATE TABLE ones (id INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('path' = '%s')"
            .formatted(place));
    stream.insert("INSERT INTO ones VALUES (1) ON CONFLICT DO DEDUPLICATE");
    stream.insert("INSERT INTO ones VALUES (1), (2) ON CONFLICT DO DEDUPLICATE");
    assertThat(stored("main.default.ones").tableType()).isEqualTo(Definition.TableType.EXTERNAL);
    sql.run("DROP TABLE ones");

    refused(
        ErrorCode.SCHEMA_CHANGED,
        "other columns than table main.default.two is to have: ROW<`id` INT NOT NULL>",
        () -> sql.run("CREATE TABLE two (id BIGINT) WITH ('path' = '%s')".formatted(place)));
    sql.run("CREATE TABLE two WITH ('path' = '%s')".formatted(place));

    assertThat(sql.rows("SELECT * FROM two")).containsExactly("+I[1]", "+I[2]");
    assertThat(sql.rows("DESCRIBE two")).containsExactly("+I[id, INT, false, PRI(id), null, null]");
    refused(
        ErrorCode.ARGUMENT_INVALID,
        "is in use, or lies in or around a place that is",
        () -> sql.run("CREATE TABLE third WITH ('path' = '%s')".formatted(place)));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "table main.default.third is to have no columns",
        () -> sql.run("CREATE TABLE third WITH ('path' = '%s')".formatted(folder.resolve("no"))));
    sql.run("CREATE TABLE IF NOT EXISTS two (x STRING)");
    fails("already exist", () -> sql.run("CREATE TABLE two (x STRING)"));
  }

  @Test
  void whatADeltaTableCannotKeepIsRefusedBeforeAnythingIsMade() throws Exception {
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "table main.default.t is to have a watermark, which a Delta table cannot keep",
        () -> sql.run("CREATE TABLE t (w TIMESTAMP(3), WATERMARK FOR w AS w)"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "connector 'kafka'",
        () -> sql.run("CREATE TABLE t (id INT) WITH ('connector' = 'kafka')"));
    fails("nope", () -> sql.run("CREATE TABLE nope.t (id INT)"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "database sys is for procedures",
        () -> sql.run("CREATE TABLE sys.t (id INT)"));
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "function default.f is to be a class",
        () -> sql.run("CREATE FUNCTION f AS 'java.lang.String'"));
    assertThat(sql.rows("SHOW TABLES")).isEmpty();
    assertThat(folder.resolve("managed")).doesNotExist();
  }

  @Test
  void rowsAreReadAsOfATime() throws Exception {
    sql.run("CREATE TABLE t (id INT)");
    stream.insert("INSERT INTO t VALUES (1)");
    sql.run("ALTER TABLE t ADD name STRING");
    stream.insert("INSERT INTO t VALUES (2, 'two')");
    Path log =
        Path.of(java.net.URI.create(stored("main.default.t").location().orElseThrow()))
            .resolve("_delta_log");
    for (int version = 0; version <= 3; version++) {
      Files.setLastModifiedTime(
          log.resolve("%020d.json".formatted(version)),
          FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * version)));
    }

    assertThat(
            sql.rows(
                "SELECT * FROM main.`default`.t FOR SYSTEM_TIME AS OF"
                    + " TIMESTAMP '2026-01-01 00:01:30'"))
        .containsExactly("+I[1]");
    assertThat(sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:02:00'"))
        .containsExactly("+I[1, null]");
    refused(
        ErrorCode.TABLE_NOT_FOUND,
        "has no version as of 2025-12-31T23:59:59Z",
        () -> sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2025-12-31 23:59:59'"));
    sql.run("CREATE VIEW v AS SELECT id FROM t");
    refused(
        ErrorCode.SQL_UNSUPPORTED,
        "view default.v has no versions",
        () -> sql.rows("SELECT * FROM v FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:02:00'"));
  }

  @Test
  void aViewIsKeptWithFullNamesAndWhatItReads() throws Exception {
    sql.run("CREATE TABLE t (id INT COMMENT 'n', r ROW<a ROW<b INT>>)");
    sql.run("CREATE DATABASE other");
    sql.run("CREATE TABLE other.u (id INT)");
    stream.insert("INSERT INTO t VALUES (1, ROW(ROW(10))), (2, ROW(ROW(20)))");
    stream.insert("INSERT INTO other.u VALUES (2), (3)");
    sql.run(
        "CREATE VIEW v (id, b) COMMENT 'both' AS SELECT t.id, t.r.a.b FROM t"
            + " WHERE id IN (SELECT id FROM other.u) AND 'main.default.no' <> '' -- main.x.y");

    assertThat(sql.rows("SELECT * FROM v")).containsExactly("+I[2, 20]");
    assertThat(stream.first("SELECT * FROM v", 1)).containsExactly("+I[2, 20]");
    assertThat(sql.rows("SHOW VIEWS")).containsExactly("+I[v]");
    assertThat(sql.rows("SHOW TABLES")).containsExactly("+I[t]", "+I[v]");
    Definition.Table stored = stored("main.default.v");
    assertThat(stored.tableType()).isEqualTo(Definition.TableType.VIEW);
    assertThat(stored.viewText().orElseThrow()).contains("`main`.`default`.`t`");
    assertThat(stored.dependencies())
        .containsExactlyInAnyOrder(
            new Definition.Dependency(false, "main.default.t"),
            new Definition.Dependency(false, "main.other.u"));
    assertThat(stored.columns().stream().map(Definition.Column::typeText))
        .containsExactly("int", "int");
    Session elsewhere = new Session(true);
    elsewhere.run(
        "CREATE CATALOG lake WITH ('type' = 'millrace', 'uri' = '%s', 'catalog' = 'main',"
                .formatted(server.uri())
            + " 'session' = '%s')".formatted(CatalogSessions.open(() -> server.token(ADMIN))));
    assertThat(elsewhere.rows("SELECT * FROM lake.`default`.v"))
        .as("where the catalog has another name")
        .containsExactly("+I[2, 20]");
    elsewhere.run("CREATE VIEW lake.`default`.w AS SELECT id FROM lake.other.u");
    assertThat(stored("main.default.w").viewText().orElseThrow()).contains("`main`.`other`.`u`");
    assertThat(sql.rows("SELECT * FROM w")).containsExactly("+I[2]", "+I[3]");

    sql.run("ALTER VIEW v AS SELECT id FROM other.u");
    sql.run("ALTER VIEW v RENAME TO x");

    assertThat(sql.rows("SELECT * FROM x")).containsExactly("+I[2]", "+I[3]");
    assertThat(stored("main.default.x").dependencies())
        .containsExactly(new Definition.Dependency(false, "main.other.u"));
    sql.run("DROP VIEW x");
    assertThat(sql.rows("SHOW VIEWS")).containsExactly("+I[w]");
  }

  @Test
  void schemasHaveCommentsAndProperties() throws Exception {
    sql.run("CREATE DATABASE shop COMMENT 'c' WITH ('owner.team' = 'sales')");
    sql.run("CREATE DATABASE IF NOT EXISTS Shop");
    fails("already exist", () -> sql.run("CREATE DATABASE shop"));
    sql.run("ALTER DATABASE shop SET ('k' = 'v')");

    assertThat(catalog().getDatabase("SHOP").getProperties())
        .containsEntry("owner.team", "sales")
        .containsEntry("k", "v");
    assertThat(catalog().getDatabase("shop").getComment()).isEqualTo("c");
    sql.run("CREATE TABLE shop.t (id INT)");
    sql.run("DROP DATABASE shop CASCADE");
    assertThat(catalog().databaseExists("shop")).isFalse();
    assertThat(catalog().databaseExists("a.b")).isFalse();
    assertThat(catalog().tableExists(new ObjectPath("default", "a.b"))).isFalse();
  }

  @Test
  void thePlannerKnowsWhatTheLogKnows() throws Exception {
    sql.run("CREATE TABLE t (id BIGINT, p INT) PARTITIONED BY (p)");
    stream.insert("INSERT INTO t VALUES (5, 1), (7, 1), (9, 2)");
    ObjectPath t = new ObjectPath("default", "t");

    assertThat(catalog().getTableStatistics(t).getRowCount()).isEqualTo(3);
    var ids =
        (CatalogColumnStatisticsDataLong)
            catalog().getTableColumnStatistics(t).getColumnStatisticsData().get("id");
    assertThat(List.of(ids.getMin(), ids.getMax())).containsExactly(5L, 9L);
    assertThat(sql.rows("SELECT COUNT(*) FROM t WHERE p = 1")).containsExactly("+I[2]");
    sql.run("CREATE TABLE plain (id INT)");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> catalog().listPartitions(new ObjectPath("default", "plain")))
        .isInstanceOf(TableNotPartitionedException.class);
  }

  @Test
  void tablesOfOtherCatalogsAreFoundWhileThisOneIsTheCurrentOne() throws Exception {
    sql.run(
        "CREATE CATALOG files WITH ('type' = 'delta', 'warehouse' = '%s')"
            .formatted(folder.resolve("warehouse")));
    sql.run("CREATE DATABASE files.db");
    sql.run("CREATE TABLE files.db.t (id INT)");
    stream.run(
        "CREATE CATALOG files WITH ('type' = 'delta', 'warehouse' = '%s')"
            .formatted(folder.resolve("warehouse")));
    stream.insert("INSERT INTO files.db.t VALUES (1)");

    assertThat(
            sql.rows(
                "SELECT * FROM files.db.t FOR SYSTEM_TIME AS OF"
                    + " TIMESTAMP '2999-01-01 00:00:00'"))
        .containsExactly("+I[1]");
  }
}
