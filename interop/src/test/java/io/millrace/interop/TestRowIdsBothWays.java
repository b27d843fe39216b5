package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * Rows that are tracked keep their ids through every statement of both engines. What is expected is
 * counted beside the table, by the same rules for Spark's statements and for ours.
 */
class TestRowIdsBothWays {
  private static final String TRACKED =
      "SELECT id, _metadata.row_id, _metadata.row_commit_version FROM {t}";
  private static final Map<String, String> TRACKING_COLUMNS =
      new TreeMap<>(Map.of("_row_id", "BIGINT", "_row_commit_version", "BIGINT"));

  /** A row's id, and the version that inserted it or updated it last. */
  private record Known(long rowId, long version) {}

  /** A table and what is expected of its rows. */
  private static final class Ledger {
    private final SharedTable table;
    private final Map<Long, Known> expected;

    Ledger(SharedTable table) {
      this.table = table;
      this.expected = found();
    }

    /** What Spark says, by {@code id}. */
    private Map<Long, Known> found() {
      Map<Long, Known> found = new TreeMap<>();
      for (Row row : table.spark(TRACKED).collectAsList()) {
        found.put(row.getLong(0), new Known(row.getLong(1), row.getLong(2)));
      }
      assertThat(found.values().stream().map(Known::rowId).distinct()).hasSize(found.size());
      return found;
    }

    Ledger updates(LongPredicate ids) {
      long version = table.version();
      expected.replaceAll((id, known) -> ids.test(id) ? new Known(known.rowId(), version) : known);
      return this;
    }

    Ledger deletes(LongPredicate ids) {
      expected.keySet().removeIf(ids::test);
      return this;
    }

    /** Both engines see what is expected, and rows that came new under new ids. */
    void agree(long... inserted) {
      Map<Long, Known> found = found();
      long highest = expected.values().stream().mapToLong(Known::rowId).max().orElse(-1);
      for (long id : inserted) {
        Known known = found.get(id);
        assertThat(known.version()).isEqualTo(table.version());
        assertThat(known.rowId()).isGreaterThan(highest);
        expected.put(id, known);
      }
      assertThat(found).isEqualTo(expected);
      assertThat(ours()).isEqualTo(table.sparkRows(TRACKED));
      table.agree(expected.size());
    }

    private List<String> ours() {
      FlinkSql.session().declare("tracked_ids", table.folder(), Map.of(), TRACKING_COLUMNS);
      return FlinkSql.session().batch("SELECT id, _row_id, _row_commit_version FROM tracked_ids");
    }
  }

