package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UPDATE and DELETE list what they change, where a table keeps a change data feed. */
class TestRowLevelChangeFeed {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyChangedRowIsListedOnce(boolean vectors) throws Exception {
    Sql batch = new Sql(true);
    String options =
        "('connector' = 'delta', 'path' = '%s', 'delta.enableChangeDataFeed' = 'true',"
                .formatted(folder)
            + " 'delta.enableDeletionVectors' = '%s'".formatted(vectors);
    String columns = "id BIGINT, name STRING";
    batch.run("CREATE TABLE t (%s) WITH %s)".formatted(columns, options));
    batch.run(
        "CREATE TABLE changes (%s, what STRING METADATA FROM '_change_type' VIRTUAL,"
                .formatted(columns)
            + " v BIGINT METADATA FROM '_commit_version' VIRTUAL) WITH "
            + options
            + ", 'mode' = 'change-rows', 'starting-version' = '2')");
    // As one version: no checkpoint comes between.
    batch.insert("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");

    batch.run("UPDATE t SET name = UPPER(name) WHERE id < 3").await(60, TimeUnit.SECONDS);
    batch.run("DELETE FROM t WHERE id = 3").await(60, TimeUnit.SECONDS);
    batch.run("DELETE FROM t WHERE id = 1").await(60, TimeUnit.SECONDS);

    assertThat(batch.rows("SELECT v, what, id, name FROM changes"))
        .containsExactly(
            "+I[2, update_postimage, 1, A]",
            "+I[2, update_postimage, 2, B]",
            "+I[2, update_preimage, 1, a]",
            "+I[2, update_preimage, 2, b]",
            "+I[3, delete, 3, c]",
            "+I[4, delete, 1, A]");
    assertThat(batch.rows("SELECT * FROM t")).containsExactly("+I[2, B]");
  }
}
