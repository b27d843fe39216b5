package io.millrace.delta.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.SchemaEvolution;
import io.millrace.delta.kernel.KernelTableReader;
import io.millrace.delta.kernel.TableDefinition;
import io.millrace.delta.kernel.WriteRules;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.row.FlatRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas that change when a job starts, and columns that files call by other names. */
class TestSchemaEvolution {
  @TempDir Path folder;

  private long sequence;

  private static RowType rowType(String... columns) {
    return (RowType)
        LogicalTypeParser.parse(
            "ROW<" + String.join(", ", columns) + "> NOT NULL",
            TestSchemaEvolution.class.getClassLoader());
  }

  private DeltaTableSpec spec(RowType type, Map<String, String> properties) {
    return new DeltaTableSpec(
        "t", folder.resolve("t").toString(), "s", type, List.of(), properties);
  }

  private static final Map<String, String> MAPPED = Map.of("delta.columnMapping.mode", "name");
  private static final Map<String, String> WIDENING = Map.of("delta.enableTypeWidening", "true");

  /** Appends rows as a sink of this specification does, in one commit. */
  private List<DataFile> append(DeltaTableSpec spec, RowData... rows) throws IOException {
    WriteRules rules = WriteRules.load(TableDefinition.of(spec));
    try (TableFiles files =
            TableFiles.of(
                spec,
                rules,
                0,
                ParquetOptions.DEFAULT,
                PartitionOptions.DEFAULT,
                new UnregisteredMetricsGroup());
        TableCommitter committer = TableCommitter.open(spec)) {
      for (RowData row : rows) {
        files.write(row);
      }
      List<DataFile> added = files.take();
      sequence++;
      committer.commit(
          new TableCommittable("t", "e", sequence, sequence, added, List.of(), Map.of()));
      assertThat(committer.maintenanceFailures()).isZero();
      return added;
    }
  }

  private List<String> rows() {
    return SinkJob.rows(
        spec(KernelTableReader.open(folder.resolve("t").toString()).rowType(), Map.of()));
  }

  private static StringData text(String text) {
    return StringData.fromString(text);
  }

  @Test
  void newColumnsComeAfterThoseThatAreThere() throws Exception {
    append(spec(rowType("id BIGINT"), Map.of()), GenericRowData.of(1L));
    var wider =
        spec(rowType("extra STRING", "id BIGINT", "place ROW<x INT>"), Map.of())
            .evolving(SchemaEvolution.ADD);

    append(wider, GenericRowData.of(text("a"), 2L, GenericRowData.of(7)));
    append(wider, GenericRowData.of(text("b"), 3L, null));

    assertThat(rows()).containsExactly("1|null|null", "2|a|{x=7}", "3|b|null");
    assertThat(KernelTableReader.history(folder.resolve("t").toString(), 10))
        .extracting(entry -> entry.operation())
        .containsExactly(
            "STREAMING UPDATE",
            "STREAMING UPDATE",
            "UPDATE SCHEMA",
            "STREAMING UPDATE",
            "CREATE TABLE");
    assertThat(metadata(2).path("id")).isEqualTo(metadata(0).path("id"));
  }

  @Test
  void newFieldsOfStructsInArraysAndMapsAreAdded() throws Exception {
    append(
        spec(rowType("s ROW<a INT>", "l ARRAY<ROW<a INT>>"), Map.of()),
        GenericRowData.of(GenericRowData.of(1), null));

    append(
        spec(rowType("s ROW<a INT, b STRING>", "l ARRAY<ROW<a INT, b STRING>>"), Map.of())
            .evolving(SchemaEvolution.ADD),
        GenericRowData.of(
            GenericRowData.of(2, text("x")),
            new org.apache.flink.table.data.GenericArrayData(
                new Object[] {GenericRowData.of(3, text("y"))})));

    assertThat(rows()).containsExactly("{a=1, b=null}|null", "{a=2, b=x}|[{a=3, b=y}]");
  }

