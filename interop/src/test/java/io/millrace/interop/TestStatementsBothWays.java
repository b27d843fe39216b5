package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * UPDATE, DELETE, MERGE and INSERT OVERWRITE, by delta-spark and by us in turn on the same table:
 * both see the same rows, the same changes and each other's history.
 */
class TestStatementsBothWays {
  private static SharedTable table(String name, String vectors, String more) throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark(
        "CREATE TABLE {t} (id BIGINT, name STRING, p INT) USING delta PARTITIONED BY (p)"
            + " TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true',"
            + " 'delta.enableDeletionVectors' = '%s'%s)".formatted(vectors, more));
    table.spark("INSERT INTO {t} SELECT id, concat('n', id), cast(id % 2 AS INT) FROM range(20)");
    return table;
  }

  private static Row last(SharedTable table) {
    return table.spark("DESCRIBE HISTORY {t} LIMIT 1").first();
  }

  @Test
  void updatesAndDeletesInTurn() throws Exception {
    for (String vectors : List.of("true", "false")) {
      SharedTable table = table("changed_" + vectors, vectors, "");
      table.spark("UPDATE {t} SET name = 'spark' WHERE id < 3");
      table.flinkBatch("UPDATE {t} SET name = 'flink', p = 1 - p WHERE id BETWEEN 2 AND 4");
      assertThat(last(table).<String>getAs("operation")).isEqualTo("UPDATE");
      Row update = last(table);
      assertThat(update.<String, String>getJavaMap(update.fieldIndex("operationMetrics")))
          .containsEntry("numUpdatedRows", "3");
      table.spark("DELETE FROM {t} WHERE id IN (1, 4)");
      table.flinkBatch("DELETE FROM {t} WHERE id IN (0, 7) OR name IS NULL");
      assertThat(last(table).<String>getAs("operation")).isEqualTo("DELETE");
      assertThat(table.agree(16)).contains("(2, 'flink', 1)", "(3, 'flink', 0)");
      table.spark("UPDATE {t} SET name = upper(name) WHERE p = 0");
      table.flinkBatch("DELETE FROM {t} WHERE p = 1");
      table.agree(8);
      assertThat(table.agreeOnChanges(1, table.version()))
          .anyMatch(row -> row.startsWith("(2, 'spark', 0, 'update_preimage'"))
          .anyMatch(row -> row.startsWith("(2, 'flink', 1, 'update_postimage'"));
      for (long version = 1; version <= table.version(); version++) {
        table.agreeOnChanges(version, version);
      }
    }
  }

  @Test
  void mergesInTurn() throws Exception {
    for (String vectors : List.of("true", "false")) {
      SharedTable table = table("merged_" + vectors, vectors, "");
      table.merge(
          "SELECT * FROM (VALUES (CAST(1 AS BIGINT), 'ours'), (2, 'gone'), (100, 'new'))"
              + " AS v (id, name)",
          "t.id = s.id",
          "WHEN MATCHED AND s.name = 'gone' THEN DELETE",
          "WHEN MATCHED THEN UPDATE SET name = s.name",
          "WHEN NOT MATCHED THEN INSERT (id, name, p) VALUES (s.id, s.name, 3)",
          "WHEN NOT MATCHED BY SOURCE AND t.id > 17 THEN DELETE");
      assertThat(last(table).<String>getAs("operation")).isEqualTo("MERGE");
      assertThat(table.agree(18)).contains("(1, 'ours', 1)", "(100, 'new', 3)");
      table.spark(
          "MERGE INTO {t} USING (SELECT explode(array(1L, 5L, 200L)) AS key) ON id = key"
              + " WHEN MATCHED AND key = 5 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'spark'"
              + " WHEN NOT MATCHED THEN INSERT (id, p) VALUES (key, 0)");
      table.merge(
          "SELECT CAST(200 AS BIGINT) AS id, 'again' AS name, 1 AS p",
          "t.id = s.id",
          "WHEN MATCHED THEN UPDATE SET *");
      assertThat(table.agree(18)).contains("(1, 'spark', 1)", "(200, 'again', 1)");
      for (long version = 1; version <= table.version(); version++) {
        table.agreeOnChanges(version, version);
      }
    }
  }

  @Test
  void statementsOnMappedColumnsWithConstraints() throws Exception {
    SharedTable table = table("changed_mapped", "true", ", 'delta.columnMapping.mode' = 'name'");
    table.spark("ALTER TABLE {t} RENAME COLUMN name TO `called, so`");
    table.spark("ALTER TABLE {t} ADD CONSTRAINT positive CHECK (id >= 0)");
    table.flinkBatch("UPDATE {t} SET `called, so` = 'flink' WHERE id = 3");
    table.flinkBatch("DELETE FROM {t} WHERE `called, so` = 'n4'");
    assertThat(table.agree(19)).contains("(3, 'flink', 1)");
    assertThatThrownBy(() -> table.flinkBatch("UPDATE {t} SET id = -1 WHERE id = 3"))
        .hasMessageContaining("CHECK_VIOLATED");
    table.spark("UPDATE {t} SET `called, so` = 'spark' WHERE id = 3");
    table.agree(19);
  }

  @Test
  void overwritesInTurn() throws Exception {
    SharedTable table = table("overwritten", "true", "");
    table.spark("DELETE FROM {t} WHERE id = 3");
    table.flinkBatch(
        "INSERT OVERWRITE {t} PARTITION (p = 1) SELECT id + 100, name FROM {t} WHERE id < 4");
    Row commit = last(table);
    assertThat(commit.<String>getAs("operation")).isEqualTo("WRITE");
    assertThat(table.agree(13)).contains("(101, 'n1', 1)", "(102, 'n2', 1)");
    table.spark("INSERT OVERWRITE {t} SELECT id, 'spark', 7 FROM range(3)");
    table.agree(3);
    table.flinkBatch("INSERT INTO {t} VALUES (50, 'batch', 8)");
    table.flinkBatch("INSERT OVERWRITE {t} SELECT id, 'flink', p FROM {t} WHERE id > 1");
    assertThat(table.agree(2)).containsExactly("(2, 'flink', 7)", "(50, 'flink', 8)");
    for (long version = 1; version <= table.version(); version++) {
      table.agreeOnChanges(version, version);
    }
  }
}