  private static SharedTable table(String name, String properties, UnaryOperator<String> create)
      throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark(
        create.apply(
            "CREATE TABLE {t} (id BIGINT, name STRING, p INT) USING delta TBLPROPERTIES"
                + " ('delta.enableRowTracking' = 'true', "
                + properties
                + ")"));
    table.spark("INSERT INTO {t} SELECT id, concat('n', id), cast(id % 2 AS INT) FROM range(12)");
    table.flink("INSERT INTO {t} VALUES (12, 'n12', 0), (13, 'n13', 1), (14, 'n14', 0)");
    return table;
  }

  /** Without and with deletion vectors, a change data feed, partitions and other names. */
  private static List<SharedTable> tables(String name) throws IOException {
    List<SharedTable> tables = new ArrayList<>();
    tables.add(
        table(name + "_rewritten", "'delta.enableDeletionVectors' = 'false'", create -> create));
    tables.add(
        table(
            name + "_vectors",
            "'delta.enableDeletionVectors' = 'true', 'delta.enableChangeDataFeed' = 'true'",
            create -> create));
    tables.add(
        table(
            name + "_partitions",
            "'delta.enableDeletionVectors' = 'false', 'delta.enableChangeDataFeed' = 'true',"
                + " 'delta.columnMapping.mode' = 'name'",
            create -> create.replace("USING delta", "USING delta PARTITIONED BY (p)")));
    return tables;
  }

  private static void requireKept(SharedTable table) throws IOException {
    assertThat(java.nio.file.Files.readString(table.entry(table.version())))
        .contains("\"tags\":{\"delta.rowTracking.preserved\":\"true\"}");
  }

  @Test
  void updatedAndDeletedRowsKeepTheirIds() throws Exception {
    for (SharedTable table : tables("tracked_statements")) {
      Ledger ledger = new Ledger(table);
      table.flinkBatch("UPDATE {t} SET name = 'flink', p = 1 - p WHERE id IN (1, 2, 12)");
      requireKept(table);
      ledger.updates(id -> id == 1 || id == 2 || id == 12).agree();
      table.spark("UPDATE {t} SET name = 'spark' WHERE id IN (2, 3)");
      ledger.updates(id -> id == 2 || id == 3).agree();
      table.flinkBatch("DELETE FROM {t} WHERE id IN (3, 4, 12)");
      requireKept(table);
      ledger.deletes(id -> id == 3 || id == 4 || id == 12).agree();
      table.spark("DELETE FROM {t} WHERE id = 2");
      ledger.deletes(id -> id == 2).agree();
      table.spark("OPTIMIZE {t}");
      ledger.agree();
      table.flinkBatch("UPDATE {t} SET name = 'again' WHERE id > 8");
      ledger.updates(id -> id > 8).agree();
      table.spark("INSERT INTO {t} VALUES (20, 'spark', 1)");
      ledger.agree(20);
      table.flinkBatch("DELETE FROM {t} WHERE p = 1");
      ledger.deletes(id -> id == 20 || id == 1 ? id == 20 : id % 2 == 1).agree();
    }
  }

  @Test
  void mergedRowsKeepTheirIdsAndInsertedOnesGetNewOnes() throws Exception {
    for (SharedTable table : tables("tracked_merges")) {
      Ledger ledger = new Ledger(table);
      table.merge(
          "SELECT * FROM (VALUES (CAST(1 AS BIGINT), 'ours'), (2, 'gone'), (100, 'new'))"
              + " AS v (id, name)",
          "t.id = s.id",
          "WHEN MATCHED AND s.name = 'gone' THEN DELETE",
          "WHEN MATCHED THEN UPDATE SET name = s.name",
          "WHEN NOT MATCHED THEN INSERT (id, name, p) VALUES (s.id, s.name, 3)",
          "WHEN NOT MATCHED BY SOURCE AND t.id = 7 THEN UPDATE SET p = 3",
          "WHEN NOT MATCHED BY SOURCE AND t.id > 12 THEN DELETE");
      requireKept(table);
      ledger.deletes(id -> id == 2 || id > 12).updates(id -> id == 1 || id == 7).agree(100);
      table.spark(
          "MERGE INTO {t} USING (SELECT explode(array(1L, 5L, 200L)) AS key) ON id = key"
              + " WHEN MATCHED AND key = 5 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'spark'"
              + " WHEN NOT MATCHED THEN INSERT (id, p) VALUES (key, 0)");
      ledger.deletes(id -> id == 5).updates(id -> id == 1).agree(200);
      table.merge(
          "SELECT * FROM (VALUES (CAST(200 AS BIGINT), 'x', 1), (300, 'x', 0)) AS v (id, name, p)",
          "t.id = s.id",
          "WHEN MATCHED THEN UPDATE SET *",
          "WHEN NOT MATCHED THEN INSERT *");
      ledger.updates(id -> id == 200).agree(300);
    }
  }

  @Test
  void rowsOfOurOwnTablesAreTrackedBySpark() throws Exception {
    SharedTable table = SharedTable.named("tracked_ours");
    table.create("id BIGINT, name STRING, p INT", "'delta.enableRowTracking' = 'true'");
    table.flinkAsCreated("INSERT INTO {t} VALUES (1, 'a', 0), (2, 'b', 0), (3, 'c', 1)");
    Ledger ledger = new Ledger(table);
    table.flinkBatch("UPDATE {t} SET name = 'u' WHERE id = 2");
    ledger.updates(id -> id == 2).agree();
    table.spark("UPDATE {t} SET name = 'spark' WHERE id IN (1, 2)");
    ledger.updates(id -> id < 3).agree();
    table.flinkBatch("DELETE FROM {t} WHERE id = 1");
    ledger.deletes(id -> id == 1).agree();
    table.spark("RESTORE TABLE {t} TO VERSION AS OF 1");
    ledger.expected.putAll(Map.of(1L, new Known(0, 1), 2L, new Known(1, 1)));
    ledger.agree();
  }
}
