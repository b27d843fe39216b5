package io.millrace.delta.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.table.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code CALL sys.…} in a session. */
class TestProcedures {
  @TempDir Path warehouse;

  private Sql sql;
  private Sql stream;

  @BeforeEach
  void threeFiles() throws Exception {
    sql = new Sql(true);
    stream = new Sql(false);
    for (Sql session : List.of(sql, stream)) {
      session.run("CREATE CATALOG lake WITH ('type' = 'delta', 'warehouse' = '" + warehouse + "')");
      session.run("USE CATALOG lake");
    }
    sql.run("CREATE TABLE t (id INT, name STRING)");
    for (int id = 1; id <= 3; id++) {
      stream.insert("INSERT INTO t VALUES (%d, 'n%d')".formatted(id, id));
    }
  }

  private List<Path> dataFiles() throws IOException {
    try (Stream<Path> files = Files.list(warehouse.resolve("default/t"))) {
      return files.filter(file -> file.toString().endsWith(".parquet")).toList();
    }
  }

  @Test
  void allAreListed() throws Exception {
    assertThat(sql.rows("SHOW PROCEDURES IN sys"))
        .contains(
            "+I[checkpoint]",
            "+I[detail]",
            "+I[history]",
            "+I[merge_into]",
            "+I[optimize]",
            "+I[restore]",
            "+I[vacuum]");
  }

  @Test
  void smallFilesArePackedAndTheTableIsRestoredAndVacuumed() throws Exception {
    List<String> before = sql.rows("SELECT * FROM t");
    assertThat(sql.rows("CALL sys.optimize(`table` => 'default.t', dry_run => true)").get(0))
        .startsWith("+I[%s/default/t, +I[0, 3, null, +I[".formatted(warehouse));
    assertThat(sql.rows("CALL sys.history('t')")).hasSize(4);

    assertThat(sql.rows("CALL sys.optimize('t')").get(0)).contains("t, +I[1, 3, +I[");
    assertThat(sql.rows("SELECT * FROM t")).isEqualTo(before);
    assertThat(sql.rows("CALL sys.history(`table` => 't', `limit` => 1)").get(0))
        .startsWith("+I[4, ")
        .contains("OPTIMIZE", "numAddedFiles=1");

    assertThat(sql.rows("CALL sys.restore(`table` => 't', `version` => 1)").get(0))
        .endsWith(", 1, 1, 1, %d, %d]".formatted(sizeOfAdded(4), sizeOfAdded(1)));
    assertThat(sql.rows("SELECT * FROM t")).containsExactly("+I[1, n1]");
    assertThat(sql.rows("CALL sys.detail('t')").get(0)).startsWith("+I[delta, ");

    for (Path file : dataFiles()) {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(9))));
    }
    assertThat(
            sql.rows(
                "CALL sys.vacuum(`table` => 't', retention => '0 s', force => true, dry_run => true)"))
        .hasSize(3)
        .allMatch(row -> row.startsWith("+I[%s/default/t/part-".formatted(warehouse)));
    assertThat(sql.rows("CALL sys.vacuum(`table` => 't', retention => '0 s', force => true)"))
        .containsExactly("+I[%s/default/t]".formatted(warehouse));
    assertThat(dataFiles()).hasSize(1);
    assertThat(sql.rows("SELECT * FROM t")).containsExactly("+I[1, n1]");
  }

  private long sizeOfAdded(int version) throws IOException {
    String entry =
        Files.readString(warehouse.resolve("default/t/_delta_log/%020d.json".formatted(version)));
    String size = entry.substring(entry.indexOf("\"add\"")).replaceFirst("(?s).*?\"size\":", "");
    return Long.parseLong(size.substring(0, size.indexOf(',')));
  }

  @Test
  void rowsAreMerged() throws Exception {
    sql.run("CREATE TABLE updates (id INT, name STRING, gone BOOLEAN)");
    stream.insert(
        "INSERT INTO updates VALUES (1, 'one', false), (2, 'two', true), (9, 'nine', false)");

    assertThat(
            sql.rows(
                "CALL sys.merge_into(`table` => 't', source => 'SELECT * FROM updates WHERE id > 0',"
                    + " `on` => 't.id = s.id', clauses => '"
                    + "WHEN MATCHED AND s.gone THEN DELETE;"
                    + " WHEN MATCHED THEN UPDATE SET name = ''1; '' || s.name;"
                    + " WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)')"))
        .containsExactly("+I[3, 1, 1, 1]");

    assertThat(sql.rows("SELECT * FROM t"))
        .containsExactly("+I[1, 1; one]", "+I[3, n3]", "+I[9, nine]");
    assertThat(sql.rows("CALL sys.history(`table` => 't', `limit` => 1)").get(0)).contains("MERGE");
    assertThat(
            stream.rows(
                "CALL sys.merge_into('t', 'updates', 'x.id = y.id',"
                    + " 'WHEN NOT MATCHED BY SOURCE THEN DELETE', 'x', 'y')"))
        .containsExactly("+I[1, 0, 1, 0]");
  }

  @Test
  void aCheckpointIsWrittenNow() throws Exception {
    assertThat(sql.rows("CALL sys.checkpoint('t')")).containsExactly("+I[3, 0]");
    assertThat(warehouse.resolve("default/t/_delta_log/00000000000000000003.checkpoint.parquet"))
        .exists();
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    assertRefused(
        "CALL sys.optimize('nothing')", ErrorCode.TABLE_NOT_FOUND, "no table default.nothing");
    assertRefused("CALL sys.restore('t')", ErrorCode.OPTION_INVALID, "not said what to go back to");
    assertRefused(
        "CALL sys.restore(`table` => 't', `timestamp` => 'yesterday')",
        ErrorCode.OPTION_INVALID,
        "argument timestamp is 'yesterday', which is no time");
    assertRefused(
        "CALL sys.vacuum(`table` => 't', retention => '1 h')",
        ErrorCode.RETENTION_TOO_SHORT,
        "a retention of 1 h is shorter than the 7 days");
    assertRefused(
        "CALL sys.optimize(`table` => 't', `where` => 'day')",
        ErrorCode.OPTION_INVALID,
        "argument where is 'day', which is no condition");
  }

  private void assertRefused(String call, ErrorCode code, String problem) {
    assertThatThrownBy(() -> sql.run(call))
        .satisfies(
            failure -> {
              MillraceException refusal = MillraceException.in(failure);
              assertThat(refusal).as("in %s", failure).isNotNull();
              assertThat(refusal.code()).isEqualTo(code);
              assertThat(refusal).hasMessageContaining(problem);
            });
  }
}
