package io.millrace.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableChange;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.TableLog;
import io.millrace.delta.log.CommitStores;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.gateway.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code table detail}, {@code vacuum}, {@code restore} and {@code optimize} on real tables. */
class TestTableMaintenance {
  private static final RowType ORDERS =
      RowType.of(
          new LogicalType[] {new BigIntType(false), VarCharType.STRING_TYPE},
          new String[] {"id", "item"});

  @TempDir Path root;

  @Test
  void detailTellsWhatDescribeDetailTells() throws Exception {
    append(root.resolve("orders"), 1, 2);
    CommandOutput output = table("detail", "orders");
    assertThat(output.exitCode()).as(output.err()).isZero();
    assertThat(output.out())
        .startsWith("format              delta\n")
        .contains("location            file:" + root.resolve("orders") + "\n")
        .contains("files               2\n")
        .contains("min reader version  1\n")
        .contains("partition columns   -\n")
        .contains("property            delta.checkpointInterval = 50\n");

    JsonNode json = json("detail", "orders");
    assertThat(json.path("format").asText()).isEqualTo("delta");
    assertThat(json.path("num_files").asInt()).isEqualTo(2);
    assertThat(json.path("size_in_bytes").asLong()).isPositive();
    assertThat(json.path("id").asText()).hasSize(36);
    assertThat(Instant.parse(json.path("created_at").asText()))
        .isBeforeOrEqualTo(Instant.parse(json.path("last_modified").asText()));
    assertThat(json.path("table_features").toString()).contains("appendOnly");
  }

  @Test
  void historyShowsWhatDescribeHistoryShows() throws Exception {
    append(root.resolve("orders"), 1, 2);
    assertThat(table("optimize", "orders").exitCode()).isZero();
    String[] lines = table("history", "orders").out().split("\n");
    assertThat(lines[0].split(" +"))
        .containsExactly(
            "VERSION",
            "TIME",
            "OPERATION",
            "CKPT",
            "ROWS",
            "DELETED",
            "FILES",
            "REMOVED",
            "BLIND",
            "BY",
            "PARAMETERS");
    assertThat(lines[1]).contains("OPTIMIZE").contains("  no  ").contains("zOrderBy=[]");
    JsonNode newest = json("history", "orders").get(0);
    assertThat(newest.path("operation").asText()).isEqualTo("OPTIMIZE");
    assertThat(newest.path("read_version").asInt()).isEqualTo(2);
    assertThat(newest.path("isolation_level").asText()).isEqualTo("SnapshotIsolation");
    assertThat(newest.path("is_blind_append").asBoolean(true)).isFalse();
    assertThat(newest.path("operation_metrics").path("numRemovedFiles").asText()).isEqualTo("2");
  }

  @Test
  void optimizePacksFiles() throws Exception {
    append(root.resolve("orders"), 1, 2, 3);
    CommandOutput plan = table("optimize", "orders", "--dry-run");
    assertThat(plan.out())
        .matches("3 of 3 files \\([0-9.]+ k?B\\) would be rewritten, in 1 groups\n");
    CommandOutput output = table("optimize", "orders");
    assertThat(output.exitCode()).as(output.err()).isZero();
    assertThat(output.out())
        .matches(
            "version 4: 3 files \\([0-9.]+ k?B\\) became 1 \\([0-9.]+ k?B\\);"
                + " 0 deleted rows were left behind\n");
    assertThat(table("optimize", "orders").out()).isEqualTo("nothing to do for 1 files\n");
    assertThat(json("show", "orders").path("rows").asInt()).isEqualTo(3);
    assertThat(json("optimize", "orders").path("commits").asInt()).isZero();
  }

  @Test
  void restoreGoesBack() throws Exception {
    append(root.resolve("orders"), 1, 2, 3);
    assertThat(table("restore", "orders", "--to-version=1", "--dry-run").out())
        .startsWith("version 1 can be restored: 2 files (");
    CommandOutput output = table("restore", "orders", "--to-version", "1");
    assertThat(output.exitCode()).as(output.err()).isZero();
    assertThat(output.out()).startsWith("version 4 is like version 1: 2 files (");
    assertThat(json("show", "orders").path("rows").asInt()).isEqualTo(1);
    JsonNode undone = json("restore", "orders", "--to-version=3");
    assertThat(undone.path("num_restored_files").asInt()).isEqualTo(2);
    assertThat(json("show", "orders").path("rows").asInt()).isEqualTo(3);
  }

  @Test
  void restoreMustKnowWhereTo() throws Exception {
    append(root.resolve("orders"), 1);
    assertThat(table("restore", "orders").err())
        .isEqualTo(
            "error: OPTION_INVALID: it is not said what to go back to\n"
                + "  remedy: give one of --to-version and --to-timestamp\n");
    assertThat(table("restore", "orders", "--to-version=1", "--to-timestamp=2026-11-22").err())
        .startsWith("error: OPTION_INVALID: --to-version and --to-timestamp are both given\n");
    assertThat(table("restore", "orders", "--to-timestamp=yesterday").err())
        .contains("'yesterday' is no point in time; write it like 2026-11-22T10:00:00Z");
    CommandOutput tooEarly = table("restore", "orders", "--to-timestamp=2001-01-01");
    assertThat(tooEarly.exitCode()).isEqualTo(6);
    assertThat(tooEarly.err()).contains("has no version as old as 2001-01-01T00:00:00Z");
  }

