package io.millrace.delta.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableDetail;
import io.millrace.delta.table.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.TableNotPartitionedException;
import org.apache.flink.table.catalog.stats.CatalogColumnStatisticsDataLong;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of Delta tables as a catalog, through Flink SQL. */
class TestDeltaCatalog {
  @TempDir Path warehouse;

  private Sql sql;
  private Sql stream;

  @BeforeEach
  void useCatalog() {
    sql = session(true);
    stream = session(false);
  }

  private Sql session(boolean batch) {
    Sql session = new Sql(batch);
    session.run("CREATE CATALOG lake WITH ('type' = 'delta', 'warehouse' = '" + warehouse + "')");
    session.run("USE CATALOG lake");
    return session;
  }

  private DeltaCatalog catalog() {
    return new DeltaCatalog("lake", "default", new Warehouse(warehouse.toString()));
  }

  private String folder(String table) {
    return warehouse.resolve("default").resolve(table).toString();
  }

  @Test
  void whatIsCreatedInOneSessionIsThereInTheNext() throws Exception {
    sql.run(
        "CREATE TABLE orders (id BIGINT NOT NULL COMMENT 'number', customer STRING,"
            + " amount DECIMAL(10, 2), tags ARRAY<STRING>, `day` DATE) COMMENT 'all orders'"
            + " PARTITIONED BY (`day`) WITH ('delta.appendOnly' = 'true')");
    stream.insert(
        "INSERT INTO orders VALUES (1, 'ann', 1.50, ARRAY['a'], DATE '2026-01-01'),"
            + " (2, 'bob', 2.50, ARRAY['b', 'c'], DATE '2026-01-02')");

    useCatalog();
    assertThat(sql.rows("SHOW TABLES")).containsExactly("+I[orders]");
    assertThat(sql.rows("SHOW DATABASES")).containsExactly("+I[default]");
    assertThat(sql.rows("DESCRIBE orders"))
        .containsExactlyInAnyOrder(
            "+I[id, BIGINT, false, null, null, null, number]",
            "+I[customer, STRING, true, null, null, null, null]",
            "+I[amount, DECIMAL(10, 2), true, null, null, null, null]",
            "+I[tags, ARRAY<STRING>, true, null, null, null, null]",
            "+I[day, DATE, true, null, null, null, null]");
    assertThat(sql.rows("SELECT id, customer, tags FROM orders WHERE amount > 2"))
        .containsExactly("+I[2, bob, [b, c]]");
    assertThat(sql.rows("SHOW PARTITIONS orders"))
        .containsExactly("+I[day=2026-01-01]", "+I[day=2026-01-02]");
    TableDetail detail = TableDetail.of(folder("orders"));
    assertThat(detail.description()).contains("all orders");
    assertThat(detail.partitionColumns()).containsExactly("day");
    assertThat(detail.properties()).containsEntry("delta.appendOnly", "true");
    assertThat(sql.rows("SHOW CREATE TABLE orders").get(0))
        .contains("COMMENT 'all orders'", "PARTITIONED BY (`day`)", "'delta.appendOnly' = 'true'");
  }

  @Test
  void aPrimaryKeyIsKeptAndRowsReplaceOneAnother() throws Exception {
    sql.run(
        "CREATE TABLE balance (account BIGINT, amount INT, PRIMARY KEY (account) NOT ENFORCED)");
    useCatalog();
    assertThat(sql.rows("DESCRIBE balance"))
        .contains("+I[account, BIGINT, false, PRI(account), null, null]");
    stream.insert("INSERT INTO balance VALUES (1, 10), (2, 20) ON CONFLICT DO DEDUPLICATE");
    stream.insert("INSERT INTO balance VALUES (1, 11) ON CONFLICT DO DEDUPLICATE");

    assertThat(sql.rows("SELECT * FROM balance")).containsExactly("+I[1, 11]", "+I[2, 20]");
    assertThat(TableDetail.of(folder("balance")).properties())
        .containsEntry("millrace.primaryKey", "[\"account\"]")
        .containsEntry("delta.enableDeletionVectors", "true");
  }

