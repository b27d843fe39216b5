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
import io.millrace.quality.QuarantineSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code table} and {@code quarantine} on real tables, written by our own writer. */
class TestTableCommands {
  private static final RowType ORDERS =
      RowType.of(
          new LogicalType[] {new BigIntType(false), VarCharType.STRING_TYPE},
          new String[] {"id", "item"});

  @TempDir static Path root;

  @BeforeAll
  static void writeTables() throws Exception {
    write(
        root.resolve("tables/shop/orders"),
        ORDERS,
        List.of(
            GenericRowData.of(1L, StringData.fromString("apple")),
            GenericRowData.of(2L, StringData.fromString("pear"))));
    write(root.resolve("tables/old/orders"), ORDERS, List.of(GenericRowData.of(1L, null)));
    write(
        root.resolve("tables/shop/quarantine"),
        QuarantineSchema.ROW_TYPE,
        List.of(
            refused("{\"id\":", 7, "malformed", "cut off", "2026-11-22T10:00:00"),
            refused("{\"id\":2}\u001b[2J", 8, "valid_id", "id is 2", "2026-11-22T10:00:02"),
            refused(null, 9, "malformed", "no value", "2026-11-22T10:00:01")));
    Files.createDirectories(root.resolve("kafka/events/_delta_log"));
  }

  @Test
  void showTellsWhatATableIs() throws Exception {
    CommandOutput output = table("show", "shop.orders");
    assertThat(output.exitCode()).as(output.err()).isZero();
    assertThat(output.out())
        .contains("shop/orders\n")
        .contains("version     1\n")
        .contains("rows        2\n")
        .containsPattern("files       1 \\([0-9]+ B\\)\n")
        .contains("COLUMN  TYPE\nid      BIGINT NOT NULL\nitem    STRING\n");

    JsonNode json = new ObjectMapper().readTree(table("show", "shop/orders", "--json").out());
    assertThat(json.path("rows").asLong()).isEqualTo(2);
    assertThat(json.path("columns").get(0).path("name").asText()).isEqualTo("id");
    assertThat(json.path("columns").get(0).path("nullable").asBoolean()).isFalse();
  }

  @Test
  void aTableIsAlsoFoundByItsFolder() {
    assertThat(table("show", root.resolve("tables/old/orders").toString()).out())
        .contains("rows        1\n");
  }

  @Test
  void historyIsNewestFirst() throws Exception {
    String[] lines = table("history", "shop/orders").out().split("\n");
    assertThat(lines[0]).startsWith("VERSION  TIME");
    assertThat(lines[1]).startsWith("      1  ").contains("STREAMING UPDATE").contains("Millrace/");
    assertThat(lines[2]).startsWith("      0  ");

    JsonNode json =
        new ObjectMapper().readTree(table("history", "shop/orders", "--json", "-n1").out());
    assertThat(json).hasSize(1);
    assertThat(json.get(0).path("version").asInt()).isEqualTo(1);
    assertThat(json.get(0).path("operation_metrics").path("numOutputRows").asInt()).isEqualTo(2);
  }

  @Test
  void aNameThatSeveralTablesHaveIsRefused() {
    CommandOutput output = table("show", "orders");
    assertThat(output.exitCode()).isEqualTo(2);
    assertThat(output.err())
        .isEqualTo(
            "error: OPTION_INVALID: 2 tables are called orders\n"
                + "  remedy: say which: tables/old/orders, tables/shop/orders\n");
  }

  @Test
  void aNameThatNoTableHasIsAnsweredWithThoseThereAre() {
    CommandOutput output = table("history", "oders");
    assertThat(output.exitCode()).isEqualTo(6);
    assertThat(output.err())
        .isEqualTo(
            "error: TABLE_NOT_FOUND: there is no table oders under "
                + root
                + "\n  remedy: its tables are tables/old/orders, tables/shop/orders,"
                + " tables/shop/quarantine\n");
  }

  @Test
  void aLimitOfNothingIsRefused() {
    assertThat(table("history", "shop/orders", "--limit=0").err())
        .isEqualTo("error: OPTION_INVALID: --limit is 0\n  remedy: give a number above zero\n");
  }