  @Test
  void aTypeThatNeedsAFeatureBringsIt() throws Exception {
    append(spec(rowType("id BIGINT"), Map.of()), GenericRowData.of(1L));

    append(
        spec(rowType("id BIGINT", "wall TIMESTAMP(6)"), Map.of()).evolving(SchemaEvolution.ADD),
        GenericRowData.of(2L, null));

    assertThat(KernelTableReader.describe(folder.resolve("t").toString()).features())
        .contains("timestampNtz");
    assertThat(rows()).containsExactly("1|null", "2|null");
  }

  @Test
  void whatIsNotAllowedIsRefused() throws Exception {
    append(spec(rowType("id INT", "name STRING"), Map.of()), GenericRowData.of(1, null));

    assertThatThrownBy(() -> append(spec(rowType("id INT", "more INT"), Map.of())))
        .hasMessageStartingWith(
            "SCHEMA_CHANGED: table t does not fit what is written to it:"
                + " column more is not in the table");
    assertThatThrownBy(
            () ->
                append(
                    spec(rowType("id INT", "more INT NOT NULL"), Map.of())
                        .evolving(SchemaEvolution.ADD)))
        .hasMessageStartingWith(
            "SCHEMA_CHANGED: table t does not fit what is written to it:"
                + " column more is not in the table");
    assertThatThrownBy(
            () -> append(spec(rowType("id BIGINT"), Map.of()).evolving(SchemaEvolution.ADD)))
        .hasMessageStartingWith(
            "SCHEMA_CHANGED: table t does not fit what is written to it:"
                + " column id is integer in the table, long is written");
    assertThatThrownBy(
            () -> append(spec(rowType("id BIGINT"), Map.of()).evolving(SchemaEvolution.WIDEN)))
        .hasMessage(
            "SCHEMA_CHANGED: column id of table t is integer, long is written, and the table does"
                + " not allow wider types\n  Remedy: set the table property"
                + " delta.enableTypeWidening to true, or cast the column to integer");
    assertThatThrownBy(
            () -> append(spec(rowType("name INT"), Map.of()).evolving(SchemaEvolution.WIDEN)))
        .hasMessageContaining("column name is string in the table, integer is written");
    assertThat(KernelTableReader.history(folder.resolve("t").toString(), 10)).hasSize(2);
  }

  @Test
  void typesBecomeWiderWhereTheTableAllowsIt() throws Exception {
    append(
        spec(
            rowType("i INT", "f FLOAT", "`d` DECIMAL(5, 2)", "l ARRAY<SMALLINT>", "`day` DATE"),
            WIDENING),
        GenericRowData.of(
            1,
            0.5f,
            decimal("123.45", 5, 2),
            new org.apache.flink.table.data.GenericArrayData(new Object[] {(short) 7}),
            0));

    append(
        spec(
                rowType(
                    "i BIGINT",
                    "f DOUBLE",
                    "`d` DECIMAL(10, 4)",
                    "l ARRAY<INT>",
                    "`day` TIMESTAMP(6)",
                    "extra INT"),
                WIDENING)
            .evolving(SchemaEvolution.WIDEN),
        GenericRowData.of(
            5_000_000_000L,
            0.1,
            decimal("123456.7890", 10, 4),
            new org.apache.flink.table.data.GenericArrayData(new Object[] {70_000}),
            org.apache.flink.table.data.TimestampData.fromEpochMillis(1),
            3));

    assertThat(rows())
        .containsExactly(
            "1|0.5|123.4500|[7]|1970-01-01T00:00|null",
            "5000000000|0.1|123456.7890|[70000]|1970-01-01T00:00:00.001|3");
    JsonNode first =
        new ObjectMapper()
            .readTree(metadata(2).path("schemaString").asText())
            .path("fields")
            .get(0);
    assertThat(first.path("metadata").path("delta.typeChanges"))
        .hasToString("[{\"toType\":\"long\",\"fromType\":\"integer\"}]");
  }

  private static org.apache.flink.table.data.DecimalData decimal(
      String value, int precision, int scale) {
    return org.apache.flink.table.data.DecimalData.fromBigDecimal(
        new java.math.BigDecimal(value), precision, scale);
  }

