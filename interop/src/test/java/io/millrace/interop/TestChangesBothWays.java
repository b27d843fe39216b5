package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Change data: what delta-spark's {@code table_changes} and our change rows say of one table. */
class TestChangesBothWays {
  private static final String CHANGES = "'delta.enableChangeDataFeed' = 'true'";

  @Test
  void changesThatSparkRecordedAreTheSame() throws Exception {
    for (String vectors : List.of("true", "false")) {
      SharedTable table = SharedTable.named("changes_" + vectors);
      table.spark(
          "CREATE TABLE {t} (id BIGINT, name STRING, p INT) USING delta PARTITIONED BY (p)"
              + " TBLPROPERTIES (%s, 'delta.enableDeletionVectors' = '%s')"
                  .formatted(CHANGES, vectors));
      table.spark("INSERT INTO {t} SELECT id, concat('n', id), id % 2 FROM range(10)");
      table.spark("UPDATE {t} SET name = 'u' WHERE id < 3");
      table.spark("DELETE FROM {t} WHERE id IN (2, 5)");
      table.spark(
          "MERGE INTO {t} USING (SELECT explode(array(6L, 7L, 20L)) AS key) ON id = key"
              + " WHEN MATCHED AND key = 6 THEN DELETE WHEN MATCHED THEN UPDATE SET p = 1 - p"
              + " WHEN NOT MATCHED THEN INSERT (id, p) VALUES (key, 0)");
      table.spark("OPTIMIZE {t}");
      table.flink("INSERT INTO {t} VALUES (30, 'ours', 1)");
      table.spark("DELETE FROM {t} WHERE p = 0");
      long last = table.version();
      assertThat(table.agreeOnChanges(1, last))
          .anyMatch(row -> row.contains("update_preimage"))
          .anyMatch(row -> row.contains("update_postimage"))
          .anyMatch(row -> row.contains("delete"))
          .contains("(30, 'ours', 1, 'insert', %d)".formatted(last - 1));
      for (long version = 1; version <= last; version++) {
        table.agreeOnChanges(version, version);
      }
    }
  }

  @Test
  void changesOfMappedAndRenamedColumnsAreTheSame() throws Exception {
    SharedTable table = SharedTable.named("changes_mapped");
    table.spark(
        "CREATE TABLE {t} (id BIGINT, name STRING) USING delta TBLPROPERTIES"
            + " (%s, 'delta.columnMapping.mode' = 'name')".formatted(CHANGES));
    table.spark("INSERT INTO {t} VALUES (1, 'a'), (2, 'b')");
    table.spark("ALTER TABLE {t} RENAME COLUMN name TO called");
    table.spark("UPDATE {t} SET called = 'u' WHERE id = 2");
    table.spark("DELETE FROM {t} WHERE id = 1");
    table.flink("INSERT INTO {t} VALUES (3, 'ours')");
    assertThat(table.agreeOnChanges(3, 5)).hasSize(4);
  }

  @Test
  void rowsThatWeAppendToATableOfChangesAreInsertsToSpark() throws Exception {
    SharedTable table = SharedTable.named("changes_ours");
    table.create("id BIGINT, name STRING", CHANGES);
    table.flinkAsCreated("INSERT INTO {t} VALUES (1, 'a'), (2, 'b')");
    table.spark("UPDATE {t} SET name = 'u' WHERE id = 2");
    table.flinkAsCreated("INSERT INTO {t} VALUES (3, 'c')");
    assertThat(table.agreeOnChanges(1, table.version()))
        .hasSize(5)
        .anyMatch(row -> row.startsWith("(2, 'b', 'update_preimage'"));
  }

  @Test
  void changesThatOurUpsertsRecordAreThoseThatSparkReads() throws Exception {
    SharedTable table = SharedTable.named("changes_upserted");
    table.create(
        "id BIGINT, name STRING, p STRING, PRIMARY KEY (id, p) NOT ENFORCED) PARTITIONED BY (p",
        CHANGES);
    String latestWins = " ON CONFLICT DO DEDUPLICATE";
    table.flinkAsCreated("INSERT INTO {t} VALUES (1, 'a', 'x'), (2, 'b', 'y')" + latestWins);
    long first = table.version();
    table.flinkAsCreated("INSERT INTO {t} VALUES (2, 'c', 'y'), (3, 'd', 'x')" + latestWins);
    table.spark("DELETE FROM {t} WHERE id = 1");
    table.flinkAsCreated("INSERT INTO {t} VALUES (1, 'e', 'x'), (3, 'f', 'x')" + latestWins);
    assertThat(table.agreeOnChanges(1, table.version()))
        .anyMatch(row -> row.startsWith("(2, 'b', 'y', 'update_preimage'"))
        .anyMatch(row -> row.startsWith("(2, 'c', 'y', 'update_postimage'"))
        .anyMatch(row -> row.startsWith("(1, 'a', 'x', 'delete'"))
        .anyMatch(row -> row.startsWith("(1, 'e', 'x', 'insert'"));
    for (long version = first; version <= table.version(); version++) {
      table.agreeOnChanges(version, version);
    }
    table.agree(3);
  }
}