  @Test
  void quarantineListCountsByRule() throws Exception {
    CommandOutput output = quarantine("list");
    assertThat(output.out())
        .isEqualTo(
            """
            TABLE                   DATASET      RULE       ROWS  LAST
            tables/shop/quarantine  orders_json  malformed     2  2026-11-22T10:00:01Z
            tables/shop/quarantine  orders_json  valid_id      1  2026-11-22T10:00:02Z
            """);
    JsonNode json = new ObjectMapper().readTree(quarantine("list", "--json").out());
    assertThat(json.get(0).path("rows").asInt()).isEqualTo(2);
  }

  @Test
  void quarantineShowIsNewestFirstAndCannotDriveTheTerminal() throws Exception {
    CommandOutput output = quarantine("show", "quarantine");
    assertThat(output.out())
        .isEqualTo(
            """
            2026-11-22T10:00:02Z  valid_id  orders-0 offset 8
              orders_json: id is 2
              {"id":2}�[2J
            2026-11-22T10:00:01Z  malformed  orders-0 offset 9
              orders_json: no value
              (no value)
            2026-11-22T10:00Z  malformed  orders-0 offset 7
              orders_json: cut off
              {"id":
            """);
    JsonNode json =
        new ObjectMapper()
            .readTree(quarantine("show", "quarantine", "--rule=malformed", "-n1", "--json").out());
    assertThat(json).hasSize(1);
    assertThat(json.get(0).path("raw").isNull()).isTrue();
    assertThat(json.get(0).path("offset").asInt()).isEqualTo(9);
    assertThat(quarantine("show", "quarantine", "--dataset=none").out())
        .isEqualTo("Nothing is in quarantine for that.\n");
  }

  @Test
  void aTableThatIsNoQuarantineIsRefused() {
    CommandOutput output = quarantine("show", "shop/orders");
    assertThat(output.exitCode()).isEqualTo(6);
    assertThat(output.err())
        .startsWith("error: TABLE_UNSUPPORTED: the table ")
        .contains("shop/orders is no quarantine: it has other columns");
  }

  private static CommandOutput table(String... arguments) {
    return run("table", arguments);
  }

  private static CommandOutput quarantine(String... arguments) {
    return run("quarantine", arguments);
  }

  private static CommandOutput run(String group, String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = group;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--dir=" + root;
    return CommandOutput.of(all);
  }

  private static RowData refused(
      String raw, long offset, String rule, String reason, String quarantinedAt) {
    return GenericRowData.of(
        StringData.fromString(raw),
        raw == null ? null : raw.getBytes(StandardCharsets.UTF_8),
        StringData.fromString("orders"),
        0,
        offset,
        TimestampData.fromEpochMillis(1_000),
        StringData.fromString("orders_json"),
        StringData.fromString(rule),
        StringData.fromString(reason),
        TimestampData.fromLocalDateTime(LocalDateTime.parse(quarantinedAt)));
  }

  private static void write(Path table, RowType type, List<? extends RowData> rows)
      throws Exception {
    Files.createDirectories(table);
    String path = table.toString();
    DeltaTableSpec spec =
        new DeltaTableSpec(table.toString(), path, "test", type, List.of(), Map.of());
    try (TableLog log =
            TableLog.open(
                new TableDefinition(path, path, type, false, Map.of()),
                CommitStores.forTable(path),
                Clock.systemUTC());
        RowDataParquetWriter writer = new RowDataParquetWriter(spec, 0, ParquetOptions.DEFAULT)) {
      for (RowData row : rows) {
        writer.write(row);
      }
      DataFile file = writer.finishFile();
      TableChange change =
          new TableChange(
              List.of(),
              List.of(
                  LiveFile.of(file.path(), file.sizeBytes(), file.modifiedMillis(), file.stats())),
              Map.of(),
              "STREAMING UPDATE",
              Map.of(),
              Map.of("numOutputRows", Long.toString(file.records())),
              Map.of());
      assertThat(log.commit(change)).isTrue();
    }
  }
}