  @Test
  void rowsAreReadAsOfATime() throws Exception {
    sql.run("CREATE TABLE t (id INT)");
    stream.insert("INSERT INTO t VALUES (1)");
    sql.run("ALTER TABLE t ADD name STRING");
    stream.insert("INSERT INTO t VALUES (2, 'two')");
    Path log = Path.of(folder("t"), "_delta_log");
    for (int version = 0; version <= 3; version++) {
      Files.setLastModifiedTime(
          log.resolve("%020d.json".formatted(version)),
          FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * version)));
    }

    assertThat(sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:01:30'"))
        .containsExactly("+I[1]");
    assertThat(sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01 00:02:00'"))
        .containsExactly("+I[1, null]");
    assertThat(sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2027-01-01 00:00:00'"))
        .containsExactly("+I[1, null]", "+I[2, two]");
    assertRefused(
        () -> sql.rows("SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2025-12-31 23:59:59'"),
        ErrorCode.TABLE_NOT_FOUND,
        "table %s has no version as of 2025-12-31T23:59:59Z: its first that can be read is version"
                .formatted(folder("t"))
            + " 0 of 2026-01-01T00:00:00Z");
  }

  @Test
  void columnsPropertiesAndCommentsAreAltered() throws Exception {
    sql.run("CREATE TABLE t (id INT, last STRING)");
    stream.insert("INSERT INTO t VALUES (1, 'x')");
    sql.run("ALTER TABLE t ADD (a BIGINT COMMENT 'one' AFTER id, b ROW<c DATE>)");
    sql.run("ALTER TABLE t SET ('delta.enableDeletionVectors' = 'true', 'comment' = 'numbers')");
    sql.run("ALTER TABLE t MODIFY last STRING COMMENT 'the last'");
    sql.run("ALTER TABLE t SET ('delta.logRetentionDuration' = 'interval 3 days')");
    sql.run("ALTER TABLE t RESET ('delta.logRetentionDuration')");

    assertThat(sql.rows("SELECT * FROM t")).containsExactly("+I[1, null, x, null]");
    stream.insert("INSERT INTO t VALUES (2, 20, 'y', ROW(DATE '2026-01-01'))");
    assertThat(sql.rows("SELECT a, b FROM t WHERE id = 2"))
        .containsExactly("+I[20, +I[2026-01-01]]");
    TableDetail detail = TableDetail.of(folder("t"));
    assertThat(detail.description()).contains("numbers");
    assertThat(detail.features()).contains("deletionVectors");
    assertThat(detail.properties())
        .containsEntry("delta.enableDeletionVectors", "true")
        .doesNotContainKey("delta.logRetentionDuration");
    assertThat(sql.rows("DESCRIBE t"))
        .contains(
            "+I[a, BIGINT, true, null, null, null, one]",
            "+I[last, STRING, true, null, null, null, the last]");
    assertThat(KernelTableReader.history(folder("t"), 7))
        .extracting(entry -> entry.operation())
        .containsExactly(
            "STREAMING UPDATE",
            "UNSET TBLPROPERTIES",
            "SET TBLPROPERTIES",
            "CHANGE COLUMN",
            "SET TBLPROPERTIES",
            "ADD COLUMNS",
            "STREAMING UPDATE");
  }

  @Test
  void whatCannotBeAlteredIsRefusedByName() {
    sql.run("CREATE TABLE t (id INT, name STRING)");
    assertRefused("ALTER TABLE t RENAME name TO title", "column name cannot be renamed");
    assertRefused("ALTER TABLE t DROP name", "column name cannot be dropped");
    assertRefused("ALTER TABLE t MODIFY id BIGINT", "column id cannot become BIGINT");
    assertRefused("ALTER TABLE t MODIFY name STRING FIRST", "column name cannot be moved");
    assertRefused(
        "ALTER TABLE t ADD PRIMARY KEY (id) NOT ENFORCED", "the primary key cannot be changed");
    assertRefused("ALTER TABLE t SET ('mode' = 'stream')", "option 'mode' is no property");
    assertRefused("ALTER TABLE t RENAME TO u", "table default.t cannot be renamed to u");
    assertRefused(
        "ALTER TABLE t SET ('delta.constraints.c' = 'id > 0')",
        "property delta.constraints.c of table %s cannot be changed here: rows that are there are"
                .formatted(folder("t"))
            + " not checked here");
    assertRefused(
        "ALTER TABLE t ADD n INT NOT NULL",
        "column n is to be NOT NULL, and rows of table %s have no value of it"
            .formatted(folder("t")));
    assertRefused(
        () -> sql.run("ALTER TABLE t SET ('delta.checkpointInterval' = 'often')"),
        ErrorCode.PROPERTY_INVALID,
        "property delta.checkpointInterval of table %s cannot be 'often'".formatted(folder("t")));
    assertThat(TableDetail.of(folder("t")).version()).isZero();
  }

  @Test
  void whatATableCannotKeepIsRefusedByName() {
    assertRefused(
        "CREATE TABLE t (id INT, twice AS id * 2)",
        "table default.t is to have column twice, which is computed or metadata, which a Delta");
    assertRefused(
        "CREATE TABLE t (at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time)",
        "table default.t is to have a watermark, which a Delta table cannot keep");
    assertRefused(
        "CREATE TABLE t (id INT) WITH ('connector' = 'kafka')",
        "table default.t is to have connector 'kafka', which a Delta table cannot keep");
    assertRefused(
        "CREATE TABLE t (id INT) WITH ('path' = '/elsewhere')",
        "table default.t is to have a path of its own, which a Delta table cannot keep");
    assertRefused(
        "CREATE TABLE t (id INT) WITH ('mode' = 'stream')",
        "table default.t is to have option 'mode', which a Delta table cannot keep");
    assertRefused("CREATE VIEW v AS SELECT 1", "default.v is to be a view");
    assertRefused(
        () -> sql.run("CREATE TABLE t (id INT) WITH ('delta.noSuchThing' = '1')"),
        ErrorCode.PROPERTY_INVALID,
        "delta.noSuchThing");
    assertThat(warehouse.resolve("default/t/_delta_log")).doesNotExist();
  }

  @Test
  void tablesAndDatabasesAreDropped() throws Exception {
    Path kept = Files.createDirectories(warehouse.resolve("kept"));
    Files.writeString(kept.resolve("file"), "mine");
    sql.run("CREATE DATABASE web");
    sql.run("CREATE TABLE web.visits (id INT)");
    stream.insert("INSERT INTO web.visits VALUES (1)");
    Files.createSymbolicLink(warehouse.resolve("web/visits/link"), kept);
    assertThat(sql.rows("SHOW DATABASES")).containsExactly("+I[default]", "+I[kept]", "+I[web]");
    assertThatThrownBy(() -> sql.run("DROP DATABASE web")).hasStackTraceContaining("is not empty");

    sql.run("DROP TABLE web.visits");
    assertThat(sql.rows("SHOW TABLES IN web")).isEmpty();
    assertThat(warehouse.resolve("web")).isEmptyDirectory();
    assertThat(kept.resolve("file")).hasContent("mine");
    sql.run("DROP TABLE IF EXISTS web.visits");
    sql.run("CREATE TABLE web.visits (name STRING)");
    assertThat(sql.rows("SELECT * FROM web.visits")).isEmpty();
    sql.run("DROP DATABASE web CASCADE");
    assertThat(warehouse.resolve("web")).doesNotExist();
  }

  @Test
  void namesThatLeadElsewhereAreRefused() {
    for (String name : List.of("..", "a/b", "_hidden", ".hidden", "a..b")) {
      assertRefused(
          () -> sql.run("CREATE TABLE `" + name + "` (id INT)"),
          ErrorCode.OPTION_INVALID,
          "'%s' cannot be the name of a table".formatted(name));
    }
    assertRefused(
        () -> sql.run("CREATE DATABASE `../up`"),
        ErrorCode.OPTION_INVALID,
        "'../up' cannot be the name of a database");
    assertRefused(
        () -> sql.run("CREATE CATALOG c WITH ('type' = 'delta', 'warehouse' = 'data')"),
        ErrorCode.OPTION_INVALID,
        "option 'warehouse' is 'data', which is no absolute path");
  }

  @Test
  void aTemporaryTableAddsWhatATableCannotKeep() throws Exception {
    sql.run("CREATE TABLE t (id INT, at_time TIMESTAMP(6))");
    stream.insert("INSERT INTO t VALUES (1, TIMESTAMP '2026-01-01 00:00:00')");
    sql.run(
        "CREATE TEMPORARY TABLE timed (twice AS id * 2,"
            + " version BIGINT METADATA FROM '_commit_version' VIRTUAL,"
            + " at_millis AS CAST(at_time AS TIMESTAMP(3)),"
            + " WATERMARK FOR at_millis AS at_millis - INTERVAL '5' SECOND) LIKE t");

    assertThat(sql.rows("SELECT twice, version FROM timed")).containsExactly("+I[2, 1]");
  }

  @Test
  void theLogsNumbersAreThePlannersStatistics() throws Exception {
    sql.run("CREATE TABLE t (id BIGINT, name STRING)");
    stream.insert("INSERT INTO t VALUES (7, 'a'), (-3, 'b'), (40, CAST(NULL AS STRING))");
    DeltaCatalog catalog = catalog();
    ObjectPath t = new ObjectPath("default", "t");

    CatalogTableStatistics table = catalog.getTableStatistics(t);
    assertThat(table.getRowCount()).isEqualTo(3);
    assertThat(table.getTotalSize()).isPositive();
    var id =
        (CatalogColumnStatisticsDataLong)
            catalog.getTableColumnStatistics(t).getColumnStatisticsData().get("id");
    assertThat(id.getMin()).isEqualTo(-3);
    assertThat(id.getMax()).isEqualTo(40);
    assertThatThrownBy(() -> catalog.listPartitions(t))
        .isInstanceOf(TableNotPartitionedException.class);
    stream.insert("INSERT INTO t VALUES (41, 'z')");
    assertThat(catalog.getTableStatistics(t).getRowCount()).isEqualTo(4);
  }

  @Test
  void aTableThatIsThereIsNotCreatedAgain() throws Exception {
    sql.run("CREATE TABLE t (id INT)");
    sql.run("CREATE TABLE IF NOT EXISTS t (name STRING)");
    assertThatThrownBy(() -> sql.run("CREATE TABLE t (name STRING)"))
        .hasStackTraceContaining("already exists");
    assertThat(sql.rows("DESCRIBE t")).containsExactly("+I[id, INT, true, null, null, null]");
  }

  private void assertRefused(String statement, String problem) {
    assertRefused(() -> sql.run(statement), ErrorCode.SQL_UNSUPPORTED, problem);
  }

  private static void assertRefused(ThrowingCallable statement, ErrorCode code, String problem) {
    assertThatThrownBy(statement)
        .satisfies(
            failure -> {
              MillraceException refusal = MillraceException.in(failure);
              assertThat(refusal).as("in %s", failure).isNotNull();
              assertThat(refusal.code()).isEqualTo(code);
              assertThat(refusal).hasMessageContaining(problem);
            });
  }
}
