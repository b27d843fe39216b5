package io.millrace.delta.dml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** MERGE into a table with a change data feed and deletion vectors. */
class TestMergeChangeFeed extends MergeContract {
  @Override
  Map<String, String> properties() {
    return Map.of("delta.enableChangeDataFeed", "true", "delta.enableDeletionVectors", "true");
  }

  /** True if a statement that only deletes need not list what: its deletion vectors tell. */
  boolean deletesAreTold() {
    return true;
  }

  /** What versions have changed, each row with its kind and version. */
  private List<String> changes(long from) {
    session.run("DROP TEMPORARY TABLE IF EXISTS changes");
    session.run(
        "CREATE TEMPORARY TABLE changes (id BIGINT, name STRING, amount DECIMAL(10, 2),"
            + " region STRING, what STRING METADATA FROM '_change_type' VIRTUAL,"
            + " v BIGINT METADATA FROM '_commit_version' VIRTUAL) WITH ('connector' = 'delta',"
            + " 'path' = '%s', 'mode' = 'change-rows', 'starting-version' = '%d')"
                .formatted(folder, from));
    return session.rows("SELECT v, what, id, name, amount, region FROM changes");
  }

  private long listed(long version) throws IOException {
    return Files.readAllLines(folder.resolve("_delta_log/%020d.json".formatted(version))).stream()
        .filter(action -> action.startsWith("{\"cdc\""))
        .count();
  }

  @Test
  void everyRowThatAMergeChangesIsListedOnce() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'y')");
    insert("(4, 'd', 4.00, 'y'), (5, 'e', 5.00, 'x'), (6, 'f', 6.00, 'y')");

    MergeResult result =
        merge("(1, 'A', 10, 'z'), (2, 'B', 0, 'x'), (6, 'F', 99, 'y'), (9, 'N', 9, 'x')")
            .when("WHEN MATCHED AND s.amount = 0 THEN DELETE")
            .when("WHEN MATCHED AND s.amount < 99 THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .when("WHEN NOT MATCHED BY SOURCE AND t.id = 4 THEN DELETE")
            .when("WHEN NOT MATCHED BY SOURCE AND t.id = 3 THEN UPDATE SET name = 'left'")
            .execute();

    long version = result.version().orElseThrow();
    assertThat(version).isEqualTo(3);
    assertThat(listed(version)).isPositive();
    assertThat(changes(version))
        .containsExactly(
            "+I[3, delete, 2, b, 2.00, x]",
            "+I[3, delete, 4, d, 4.00, y]",
            "+I[3, insert, 9, N, 9.00, x]",
            "+I[3, update_postimage, 1, A, 10.00, z]",
            "+I[3, update_postimage, 3, left, 3.00, y]",
            "+I[3, update_preimage, 1, a, 1.00, x]",
            "+I[3, update_preimage, 3, c, 3.00, y]");
    assertThat(result.metrics()).containsEntry("numTargetChangeFilesAdded", listed(version));
  }

  @Test
  void aMergeThatOnlyInsertsListsNothingAndIsReadAsInserts() throws Exception {
    insert("(1, 'a', 1.00, 'x')");

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (2, 'B', 20, 'y'), (3, 'C', 30, 'x')")
            .when("WHEN NOT MATCHED AND s.amount > 20 THEN INSERT *")
            .when("WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)")
            .execute();

    assertThat(listed(result.version().orElseThrow())).isZero();
    assertThat(changes(2))
        .containsExactly("+I[2, insert, 2, null, null, null]", "+I[2, insert, 3, C, 30.00, x]");
  }

  @Test
  void rowsThatAMergeDeletesAreReadAsDeletes() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x'), (3, 'c', 3.00, 'x')");
    insert("(4, 'd', 4.00, 'x')");

    // Twice the same row, and all rows of a file.
    MergeResult result =
        merge("(2, 'B', 0, 'x'), (2, 'BB', 0, 'x'), (4, 'D', 0, 'x')")
            .when("WHEN MATCHED THEN DELETE")
            .execute();

    assertThat(listed(result.version().orElseThrow()) == 0).isEqualTo(deletesAreTold());
    assertThat(changes(3))
        .containsExactly("+I[3, delete, 2, b, 2.00, x]", "+I[3, delete, 4, d, 4.00, x]");
  }

  @Test
  void whatAConflictThrewAwayIsNotListed() throws Exception {
    insert("(1, 'a', 1.00, 'x'), (2, 'b', 2.00, 'x')");
    Meanwhile.WHAT.set(() -> insert("(3, 'c', 3.00, 'x')"));

    MergeResult result =
        merge("(1, 'A', 10, 'x'), (3, 'C', 30, 'x')")
            .on("t.id = s.id AND meanwhile(t.id)")
            .when("WHEN MATCHED THEN UPDATE SET *")
            .when("WHEN NOT MATCHED THEN INSERT *")
            .execute();

    assertThat(result.rounds()).isEqualTo(2);
    assertThat(changes(2))
        .containsExactly(
            "+I[2, insert, 3, c, 3.00, x]",
            "+I[3, update_postimage, 1, A, 10.00, x]",
            "+I[3, update_postimage, 3, C, 30.00, x]",
            "+I[3, update_preimage, 1, a, 1.00, x]",
            "+I[3, update_preimage, 3, c, 3.00, x]");
    try (var files = Files.list(folder.resolve("_change_data"))) {
      assertThat(files.filter(file -> file.toString().endsWith(".parquet")))
          .as("none of the attempt that lost")
          .hasSize((int) listed(3));
    }
  }

  /** Whoever applies the listed changes to the rows before has the rows after. */
  @Test
  void changesOfRandomMergesMakeTheirRows() {
    Random random = new Random(23);
    insert("(0, 'a', 1.00, 'x'), (1, 'b', 1.00, 'x'), (2, 'c', 1.00, 'y'), (3, 'd', 1.00, 'y')");
    for (int round = 0; round < 3; round++) {
      StringBuilder source = new StringBuilder();
      for (long id = random.nextInt(2); id < 8; id += 1 + random.nextInt(2)) {
        source
            .append(source.isEmpty() ? "" : ", ")
            .append("(%d, 'r%d', %d, 'z')".formatted(id, round, random.nextInt(3)));
      }
      merge(source.toString())
          .when("WHEN MATCHED AND s.amount = 0 THEN DELETE")
          .when("WHEN MATCHED THEN UPDATE SET name = s.name, amount = t.amount + s.amount")
          .when("WHEN NOT MATCHED THEN INSERT *")
          .execute();
    }
    Map<String, String> replayed = new TreeMap<>();
    List<String> changes = changes(1);
    for (String kind : List.of("delete", "update_preimage", "insert", "update_postimage")) {
      assertThat(changes).anyMatch(change -> change.contains(", " + kind + ", "));
    }
    for (int version = 1; version <= 4; version++) {
      String of = "+I[" + version + ", ";
      for (String leaving : List.of("delete", "update_preimage")) {
        changes.stream()
            .filter(change -> change.startsWith(of + leaving + ", "))
            .map(change -> "+I[" + change.substring((of + leaving + ", ").length()))
            .forEach(row -> assertThat(replayed.remove(row)).as(row).isNotNull());
      }
      for (String coming : List.of("insert", "update_postimage")) {
        changes.stream()
            .filter(change -> change.startsWith(of + coming + ", "))
            .map(change -> "+I[" + change.substring((of + coming + ", ").length()))
            .forEach(row -> assertThat(replayed.put(row, row)).as(row).isNull());
      }
    }
    assertThat(rows()).containsExactlyElementsOf(replayed.keySet());
  }
}
