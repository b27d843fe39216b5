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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/tables.md} tells people to type works, line by line. */
class TestTablesPage {
  private static final String COMMAND = "bin/millrace table ";

  @TempDir Path root;

  @Test
  void everyExampleRuns() throws Exception {
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
    List<String> examples =
        Files.readAllLines(Path.of("../docs/tables.md")).stream()
            .filter(line -> line.startsWith(COMMAND))
            .toList();
    assertThat(examples).hasSizeGreaterThan(8);
    for (String example : examples) {
      String[] words =
          example.substring("bin/millrace ".length()).replace("ROOT", root.toString()).split(" ");
      CommandOutput output = CommandOutput.of(words);
      assertThat(output.exitCode()).as(example + "\n" + output.err()).isZero();
    }
  }
}
