package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * INSERT OVERWRITE, by delta-spark and by us in turn on the same table: both see the same rows, the
 * same changes and each other's history.
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