  @Test
  void vacuumDeletesWhatNobodyNeeds() throws Exception {
    append(root.resolve("orders"), 1);
    Path orphan = Files.writeString(root.resolve("orders/part-0.parquet"), "left behind");
    Files.setLastModifiedTime(orphan, FileTime.from(Instant.now().minus(Duration.ofDays(8))));

    CommandOutput plan = table("vacuum", "orders", "--dry-run");
    assertThat(plan.exitCode()).as(plan.err()).isZero();
    assertThat(plan.out())
        .startsWith("part-0.parquet\n1 files (11 B) are not needed since ")
        .endsWith("; nothing was deleted\n");
    assertThat(orphan).exists();
    CommandOutput refused = table("vacuum", "orders", "--retention=1h");
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("error: RETENTION_TOO_SHORT: a retention of 1 h is shorter than the 7 days");
    assertThat(table("vacuum", "orders", "--retention=9d").out()).startsWith("deleted 0 files");
    assertThat(table("vacuum", "orders", "--retention=1 day").err())
        .contains("'1 day' is no length of time; write it like 30m, 12h or 7d");

    CommandOutput output = table("vacuum", "orders");
    assertThat(output.out()).startsWith("deleted 1 files (11 B) that were not needed since ");
    assertThat(orphan).doesNotExist();
    assertThat(json("vacuum", "orders", "--retention=0s", "--force").path("deleted_files").asInt())
        .isZero();
    assertThat(json("show", "orders").path("rows").asInt()).isEqualTo(1);
  }

  @Test
  void aTerminalSeesABar() throws Exception {
    append(root.resolve("orders"), 1, 2);
    CommandOutput output = CommandOutput.onTerminal("table", "optimize", "orders", "--dir=" + root);
    assertThat(output.err())
        .contains("[##############################] rewriting files 2/2")
        .endsWith("\r\033[K");
    assertThat(ProgressBar.line("deleting files", 1, 3))
        .isEqualTo("[##########                    ] deleting files 1/3");
    assertThat(ProgressBar.line("listing files", 12, 0)).isEqualTo("listing files 12");
  }

  /** Faults 19 and 20. */
  @Test
  void aFullDiskLeavesTheTableAsItIs() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(root.resolve("disk"), 4)) {
      Path orders = disk.folder().resolve("orders");
      append(orders, 1, 2, 3);
      disk.fill(0);
      for (String[] verb :
          List.of(
              new String[] {"optimize", "orders"},
              new String[] {"restore", "orders", "--to-version=1"})) {
        CommandOutput full = table(verb);
        assertThat(full.exitCode()).as(full.err()).isEqualTo(5);
        assertThat(full.err()).startsWith("error: DISK_FULL: ");
      }
      disk.free();
      assertThat(json("show", "orders").path("version").asInt()).isEqualTo(3);
      assertThat(table("optimize", "orders").out()).startsWith("version 4: 3 files");
      assertThat(table("restore", "orders", "--to-version=1").out()).startsWith("version 5 is");
      assertThat(json("show", "orders").path("rows").asInt()).isEqualTo(1);
    }
  }

  private JsonNode json(String... arguments) throws Exception {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    CommandOutput output = table(all);
    assertThat(output.exitCode()).as(output.out() + output.err()).isZero();
    return new ObjectMapper().readTree(output.out());
  }

  private CommandOutput table(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "table";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--dir=" + root;
    return CommandOutput.of(all);
  }

  /** One commit with one row for each id. */
  private static void append(Path table, long... ids) throws Exception {
    Files.createDirectories(table);
    String path = table.toString();
    DeltaTableSpec spec = new DeltaTableSpec(path, path, "test", ORDERS, List.of(), Map.of());
    try (TableLog log =
        TableLog.open(
            new TableDefinition(path, path, ORDERS, false, Map.of()),
            CommitStores.forTable(path),
            Clock.systemUTC())) {
      for (long id : ids) {
        append(log, spec, id, StringData.fromString("item " + id));
      }
    }
  }

  /** One commit with one row. */
  static void append(TableLog log, DeltaTableSpec spec, Object... row) throws Exception {
    try (RowDataParquetWriter writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      writer.write(GenericRowData.of(row));
      DataFile file = writer.finishFile();
      TableChange change =
          new TableChange(
              List.of(),
              List.of(
                  LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats())),
              Map.of(),
              "STREAMING UPDATE",
              Map.of(),
              Map.of("numOutputRows", "1"),
              Map.of());
      assertThat(log.commit(change)).isTrue();
    }
  }
}
