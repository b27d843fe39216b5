package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions, new columns and constraints, as statements have them. */
class TestDeltaSqlSink {
  @TempDir private Path folder;
  private final Sql sql = new Sql(false);

  @Test
  void aPartitionedTableIsWrittenAndRead() throws Exception {
    sql.run(
        "CREATE TABLE visits (id BIGINT, visits BIGINT, `day` DATE, country STRING)"
            + " PARTITIONED BY (`day`, country) WITH ('connector' = 'delta', 'path' = '%s',"
                .formatted(folder)
            + " 'sink.partition.distribution' = 'as_they_come', 'sink.partition.open-files' = '2',"
            + " 'sink.partition.buffer' = '1mb')");
    sql.insert(
        "INSERT INTO visits PARTITION (country = 'a/b') VALUES (1, 10, DATE '2026-11-22'),"
            + " (2, 20, DATE '2026-11-23'), (3, 30, DATE '2026-11-24')");
    sql.insert("INSERT INTO visits VALUES (4, 40, CAST(NULL AS DATE), 'CH')");

    assertThat(sql.rows("SELECT * FROM visits"))
        .containsExactly(
            "+I[1, 10, 2026-11-22, a/b]",
            "+I[2, 20, 2026-11-23, a/b]",
            "+I[3, 30, 2026-11-24, a/b]",
            "+I[4, 40, null, CH]");
    assertThat(
            sql.rows("SELECT id FROM visits WHERE country = 'a/b' AND `day` > DATE '2026-11-22'"))
        .containsExactly("+I[2]", "+I[3]");
    assertThat(Files.isDirectory(folder.resolve("day=2026-11-22/country=a%2Fb"))).isTrue();
  }

  @Test
  void aTableGetsNewColumnsWhenAStatementSaysSo() throws Exception {
    sql.run(
        "CREATE TABLE narrow (id BIGINT) WITH ('connector' = 'delta', 'path' = '%s')"
            .formatted(folder));
    sql.insert("INSERT INTO narrow VALUES (1)");
    sql.run(
        "CREATE TABLE wide (id BIGINT, name STRING) WITH ('connector' = 'delta', 'path' = '%s')"
            .formatted(folder));

    assertThatThrownBy(() -> sql.insert("INSERT INTO wide VALUES (2, 'b')"))
        .hasStackTraceContaining("SCHEMA_CHANGED: table ")
        .hasStackTraceContaining("column name is not in the table");
    sql.insert("INSERT INTO wide /*+ OPTIONS('sink.schema-evolution' = 'add') */ VALUES (2, 'b')");

    assertThat(sql.rows("SELECT * FROM wide")).containsExactly("+I[1, null]", "+I[2, b]");
  }

  @Test
  void aConstraintIsKept() throws Exception {
    sql.run(
        "CREATE TABLE positive (id BIGINT) WITH ('connector' = 'delta', 'path' = '%s',"
                .formatted(folder)
            + " 'delta.constraints.positive' = 'id > 0')");
    sql.insert("INSERT INTO positive VALUES (1)");

    assertThatThrownBy(() -> sql.insert("INSERT INTO positive VALUES (0)"))
        .hasStackTraceContaining(
            "CHECK_VIOLATED: a row does not meet constraint positive of table");
    assertThat(sql.rows("SELECT * FROM positive")).containsExactly("+I[1]");
  }

  @Test
  void columnsAreGeneratedAndRowsNumbered() throws Exception {
    sql.run(
        "CREATE TABLE events (id BIGINT, happened TIMESTAMP_LTZ(6), `day` DATE, number BIGINT)"
            + " PARTITIONED BY (`day`) WITH ('connector' = 'delta', 'path' = '%s',"
                .formatted(folder)
            + " 'delta.generationExpression.day' = 'CAST(happened AS DATE)',"
            + " 'delta.identity.number' = 'ALWAYS START WITH 100')");
    sql.insert(
        "INSERT INTO events (id, happened) VALUES (1, TO_TIMESTAMP_LTZ(1795000000000, 3)),"
            + " (2, TO_TIMESTAMP_LTZ(1795100000000, 3))");

    assertThat(sql.rows("SELECT id, `day` FROM events"))
        .containsExactly("+I[1, 2026-11-18]", "+I[2, 2026-11-19]");
    assertThat(sql.rows("SELECT COUNT(DISTINCT number) FROM events WHERE number >= 100"))
        .contains("+U[2]");
    assertThat(Files.isDirectory(folder.resolve("day=2026-11-18"))).isTrue();
    assertThatThrownBy(
            () ->
                sql.insert(
                    "INSERT INTO events (id, happened, `day`)"
                        + " VALUES (3, TO_TIMESTAMP_LTZ(1795000000000, 3), DATE '2000-01-01')"))
        .hasStackTraceContaining(
            "CHECK_VIOLATED: a row does not meet constraint Generated Column of table");
  }

  @Test
  void aTableTellsWhatChangesInIt() throws Exception {
    sql.run(
        "CREATE TABLE balance (account BIGINT, amount BIGINT, PRIMARY KEY (account) NOT ENFORCED)"
            + " WITH ('connector' = 'delta', 'path' = '%s',".formatted(folder)
            + " 'delta.enableChangeDataFeed' = 'true')");
    sql.insert("INSERT INTO balance VALUES (1, 10), (2, 20) ON CONFLICT DO DEDUPLICATE");
    sql.insert("INSERT INTO balance VALUES (1, 11), (3, 30) ON CONFLICT DO DEDUPLICATE");
    sql.run(
        "CREATE TABLE balance_changes (account BIGINT, amount BIGINT,"
            + " what STRING METADATA FROM '_change_type' VIRTUAL)"
            + " WITH ('connector' = 'delta', 'path' = '%s', 'mode' = 'change-rows',"
                .formatted(folder)
            + " 'starting-version' = '0', 'ending-version' = '100')");

    assertThat(sql.rows("SELECT * FROM balance_changes"))
        .containsExactly(
            "+I[1, 10, insert]",
            "+I[1, 10, update_preimage]",
            "+I[1, 11, update_postimage]",
            "+I[2, 20, insert]",
            "+I[3, 30, insert]");
  }
}
