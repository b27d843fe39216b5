package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements of batch jobs, which need no checkpoints. */
class TestDeltaSqlOverwrite {
  @TempDir private Path folder;
  private final Sql sql = new Sql(true);

  private void create(String more) {
    sql.run(
        "CREATE TABLE daily (id BIGINT, n BIGINT, `day` DATE) PARTITIONED BY (`day`)"
            + " WITH ('connector' = 'delta', 'path' = '%s'%s)".formatted(folder, more));
  }

  private void insertThree() throws Exception {
    sql.insert(
        "INSERT INTO daily VALUES (1, 10, DATE '2026-11-22'), (2, 20, DATE '2026-11-23'),"
            + " (3, 30, CAST(NULL AS DATE))");
  }

  @Test
  void aTableIsOverwrittenAsOneVersion() throws Exception {
    create("");
    insertThree();

    sql.insert("INSERT OVERWRITE daily SELECT id + 10, n, `day` FROM daily WHERE id < 3");

    assertThat(sql.rows("SELECT * FROM daily"))
        .containsExactly("+I[11, 10, 2026-11-22]", "+I[12, 20, 2026-11-23]");
    assertThat(sql.rows("SELECT * FROM daily /*+ OPTIONS('version' = '1') */")).hasSize(3);
    assertThat(folder.resolve("_delta_log/%020d.json".formatted(3))).doesNotExist();
  }

  @Test
  void aPartitionIsOverwritten() throws Exception {
    create("");
    insertThree();

    sql.insert("INSERT OVERWRITE daily PARTITION (`day` = '2026-11-22') VALUES (4, 40), (5, 50)");
    assertThat(sql.rows("SELECT * FROM daily"))
        .containsExactly(
            "+I[2, 20, 2026-11-23]",
            "+I[3, 30, null]",
            "+I[4, 40, 2026-11-22]",
            "+I[5, 50, 2026-11-22]");

    sql.insert(
        "INSERT OVERWRITE daily PARTITION (`day` = '2026-11-23')"
            + " SELECT id, n FROM daily WHERE id > 100");
    assertThat(sql.rows("SELECT id FROM daily")).containsExactly("+I[3]", "+I[4]", "+I[5]");
    assertThat(folder.resolve("_delta_log/%020d.json".formatted(3)))
        .content()
        .contains("\"predicate\":\"[\\\"(day = '2026-11-23')\\\"]\"");
  }

  @Test
  void onlyPartitionsThatGetRowsAreOverwrittenIfSoWanted() throws Exception {
    create(", 'sink.partition.overwrite-mode' = 'dynamic'");
    insertThree();

    sql.insert(
        "INSERT OVERWRITE daily VALUES (6, 60, DATE '2026-11-22'), (7, 70, CAST(NULL AS DATE))");

    assertThat(sql.rows("SELECT * FROM daily"))
        .containsExactly("+I[2, 20, 2026-11-23]", "+I[6, 60, 2026-11-22]", "+I[7, 70, null]");
  }

  @Test
  void aTableWithAKeyAndAFeedIsOverwritten() throws Exception {
    sql.run(
        "CREATE TABLE balance (account BIGINT, amount BIGINT, PRIMARY KEY (account) NOT ENFORCED)"
            + " WITH ('connector' = 'delta', 'path' = '%s',".formatted(folder)
            + " 'delta.enableChangeDataFeed' = 'true')");
    sql.insert("INSERT OVERWRITE balance VALUES (1, 10), (2, 20)");
    sql.insert("INSERT OVERWRITE balance VALUES (2, 21)");

    assertThat(sql.rows("SELECT * FROM balance")).containsExactly("+I[2, 21]");
    assertThat(folder.resolve("_delta_log/%020d.json".formatted(2)))
        .content()
        .contains("\"remove\":")
        .doesNotContain("\"dataChange\":false");
  }

  @Test
  void rowsOfAKeyAreReplacedInABatchJobToo() throws Exception {
    sql.run(
        "CREATE TABLE balance (account BIGINT, amount BIGINT, PRIMARY KEY (account) NOT ENFORCED)"
            + " WITH ('connector' = 'delta', 'path' = '%s')".formatted(folder));
    sql.insert("INSERT INTO balance VALUES (1, 10), (2, 20), (3, 30)");
    sql.insert("INSERT INTO balance SELECT account, amount + 1 FROM balance WHERE account < 3");
    sql.insert("INSERT INTO balance VALUES (4, 40)");

    assertThat(sql.rows("SELECT * FROM balance"))
        .containsExactly("+I[1, 11]", "+I[2, 21]", "+I[3, 30]", "+I[4, 40]");
    assertThat(folder.resolve("_delta_log/%020d.json".formatted(4))).doesNotExist();
  }

  @Test
  void streamsOverwriteNothing() {
    Sql stream = new Sql(false);
    stream.run(
        "CREATE TABLE daily (id BIGINT) WITH ('connector' = 'delta', 'path' = '%s')"
            .formatted(folder));

    assertThatThrownBy(() -> stream.insert("INSERT OVERWRITE daily VALUES (1)"))
        .hasStackTraceContaining("INSERT OVERWRITE into table")
        .hasStackTraceContaining("in streaming mode, in which nothing is ever complete");
  }

  @Test
  void aPartitionThatCannotBeIsRefused() throws Exception {
    create("");
    insertThree();

    assertThatThrownBy(
            () -> sql.insert("INSERT OVERWRITE daily PARTITION (`day` = 'soon') VALUES (4, 40)"))
        .satisfiesAnyOf(
            failure -> assertThat(failure).hasStackTraceContaining("OPTION_INVALID"),
            failure -> assertThat(failure).hasStackTraceContaining("soon"));
    assertThat(sql.rows("SELECT id FROM daily")).hasSize(3);
  }
}
