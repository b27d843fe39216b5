package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import io.millrace.gateway.cli.PageExample.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/tables.md} tells people to type works, in the order of the page: commands on a
 * pipeline's table in {@code ROOT}, statements in one session, in which {@code /data} and {@code
 * /lake} are folders of the test's, and Java as the body of a method.
 */
class TestTablesPage {
  private static final Path PAGE = Path.of("../docs/tables.md");

  /** What the page's statements read, and does not say where it comes from. */
  private static final List<String> GIVEN =
      List.of(
          "CREATE TEMPORARY VIEW counted AS SELECT * FROM"
              + " (VALUES (CAST(1 AS BIGINT), CAST(5 AS BIGINT), DATE '2026-11-22'))"
              + " AS v (id, visits, `day`)",
          "CREATE TEMPORARY VIEW counts AS SELECT * FROM"
              + " (VALUES (CAST(1 AS BIGINT), CAST(5 AS BIGINT), DATE '2026-11-22'))"
              + " AS v (id, n, `day`)",
          "CREATE TEMPORARY VIEW clicks AS SELECT id, CAST(clicked AS TIMESTAMP_LTZ(6)) AS clicked"
              + " FROM (VALUES (CAST(1 AS BIGINT), TIMESTAMP '2026-11-22 10:00:00'))"
              + " AS v (id, clicked)",
          "CREATE TEMPORARY VIEW returned AS SELECT * FROM (VALUES (CAST(7 AS BIGINT))) AS v (id)",
          "CREATE TEMPORARY VIEW updates AS SELECT CAST(id AS BIGINT) AS id, customer,"
              + " CAST(amount AS DECIMAL(10, 2)) AS amount, TIMESTAMP '2026-02-01 00:00:00' AS"
              + " placed, CAST(ROW('Zug', 6300) AS ROW<city STRING, zip INT>) AS address,"
              + " ARRAY['u'] AS tags, gone FROM (VALUES (1, 'ann', 1, TRUE),"
              + " (2, CAST(NULL AS STRING), 99, FALSE), (9, 'dan', 5, FALSE))"
              + " AS v (id, customer, amount, gone)",
          "CREATE TEMPORARY VIEW bookings AS SELECT account, CAST(amount AS DECIMAL(18, 2)) AS"
              + " amount FROM (VALUES (CAST(1 AS BIGINT), 10.5), (CAST(2 AS BIGINT), 4.5))"
              + " AS v (account, amount)");

  /** What those answer that say more than that they can be run, by how they begin. */
  private static final Map<String, List<String>> ANSWERS =
      Map.of(
          "SELECT customer, amount FROM orders WHERE id < 3",
          List.of("+I[ann, 10.50]", "+I[bob, 20.00]"),
          "SELECT COUNT(*), MIN(id), MAX(id) FROM orders",
          List.of("+I[4, 1, 7]"),
          "SELECT country, COUNT(*), MAX(id) FROM visits",
          List.of("+I[CH, 3, 1]"),
          "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE arrivals",
          List.of("+I[2026-11-22T10:00, 2]"),
          "CALL lake.sys.merge_into(",
          List.of("+I[3, 1, 1, 1]"),
          "SELECT id, country, amount FROM sales",
          List.of("+I[2, DE, 8.00]", "+I[3, CH, 12.50]"));

  /** What a table holds after a statement that answers nothing. */
  private static final Map<String, List<String>> ROWS =
      Map.of(
          "UPDATE orders SET amount = amount * 2",
          List.of(
              "+I[1, ann, 10.50]", "+I[2, BOB, 40.00]", "+I[3, CAT, 60.00]", "+I[7, EVE, 140.00]"),
          "DELETE FROM orders WHERE id IN",
          List.of("+I[1, ann, 10.50]", "+I[2, BOB, 40.00]", "+I[3, CAT, 60.00]"),
          "MergeInto.table(",
          List.of("+I[2, BOB, 99.00]", "+I[3, nobody, 60.00]", "+I[9, dan, 5.00]"));

  @TempDir Path root;

  @BeforeEach
  void aPipelinesTable() throws Exception {
    Path table = Files.createDirectory(root.resolve("flights"));
    RowType type = RowType.of(new LogicalType[] {new BigIntType()}, new String[] {"id"});
    DeltaTableSpec spec =
        new DeltaTableSpec("flights", table.toString(), "test", type, List.of(), Map.of());
    TableDefinition definition =
        new TableDefinition(spec.name(), spec.path(), type, false, Map.of());
    for (long id = 0; id < 3; id++) {
      try (TableLog log =
          TableLog.open(definition, CommitStores.forTable(table.toString()), Clock.systemUTC())) {
        TestTableMaintenance.append(log, spec, id);
      }
    }
  }

  @Test
  void everyExampleRuns() throws Exception {
    List<PageExample> examples = PageExample.of(PAGE);
    assertThat(examples.stream().filter(e -> e.kind() == Kind.COMMAND).count()).isGreaterThan(12);
    assertThat(examples.stream().filter(e -> e.kind() == Kind.SQL).count()).isGreaterThan(20);
    assertThat(examples.stream().filter(e -> e.kind() == Kind.JAVA).count()).isGreaterThan(4);
    PageSession session = new PageSession(root);
    PageCode code = new PageCode(root, session.batch());
    for (String statement : GIVEN) {
      session.run(statement);
    }
    Set<String> verified = new HashSet<>();
    for (PageExample example : examples) {
      String place = "line %d of %s: %s".formatted(example.line(), PAGE, example.text());
      List<String> answer = List.of();
      try {
        switch (example.kind()) {
          case SQL -> answer = session.run(example.text());
          case JAVA -> code.run(session.placed(example.text()));
          case COMMAND -> {
            String[] words = example.text().replace("ROOT", root.toString()).split(" ");
            CommandOutput output = CommandOutput.of(words);
            assertThat(output.exitCode()).as("%s%n%s", place, output.err()).isZero();
          }
        }
      } catch (Exception e) {
        throw new AssertionError(place, e);
      }
      Optional<String> answered = beginning(ANSWERS, example);
      if (answered.isPresent()) {
        assertThat(answer.stream().sorted().toList())
            .as(place)
            .isEqualTo(ANSWERS.get(answered.get()));
        verified.add(answered.get());
      }
      Optional<String> changed = beginning(ROWS, example);
      if (changed.isPresent()) {
        assertThat(
                session.run("SELECT id, customer, amount FROM orders").stream().sorted().toList())
            .as(place)
            .isEqualTo(ROWS.get(changed.get()));
        verified.add(changed.get());
      }
    }
    assertThat(verified).containsAll(ANSWERS.keySet()).containsAll(ROWS.keySet());
  }

  private static Optional<String> beginning(
      Map<String, List<String>> expected, PageExample example) {
    return expected.keySet().stream().filter(example.text()::startsWith).findFirst();
  }

  @Test
  void onlyTheBlockThatWantsTheNetworkIsNotRun() throws Exception {
    assertThat(PageExample.notRun(PAGE)).isEqualTo(1);
  }
}
