package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code docs/tables.md} tells people to type works, in the order of the page: commands on a
 * pipeline's table in {@code ROOT}, statements in one session, in which {@code /data} and {@code
 * /lake} are folders of the test's.
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
          "CREATE TEMPORARY VIEW bookings AS SELECT account, CAST(amount AS DECIMAL(18, 2)) AS"
              + " amount FROM (VALUES (CAST(1 AS BIGINT), 10.5), (CAST(2 AS BIGINT), 4.5))"
              + " AS v (account, amount)");

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
    assertThat(examples.stream().filter(example -> !example.sql()).count()).isGreaterThan(12);
    assertThat(examples.stream().filter(PageExample::sql).count()).isGreaterThan(20);
    PageSession session = new PageSession(root);
    for (String statement : GIVEN) {
      session.run(statement);
    }
    for (PageExample example : examples) {
      if (example.sql()) {
        try {
          session.run(example.text());
        } catch (Exception e) {
          throw new AssertionError(
              "line %d of %s: %s".formatted(example.line(), PAGE, example.text()), e);
        }
      } else {
        String[] words = example.text().replace("ROOT", root.toString()).split(" ");
        CommandOutput output = CommandOutput.of(words);
        assertThat(output.exitCode())
            .as("line %d of %s: %s%n%s", example.line(), PAGE, example.text(), output.err())
            .isZero();
      }
    }
  }

  @Test
  void hardlyAnyBlockIsNotRun() throws Exception {
    assertThat(PageExample.notRun(PAGE)).isLessThanOrEqualTo(3);
  }
}
