package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * {@code millrace table optimize, restore, vacuum, detail} on tables that delta-spark wrote, with
 * the features that it has; delta-spark then reads the same rows, goes on writing, and understands
 * the history.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestMaintenanceOfSparkTables {
  private static final String EVERY_TYPE =
      """
      id BIGINT, text STRING, small SMALLINT, tiny TINYINT, number INT, flag BOOLEAN,
      single FLOAT, dbl DOUBLE, money DECIMAL(12,2), large DECIMAL(30,5), day DATE,
      at TIMESTAMP, local TIMESTAMP_NTZ, bytes BINARY,
      list ARRAY<STRUCT<a: INT, b: STRING>>, tags MAP<STRING, INT>,
      inner STRUCT<x: BIGINT, y: STRUCT<z: DECIMAL(8,3)>>
      """;

  private static final String ROW =
      """
      SELECT id, concat('Zürich ', id), cast(id AS SMALLINT), cast(id %% 100 AS TINYINT),
      cast(id AS INT), id %% 2 = 0, cast(id / 3 AS FLOAT), id / 7, cast(id / 100 AS DECIMAL(12,2)),
      cast(-id / 1000 AS DECIMAL(30,5)), date_add(DATE'2026-01-01', cast(id AS INT)),
      timestamp_micros(1767225600123456 + id), cast(timestamp_micros(id) AS TIMESTAMP_NTZ),
      cast(concat('b', id) AS BINARY), array(struct(cast(id AS INT), 'b'), null),
      map('k', cast(id AS INT), 'n', null), struct(id, struct(cast(id AS DECIMAL(8,3))))
      FROM range(%d, %d)
      """;

  private final SparkSession spark = Spark.session();
  private Path root;

  @BeforeAll
  void makeRoot() throws IOException {
    root = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "maintenance");
  }

  @Test
  void everyTypeInPartitionsWithDeletedRows() throws Exception {
    String table = create("plain", true, "");
    for (int i = 0; i < 4; i++) {
      insert(table, 20 * i, 20 * i + 20, "'p ü%20=" + i % 2 + "'");
    }
    insert(table, 100, 110, "null");
    insert(table, 110, 120, "null");
    spark.sql("DELETE FROM " + table + " WHERE id % 5 = 1");
    maintain("plain", table, 7);
  }

  @Test
  void mappedNamesConstraintsAndChangeData() throws Exception {
    String table =
        create(
            "mapped",
            false,
            ", 'delta.columnMapping.mode'='name', 'delta.enableChangeDataFeed'='true'"
                + ", 'delta.enableInCommitTimestamps'='true', 'delta.checkpointPolicy'='v2'");
    spark.sql("ALTER TABLE " + table + " ADD CONSTRAINT positive CHECK (id >= 0)");
    for (int i = 0; i < 3; i++) {
      insert(table, 20 * i, 20 * i + 20, null);
    }
    spark.sql("ALTER TABLE " + table + " RENAME COLUMN text TO words");
    spark.sql("ALTER TABLE " + table + " ADD COLUMN more INT");
    spark.sql("DELETE FROM " + table + " WHERE id % 5 = 1");
    maintain("mapped", table, 7);
  }

  @Test
  void rowsKeepTheirIdsWhenTheyArePacked() throws Exception {
    SharedTable table = new SharedTable("tracked", root.resolve("tracked"));
    table.spark(
        "CREATE TABLE {t} (id BIGINT, a INT, b STRING) USING delta TBLPROPERTIES"
            + " ('delta.enableRowTracking' = 'true', 'delta.enableDeletionVectors' = 'true')");
    for (int i = 0; i < 3; i++) {
      table.spark(
          "INSERT INTO {t} SELECT id, cast(id %% 7 AS INT), concat('b', id %% 5) FROM range(%d, %d)"
              .formatted(50 * i, 50 * i + 50));
    }
    table.spark("UPDATE {t} SET b = 'u' WHERE id % 10 = 4");
    table.spark("DELETE FROM {t} WHERE id % 10 = 3");
    String ids = "SELECT id, b, _metadata.row_id, _metadata.row_commit_version FROM {t}";
    List<String> before = table.sparkRows(ids);
    assertThat(before).hasSize(135);

    millrace("optimize", table.folder().toString(), "--purge");
    assertThat(lastCommit(table.inSpark()).<String>getAs("operation")).isEqualTo("OPTIMIZE");
    assertThat(table.sparkRows(ids)).isEqualTo(before);
  }

  private String create(String name, boolean partitioned, String properties) {
    String table = "delta.`" + root.resolve(name) + "`";
    spark.sql(
        "CREATE TABLE %s (%s) USING delta %s TBLPROPERTIES ('delta.enableDeletionVectors'='true'%s)"
            .formatted(
                table,
                partitioned ? EVERY_TYPE + ", part STRING" : EVERY_TYPE,
                partitioned ? "PARTITIONED BY (part)" : "",
                properties));
    return table;
  }

  private void insert(String table, int from, int to, String partition) {
    String rows = ROW.formatted(from, to);
    spark.sql(
        "INSERT INTO "
            + table
            + " "
            + (partition == null
                ? rows
                : rows.replace("FROM range", ", " + partition + " FROM range")));
  }

  /** Every verb in turn, and what delta-spark makes of it. */
  private void maintain(String name, String table, long latest) throws Exception {
    String folder = root.resolve(name).toString();
    List<String> before = rows(table, "");
    List<String> earlier = rows(table, " VERSION AS OF " + (latest - 1));
    assertThat(before).isNotEqualTo(earlier);

    millrace("detail", folder);
    assertThat(millrace("optimize", folder, "--purge")).contains("deleted rows were left behind");
    assertThat(rows(table, "")).isEqualTo(before);
    assertThat(rows(table, " VERSION AS OF " + latest)).isEqualTo(before);
    Row optimized = lastCommit(table);
    assertThat(optimized.<String>getAs("operation")).isEqualTo("OPTIMIZE");
    assertThat(optimized.getMap(optimized.fieldIndex("operationMetrics")).contains("numAddedFiles"))
        .isTrue();
    assertThat(spark.sql("DESCRIBE DETAIL " + table).first().<Long>getAs("numFiles"))
        .isLessThan(5L);

    millrace("restore", folder, "--to-version", Long.toString(latest - 1));
    assertThat(rows(table, "")).isEqualTo(earlier);
    assertThat(lastCommit(table).<String>getAs("operation")).isEqualTo("RESTORE");
    millrace("restore", folder, "--to-version", Long.toString(latest));
    assertThat(rows(table, "")).isEqualTo(before);
    millrace("restore", folder, "--to-version", Long.toString(latest + 1));
    assertThat(rows(table, "")).isEqualTo(before);

    assertThat(millrace("vacuum", folder, "--retention", "0s", "--force")).startsWith("deleted ");
    assertThat(rows(table, "")).isEqualTo(before);
    assertThat(lastCommit(table).<String>getAs("operation")).isEqualTo("VACUUM END");

    // Both go on writing.
    spark.sql("UPDATE " + table + " SET number = number + 1 WHERE id % 3 = 0");
    spark.sql("OPTIMIZE " + table);
    List<String> updated = rows(table, "");
    assertThat(updated).hasSameSizeAs(before).isNotEqualTo(before);
    millrace("optimize", folder, "--purge");
    assertThat(rows(table, "")).isEqualTo(updated);
    spark.sql("RESTORE TABLE " + table + " TO VERSION AS OF " + (latest + 4));
    assertThat(rows(table, "")).isEqualTo(before);
  }

  private List<String> rows(String table, String version) {
    List<String> rows =
        new ArrayList<>(spark.sql("SELECT * FROM " + table + version).toJSON().collectAsList());
    rows.sort(null);
    return rows;
  }

  private Row lastCommit(String table) {
    return spark.sql("DESCRIBE HISTORY " + table + " LIMIT 1").first();
  }

  private static String millrace(String... arguments) throws Exception {
    String[] all = new String[arguments.length + 1];
    all[0] = "table";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    Product.Ended ended = Product.run(all);
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    return ended.output();
  }
}