  @Test
  void ofManyThatAddAColumnOneDoes() throws Exception {
    append(spec(rowType("id BIGINT"), Map.of()), GenericRowData.of(1L));
    TableDefinition wider =
        TableDefinition.of(
            spec(rowType("id BIGINT", "extra INT"), Map.of()).evolving(SchemaEvolution.ADD));
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<WriteRules>> openers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        openers.add(() -> WriteRules.load(wider));
      }
      for (Future<WriteRules> opener : threads.invokeAll(openers)) {
        opener.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(KernelTableReader.open(folder.resolve("t").toString()).version()).isEqualTo(2);
  }

  @Test
  void filesCallMappedColumnsByTheirPhysicalNamesAndIds() throws Exception {
    var spec =
        spec(rowType("id BIGINT", "`my place` ROW<x INT, tags ARRAY<ROW<t STRING>>>"), MAPPED);

    List<DataFile> files =
        append(
            spec,
            GenericRowData.of(
                1L,
                GenericRowData.of(
                    7,
                    new org.apache.flink.table.data.GenericArrayData(
                        new Object[] {GenericRowData.of(text("a"))}))));

    MessageType schema = schema(files.get(0).path());
    assertThat(schema.getType(0).getName()).startsWith("col-");
    assertThat(schema.getType(0).getId().intValue()).isEqualTo(1);
    assertThat(schema.getType(1).getId().intValue()).isEqualTo(2);
    var place = schema.getType(1).asGroupType();
    assertThat(place.getType(0).getName()).startsWith("col-");
    assertThat(place.getType(0).getId()).isNotNull();
    assertThat(files.get(0).stats())
        .contains("\"minValues\":{\"" + schema.getType(0).getName() + "\":1");
    assertThat(rows()).containsExactly("1|{x=7, tags=[{t=a}]}");
  }

  private MessageType schema(String path) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(new LocalInputFile(folder.resolve("t").resolve(path)))) {
      return reader.getFileMetaData().getSchema();
    }
  }

  @Test
  void mappedTablesEvolveByIds() throws Exception {
    Map<String, String> properties =
        Map.of("delta.columnMapping.mode", "name", "delta.enableTypeWidening", "true");
    append(spec(rowType("id INT"), properties), GenericRowData.of(1));

    append(
        spec(rowType("id BIGINT", "more STRING"), properties).evolving(SchemaEvolution.WIDEN),
        GenericRowData.of(5_000_000_000L, text("m")));

    assertThat(rows()).containsExactly("1|null", "5000000000|m");
    JsonNode configuration = metadata(2).path("configuration");
    assertThat(configuration.path("delta.columnMapping.maxColumnId").asText()).isEqualTo("2");
  }

  @Test
  void mappedTablesMayBePartitionedAndUpserted() throws Exception {
    RowType type = rowType("country STRING NOT NULL", "id BIGINT NOT NULL", "v BIGINT");
    var spec =
        new DeltaTableSpec(
                "visits",
                folder.resolve("t").toString(),
                "s",
                type,
                List.of("country", "id"),
                MAPPED)
            .partitionedBy(List.of("country"));
    NumberSource.Filler filler = TestSchemaEvolution::visit;

    new SinkJob(folder, spec, filler).numbers(0, 60).perCheckpoint(20).run();
    new SinkJob(folder, spec, filler).numbers(60, 75).run();

    assertThat(SinkJob.rows(spec))
        .hasSize(10)
        .contains("c0|0|70", "c1|1|71", "c0|4|74", "c1|5|65", "c1|9|69");
  }

  private static void visit(FlatRow row, long n) {
    row.setString(0, "c" + n % 2);
    row.setLong(1, n % 10);
    row.setLong(2, n);
  }

  @Test
  void aNullInAMappedColumnIsReportedByTheNameThatPeopleUse() {
    assertThatThrownBy(
            () ->
                append(
                    spec(rowType("id BIGINT NOT NULL"), MAPPED), GenericRowData.of((Object) null)))
        .hasMessageStartingWith("NOT_NULL_VIOLATED: column id of table t is NOT NULL");
  }

  private JsonNode metadata(long version) throws IOException {
    for (String line :
        Files.readAllLines(
            folder.resolve("t/_delta_log").resolve("%020d.json".formatted(version)))) {
      JsonNode action = new ObjectMapper().readTree(line);
      if (action.has("metaData")) {
        return action.path("metaData");
      }
    }
    throw new AssertionError("no metaData in version " + version);
  }
}
