package io.millrace.delta.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.row.FlatRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestRowDataParquetWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static final RowType SCALARS =
      type(
          DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
          DataTypes.FIELD("tiny", DataTypes.TINYINT()),
          DataTypes.FIELD("small", DataTypes.SMALLINT()),
          DataTypes.FIELD("number", DataTypes.INT()),
          DataTypes.FIELD("big", DataTypes.BIGINT()),
          DataTypes.FIELD("single", DataTypes.FLOAT()),
          DataTypes.FIELD("twice", DataTypes.DOUBLE()),
          DataTypes.FIELD("fixed_text", DataTypes.CHAR(3)),
          DataTypes.FIELD("text", DataTypes.STRING()),
          DataTypes.FIELD("fixed_bytes", DataTypes.BINARY(2)),
          DataTypes.FIELD("bytes", DataTypes.BYTES()),
          DataTypes.FIELD("small_decimal", DataTypes.DECIMAL(7, 2)),
          DataTypes.FIELD("decimal", DataTypes.DECIMAL(18, 3)),
          DataTypes.FIELD("large_decimal", DataTypes.DECIMAL(38, 10)),
          DataTypes.FIELD("day", DataTypes.DATE()),
          DataTypes.FIELD("local_time", DataTypes.TIMESTAMP(9)),
          DataTypes.FIELD("instant", DataTypes.TIMESTAMP_LTZ(3)));

  private static GenericRowData scalars() {
    return GenericRowData.of(
        true,
        (byte) -7,
        (short) 300,
        70_000,
        5_000_000_000L,
        1.5f,
        -2.25,
        StringData.fromString("abc"),
        StringData.fromString("größer"),
        new byte[] {1, 2},
        new byte[] {3, 4, 5},
        decimal("-12345.67", 7, 2),
        decimal("123456789012345.678", 18, 3),
        decimal("-1234567890123456789012345678.0123456789", 38, 10),
        (int) LocalDate.of(2026, 11, 22).toEpochDay(),
        TimestampData.fromLocalDateTime(LocalDateTime.parse("2026-11-22T10:11:12.123456789")),
        TimestampData.fromEpochMillis(1_700_000_000_123L));
  }

  private static FlatRow flat(RowData row, RowType type) {
    FlatRow flat = new FlatRow(type);
    flat.copyFrom(row);
    return flat;
  }

  @Test
  void everyScalarTypeIsReadBackByAnotherEngineWhateverTheRowIsMadeOf() throws Exception {
    GenericRowData nulls = new GenericRowData(SCALARS.getFieldCount());

    DataFile file =
        write(SCALARS, scalars(), flat(scalars(), SCALARS), nulls, flat(nulls, SCALARS));

    String expected =
        "true|-7|300|70000|5000000000|1.5|-2.25|abc|größer|\\x01\\x02|\\x03\\x04\\x05|-12345.67"
            + "|123456789012345.678|-1234567890123456789012345678.0123456789|2026-11-22"
            + "|2026-11-22 10:11:12.123456|2023-11-14T22:13:20.123Z";
    String empty = String.join("|", Collections.nCopies(17, "null"));
    assertThat(query("SELECT * FROM read_parquet('%s')".formatted(at(file))))
        .containsExactly(expected, expected, empty, empty);
    assertThat(
            query(
                "SELECT column_type FROM (DESCRIBE SELECT * FROM read_parquet('%s'))"
                    .formatted(at(file))))
        .containsExactly(
            "BOOLEAN",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "FLOAT",
            "DOUBLE",
            "VARCHAR",
            "VARCHAR",
            "BLOB",
            "BLOB",
            "DECIMAL(7,2)",
            "DECIMAL(18,3)",
            "DECIMAL(38,10)",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP WITH TIME ZONE");
  }

  @Test
  void statisticsHoldWhatDeltaDefines() throws Exception {
    DataFile file = write(SCALARS, scalars(), new GenericRowData(SCALARS.getFieldCount()));

    JsonNode stats = JSON.readTree(file.stats());
    assertThat(stats.get("numRecords").asLong()).isEqualTo(2);
    assertThat(file.stats())
        .contains(
            "\"minValues\":{\"tiny\":-7,\"small\":300,\"number\":70000,\"big\":5000000000,"
                + "\"single\":1.5,\"twice\":-2.25,\"fixed_text\":\"abc\",\"text\":\"größer\","
                + "\"small_decimal\":-12345.67,\"decimal\":123456789012345.678,"
                + "\"large_decimal\":-1234567890123456789012345678.0123456789,"
                + "\"day\":\"2026-11-22\",\"local_time\":\"2026-11-22T10:11:12.123\","
                + "\"instant\":\"2023-11-14T22:13:20.123Z\"}");
    // The fraction of a millisecond is not lost from the upper bound.
    assertThat(stats.at("/maxValues/local_time").asText()).isEqualTo("2026-11-22T10:11:12.124");
    assertThat(stats.at("/maxValues/instant").asText()).isEqualTo("2023-11-14T22:13:20.123Z");
    assertThat(stats.get("nullCount").size()).isEqualTo(17);
    assertThat(stats.get("nullCount")).allSatisfy(n -> assertThat(n.asLong()).isEqualTo(1));
  }

  @Test
  void boundsAreLeftOutWhereTheyWouldMislead() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("nan", DataTypes.DOUBLE()),
            DataTypes.FIELD("infinite", DataTypes.FLOAT()),
            DataTypes.FIELD("far", DataTypes.DATE()),
            DataTypes.FIELD("broken", DataTypes.STRING()));

    DataFile file =
        write(
            type,
            GenericRowData.of(1.0, 1f, 0, StringData.fromString("a")),
            GenericRowData.of(
                Double.NaN,
                Float.POSITIVE_INFINITY,
                4_000_000,
                StringData.fromBytes(new byte[] {-1})));

    JsonNode stats = JSON.readTree(file.stats());
    assertThat(stats.get("minValues")).hasToString("{\"far\":\"1970-01-01\",\"broken\":\"a\"}");
    assertThat(stats.get("maxValues")).hasToString("{}");
    assertThat(stats.at("/nullCount/nan").asLong()).isZero();
  }

  @Test
  void longStringsAreCutSoThatTheBoundsStillHold() {
    String prefix = "x".repeat(32);
    assertThat(FileStatistics.shortMinimum(prefix + "tail")).isEqualTo(prefix);
    assertThat(FileStatistics.shortMaximum(prefix)).isEqualTo(prefix);
    assertThat(FileStatistics.shortMaximum(prefix + "tail")).isEqualTo(prefix + "\u007F");
    assertThat(FileStatistics.shortMaximum(prefix + "é")).isEqualTo(prefix + "\uDBFF\uDFFF");
    String greatest = "\uDBFF\uDFFF";
    assertThat(FileStatistics.shortMaximum(prefix + greatest + "a"))
        .isEqualTo(prefix + greatest + "\u007F");
    assertThat(FileStatistics.shortMaximum(prefix + greatest)).isEqualTo(prefix + greatest);
    // A pair of surrogates is one character.
    String smile = "😀".repeat(33);
    assertThat(FileStatistics.shortMinimum(smile)).isEqualTo("😀".repeat(32));
  }

  @Test
  void nestedTypesAreReadBackByAnotherEngine() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD("tags", DataTypes.ARRAY(DataTypes.STRING())),
            DataTypes.FIELD("prices", DataTypes.MAP(DataTypes.STRING(), DataTypes.DECIMAL(20, 1))),
            DataTypes.FIELD(
                "address",
                DataTypes.ROW(
                    DataTypes.FIELD("street", DataTypes.STRING()),
                    DataTypes.FIELD("grid", DataTypes.ARRAY(DataTypes.ARRAY(DataTypes.INT()))))));
    var grid =
        new GenericArrayData(
            new Object[] {
              new GenericArrayData(new int[] {1, 2}), new GenericArrayData(new Object[0]), null
            });
    RowData full =
        GenericRowData.of(
            1L,
            new GenericArrayData(new Object[] {StringData.fromString("a"), null}),
            new GenericMapData(
                Map.of(StringData.fromString("k"), decimal("12345678901234567.8", 20, 1))),
            GenericRowData.of(StringData.fromString("Ring"), grid));
    RowData empty =
        GenericRowData.of(
            2L, new GenericArrayData(new Object[0]), new GenericMapData(Map.of()), null);
    RowData none = GenericRowData.of(3L, null, null, GenericRowData.of(null, null));

    DataFile file = write(type, full, flat(full, type), empty, none);

    String expected =
        "1|[a, NULL]|{k=12345678901234567.8}|{'street': Ring, 'grid': [[1, 2], [], NULL]}";
    assertThat(query("SELECT * FROM read_parquet('%s')".formatted(at(file))))
        .containsExactly(
            expected, expected, "2|[]|{}|null", "3|null|null|{'street': NULL, 'grid': NULL}");
    JsonNode stats = JSON.readTree(file.stats());
    assertThat(stats.get("minValues")).hasToString("{\"id\":1,\"address\":{\"street\":\"Ring\"}}");
    assertThat(stats.get("nullCount"))
        .hasToString("{\"id\":0,\"tags\":1,\"prices\":1,\"address\":{\"street\":2}}");
  }

  @Test
  void aMissingValueOfANotNullColumnNamesTheColumnAndNotTheRow() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
            DataTypes.FIELD(
                "address", DataTypes.ROW(DataTypes.FIELD("street", DataTypes.STRING().notNull()))));
    try (var writer = writer(type)) {
      assertThatThrownBy(
              () -> writer.write(GenericRowData.of(4711L, GenericRowData.of((Object) null))))
          .isInstanceOf(MillraceException.class)
          .hasMessageStartingWith(
              "NOT_NULL_VIOLATED: column address.street of table orders is NOT NULL and a row has"
                  + " no value for it")
          .hasMessageNotContaining("4711");
    }
    try (var writer = writer(type)) {
      assertThatThrownBy(() -> writer.write(flat(GenericRowData.of(null, null), type)))
          .hasMessageContaining("column id of table orders is NOT NULL");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void timeIsRefusedBecauseDeltaHasNone() {
    assertThatThrownBy(() -> writer(type(DataTypes.FIELD("at", DataTypes.TIME()))))
        .hasMessageStartingWith(
            "TYPE_UNSUPPORTED: column at of table orders has type TIME(0), which a Delta table"
                + " cannot store");
  }

  @Test
  void aReusedRowIsWrittenAsItWasAtEachCall() throws Exception {
    RowType type = type(DataTypes.FIELD("name", DataTypes.STRING()));
    FlatRow row = new FlatRow(type);
    byte[] buffer = new byte[3];
    DataFile file;
    try (var writer = writer(type)) {
      for (String name : List.of("Ann", "Bob", "Ann", "Cyd")) {
        System.arraycopy(name.getBytes(UTF_8), 0, buffer, 0, 3);
        row.setBytes(0, buffer, 0, 3);
        writer.write(row);
      }
      file = writer.finishFile();
    }

    assertThat(query("SELECT * FROM read_parquet('%s')".formatted(at(file))))
        .containsExactly("Ann", "Bob", "Ann", "Cyd");
    assertThat(file.stats()).contains("\"name\":\"Ann\"").contains("\"name\":\"Cyd\"");
  }

  @Test
  void sixHundredColumnsHaveStatisticsForAsManyAsTheTableAsksFor() throws Exception {
    Field[] fields =
        IntStream.range(0, 600)
            .mapToObj(i -> DataTypes.FIELD("column_" + i, DataTypes.STRING()))
            .toArray(Field[]::new);
    RowType type = type(fields);
    GenericRowData row = new GenericRowData(600);
    for (int i = 0; i < 600; i++) {
      row.setField(i, StringData.fromString("value " + i + "-".repeat(60)));
    }

    assertThat(JSON.readTree(write(type, row).stats()).get("minValues").size()).isEqualTo(32);
    var all = spec(type, Map.of("delta.dataSkippingNumIndexedCols", "-1"));
    try (var writer = new RowDataParquetWriter(all, 0, ParquetOptions.DEFAULT)) {
      writer.write(row);
      DataFile file = writer.finishFile();
      assertThat(file.stats().length()).isGreaterThan(65_535);
      assertThat(JSON.readTree(file.stats()).get("maxValues").size()).isEqualTo(600);
    }
  }

  @Test
  void filesRollAtTheTargetSizeAndColumnsWithoutRepetitionLoseTheirDictionary() throws Exception {
    RowType type =
        type(
            DataTypes.FIELD("id", DataTypes.BIGINT()),
            DataTypes.FIELD("colour", DataTypes.STRING()));
    var options = new ParquetOptions(1, 200_000, 1 << 20, 1 << 16, 1 << 15);
    List<DataFile> files = new ArrayList<>();
    FlatRow row = new FlatRow(type);
    var random = new Random(1);
    try (var writer = new RowDataParquetWriter(spec(type, Map.of()), 7, options)) {
      for (int i = 0; i < 60_000; i++) {
        row.setLong(0, random.nextLong());
        row.setString(1, i % 2 == 0 ? "red" : "green");
        writer.write(row);
        if (writer.isFull()) {
          files.add(writer.finishFile());
        }
      }
      files.add(writer.finishFile());
    }

    assertThat(files).hasSizeBetween(2, 5);
    assertThat(files).allSatisfy(f -> assertThat(f.path()).startsWith("part-00007-0007"));
    assertThat(files.stream().mapToLong(DataFile::records).sum()).isEqualTo(60_000);
    assertThat(files.get(0).sizeBytes()).isBetween(150_000L, 400_000L);
    assertThat(
            query(
                "SELECT path_in_schema, encodings FROM parquet_metadata('%s') ORDER BY 1 LIMIT 2"
                    .formatted(at(files.get(1)))))
        .satisfies(
            rows -> {
              assertThat(rows.get(0)).contains("colour").contains("DICTIONARY");
              assertThat(rows.get(1)).contains("id").doesNotContain("DICTIONARY");
            });
    assertThat(
            query(
                "SELECT count(*), count(DISTINCT id) FROM read_parquet('%s/*.parquet')"
                    .formatted(folder)))
        .containsExactly("60000|60000");
  }

  @Test
  void closingDeletesAFileThatWasNotFinished() throws Exception {
    RowType type = type(DataTypes.FIELD("id", DataTypes.BIGINT()));
    try (var writer = writer(type)) {
      writer.write(GenericRowData.of(1L));
      assertThat(files()).hasSize(1);
    }

    assertThat(files()).isEmpty();
  }

  @Test
  void namesAndNumbersOfFilesFollowFromEachOther() {
    long id = DataFileName.newId(12_345);

    assertThat(DataFileName.of(id)).startsWith("part-12345-3039").endsWith(".zstd.parquet");
    assertThat(DataFileName.idOf(DataFileName.of(id))).hasValue(id);
    assertThat(DataFileName.idOf("part-00001-" + "0".repeat(16) + ".zstd.parquet")).isEmpty();
    assertThat(DataFileName.idOf("part-00000-c000.snappy.parquet")).isEmpty();
    assertThat(DataFileName.isForeign(id)).isFalse();
    assertThat(DataFileName.isForeign(DataFileName.foreign(-1))).isTrue();
  }

  private static RowType type(Field... fields) {
    return (RowType) DataTypes.ROW(fields).notNull().getLogicalType();
  }

  private static DecimalData decimal(String value, int precision, int scale) {
    return DecimalData.fromBigDecimal(new BigDecimal(value), precision, scale);
  }

  private DeltaTableSpec spec(RowType type, Map<String, String> properties) {
    return new DeltaTableSpec(
        "orders", folder.toString(), "sink", type, List.of(), new HashMap<>(properties));
  }

  private RowDataParquetWriter writer(RowType type) {
    return new RowDataParquetWriter(spec(type, Map.of()), 0, ParquetOptions.DEFAULT);
  }

  private DataFile write(RowType type, RowData... rows) throws IOException {
    try (var writer = writer(type)) {
      for (RowData row : rows) {
        writer.write(row);
      }
      return writer.finishFile();
    }
  }

  private Path at(DataFile file) {
    return folder.resolve(file.path());
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private static List<String> query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      List<String> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(sql)) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= columns; i++) {
            row.add(String.valueOf(result.getString(i)));
          }
          rows.add(row.stream().collect(Collectors.joining("|")));
        }
      }
      return rows;
    }
  }
}
