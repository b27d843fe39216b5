package io.millrace.delta.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.source.SourceTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDeltaSql {
  /** Three orders, for tests that only read them. */
  @TempDir private static Path orders;

  @TempDir private Path folder;
  private final Sql sql = new Sql(false);

  @BeforeAll
  static void writeOrders() throws Exception {
    var sql = new Sql(false);
    create(sql, orders);
    insertOrders(sql);
  }

  private static void create(Sql sql, Path place) {
    sql.run(
        "CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2), placed TIMESTAMP(6),"
            + " address ROW<city STRING, zip INT>, tags ARRAY<STRING>) WITH ('connector' = 'delta',"
            + " 'path' = '%s')".formatted(place));
  }

  private static void insertOrders(Sql sql) throws Exception {
    sql.insert(
        "INSERT INTO orders VALUES"
            + " (1, 'ann', 10.50, TIMESTAMP '2026-01-01 00:00:00.000001', ROW('Bern', 3000),"
            + " ARRAY['a', 'b']),"
            + " (2, 'bob', 20.00, TIMESTAMP '2026-01-02 00:00:00', ROW('Chur', 7000),"
            + " ARRAY['c']),"
            + " (3, CAST(NULL AS STRING), 30.25, TIMESTAMP '2026-01-03 00:00:00',"
            + " CAST(NULL AS ROW<city STRING, zip INT>), CAST(NULL AS ARRAY<STRING>))");
  }

  @Test
  void whatWasInsertedIsSelected() throws Exception {
    create(sql, orders);

    assertThat(sql.rows("SELECT * FROM orders"))
        .containsExactly(
            "+I[1, ann, 10.50, 2026-01-01T00:00:00.000001, +I[Bern, 3000], [a, b]]",
            "+I[2, bob, 20.00, 2026-01-02T00:00, +I[Chur, 7000], [c]]",
            "+I[3, null, 30.25, 2026-01-03T00:00, null, null]");
    assertThat(sql.rows("SELECT o.address.zip, customer FROM orders o WHERE id < 3"))
        .containsExactly("+I[3000, ann]", "+I[7000, bob]");
    assertThat(sql.plan("SELECT o.address.zip FROM orders o WHERE id < 3 LIMIT 5"))
        .contains("filter=[<(id, 3)], project=[id, address]");
  }

  @Test
  void aBatchQueryCountsAndLimits() throws Exception {
    var batch = new Sql(true);
    batch.run(
        "CREATE TABLE orders (id BIGINT, customer STRING) WITH ('connector' = 'delta', 'path' ="
            + " '%s')".formatted(orders));

    assertThat(batch.rows("SELECT COUNT(*), COUNT(customer), MAX(id) FROM orders"))
        .containsExactly("+I[3, 2, 3]");
    assertThat(batch.rows("SELECT * FROM orders LIMIT 2")).hasSize(2);
    assertThat(batch.plan("SELECT * FROM orders LIMIT 2")).contains("limit=[2]");
  }

  @Test
  void filtersOfEveryKindGiveTheRowsThatTheyShould() throws Exception {
    create(sql, orders);
    String many =
        IntStream.range(0, 300)
            .mapToObj(i -> String.valueOf(3 + 7 * i))
            .collect(Collectors.joining(", "));

    assertThat(sql.rows("SELECT id FROM orders WHERE id IN (" + many + ")"))
        .containsExactly("+I[3]");
    assertThat(sql.rows("SELECT id FROM orders WHERE customer LIKE 'bo%' OR customer IS NULL"))
        .containsExactly("+I[2]", "+I[3]");
    assertThat(sql.rows("SELECT id FROM orders WHERE amount BETWEEN 10.5 AND 20 AND id <> 1"))
        .containsExactly("+I[2]");
    assertThat(sql.rows("SELECT id FROM orders WHERE placed > TIMESTAMP '2026-01-01 00:00:00'"))
        .hasSize(3);
    assertThat(sql.rows("SELECT id FROM orders o WHERE o.address.city = 'Chur'"))
        .containsExactly("+I[2]");
    assertThat(sql.rows("SELECT id FROM orders WHERE id > 100")).isEmpty();
  }

  @Test
  void earlierVersionsAreReadByHints() throws Exception {
    create(sql, folder);
    insertOrders(sql);
    sql.insert("INSERT INTO orders (id) VALUES (4)");
    long last = 0;
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    for (int version = 0; Files.exists(entry(version)); version++) {
      Files.setLastModifiedTime(entry(version), FileTime.from(start.plusSeconds(60L * version)));
      last = version;
    }

    assertThat(sql.rows("SELECT id FROM orders")).hasSize(4);
    assertThat(
            sql.rows("SELECT id FROM orders /*+ OPTIONS('version' = '%d') */".formatted(last - 1)))
        .hasSize(3);
    assertThat(
            sql.rows("SELECT id FROM orders /*+ OPTIONS('timestamp' = '2026-01-01 00:00:30') */"))
        .isEmpty();
    assertThat(
            sql.rows("SELECT id FROM orders /*+ OPTIONS('timestamp' = '2030-01-01T00:00:00Z') */"))
        .hasSize(4);
    assertThatThrownBy(
            () -> sql.rows("SELECT id FROM orders /*+ OPTIONS('timestamp' = '2020-01-01') */"))
        .hasStackTraceContaining("has no version as of 2020-01-01T00:00:00Z");
    assertThatThrownBy(() -> sql.rows("SELECT id FROM orders /*+ OPTIONS('timestamp' = 'now') */"))
        .hasStackTraceContaining("is 'now', which is no time");
    assertThatThrownBy(
            () -> sql.rows("SELECT id FROM orders /*+ OPTIONS('starting-version' = '1') */"))
        .hasStackTraceContaining("option 'starting-version' of table")
        .hasStackTraceContaining("means nothing in mode 'snapshot'");
  }

  private Path entry(long version) {
    return folder.resolve("_delta_log/%020d.json".formatted(version));
  }

  @Test
  void aPrimaryKeyMakesRowsReplaceEachOther() throws Exception {
    Path place = folder.resolve("keyed");
    String latestWins = " ON CONFLICT DO DEDUPLICATE";
    sql.run(
        "CREATE TABLE keyed (id BIGINT, name STRING, PRIMARY KEY (id) NOT ENFORCED) WITH"
            + " ('connector' = 'delta', 'path' = '%s')".formatted(place));
    sql.insert("INSERT INTO keyed VALUES (1, 'a'), (2, 'b'), (1, 'c')" + latestWins);
    sql.insert("INSERT INTO keyed VALUES (2, 'd'), (3, 'e')" + latestWins);

    assertThat(sql.rows("SELECT * FROM keyed")).containsExactly("+I[1, c]", "+I[2, d]", "+I[3, e]");
  }

  @Test
  void partitionsAreFoldersAndFiltersLeaveThemOut() throws Exception {
    Path place = folder.resolve("parted");
    sql.run(
        "CREATE TABLE parted (id BIGINT, p STRING, d DATE) PARTITIONED BY (p, d) WITH"
            + " ('connector' = 'delta', 'path' = '%s')".formatted(place));
    sql.insert(
        "INSERT INTO parted VALUES (1, 'x', DATE '2026-01-01'), (2, 'y', DATE '2026-01-02'),"
            + " (3, CAST(NULL AS STRING), DATE '2026-01-01'), (4, 'x y/z', CAST(NULL AS DATE))");

    assertThat(sql.rows("SELECT d, id, p FROM parted"))
        .containsExactly(
            "+I[2026-01-01, 1, x]",
            "+I[2026-01-01, 3, null]",
            "+I[2026-01-02, 2, y]",
            "+I[null, 4, x y/z]");
    assertThat(sql.rows("SELECT id FROM parted WHERE p = 'x y/z'")).containsExactly("+I[4]");
    assertThat(sql.rows("SELECT id FROM parted WHERE d < DATE '2026-01-02' AND p IS NULL"))
        .containsExactly("+I[3]");
    sql.insert(
        "INSERT INTO parted PARTITION (p = 'z') SELECT CAST(9 AS BIGINT), DATE '2026-02-02'");
    assertThat(sql.rows("SELECT * FROM parted WHERE p = 'z'"))
        .containsExactly("+I[9, z, 2026-02-02]");
  }

  @Test
  void mappedColumnsAreReadByTheirNamesInTheTable() throws Exception {
    for (String mode : new String[] {"name", "id"}) {
      sql.run(
          "CREATE TABLE mapped_%s (id BIGINT, `a b` STRING, r ROW<x INT, `y z` ARRAY<STRING>>) WITH"
                  .formatted(mode)
              + " ('connector' = 'delta', 'path' = '%s', 'delta.columnMapping.mode' = '%s')"
                  .formatted(folder.resolve("mapped-" + mode), mode));
      sql.insert(
          "INSERT INTO mapped_%s VALUES (1, 'one', ROW(7, ARRAY['p'])), (2, 'two', ROW(8, ARRAY['q']))"
              .formatted(mode));

      assertThat(sql.rows("SELECT * FROM mapped_%s WHERE `a b` >= 'one'".formatted(mode)))
          .containsExactly("+I[1, one, +I[7, [p]]]", "+I[2, two, +I[8, [q]]]");
      assertThat(
              sql.rows(
                  "SELECT m.r.`y z`, `a b` FROM mapped_%s m WHERE `a b` = 'two'".formatted(mode)))
          .containsExactly("+I[[q], two]");
    }
  }

  @Test
  void aStreamGoesOnWithWhatIsAppended() throws Exception {
    var table = new SourceTable(folder.resolve("numbers"), SourceTable.NUMBERS);
    table.appendNumbers(0, 2);
    table.appendNumbers(2, 4);
    sql.run(
        "CREATE TABLE numbers (id BIGINT, name STRING, v BIGINT METADATA FROM '_commit_version'"
            + " VIRTUAL) WITH ('connector' = 'delta', 'path' = '%s', 'mode' = 'stream',"
                .formatted(table.path())
            + " 'poll-interval' = '20 ms')");

    assertThat(sql.first("SELECT id, v FROM numbers", 4))
        .containsExactlyInAnyOrder("+I[0, 2]", "+I[1, 2]", "+I[2, 2]", "+I[3, 2]");
    assertThat(sql.first("SELECT id, v FROM numbers /*+ OPTIONS('starting-version' = '1') */", 4))
        .containsExactlyInAnyOrder("+I[0, 1]", "+I[1, 1]", "+I[2, 2]", "+I[3, 2]");
  }

  @Test
  void whatCannotBeReadIsRefusedWhenTheStatementIsPlanned() {
    create(sql, folder);
    assertThatThrownBy(() -> sql.rows("SELECT * FROM orders"))
        .hasRootCauseInstanceOf(Exception.class)
        .hasStackTraceContaining("there is no Delta table at " + folder);
    assertThatThrownBy(() -> sql.run("SELECT * FROM orders /*+ OPTIONS('vresion' = '1') */"))
        .hasStackTraceContaining("vresion");
  }
}
