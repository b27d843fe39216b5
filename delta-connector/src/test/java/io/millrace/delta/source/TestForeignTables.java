package io.millrace.delta.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.kernel.ForeignWriter;
import io.millrace.delta.kernel.LogTail;
import io.millrace.delta.kernel.LoggedCommit;
import io.millrace.delta.kernel.VersionTwoCheckpoints;
import io.millrace.delta.vector.RandomRows;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

/** Tables as other writers leave them, byte by byte: none of ours writes any of this. */
class TestForeignTables {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** From the tests of delta-kernel-rs: rows 3, 4, 7, 11, 18 and 29. */
  private static final String INLINE = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L";

  @TempDir private Path folder;

  private SourceTable table(String name, Map<String, String> properties) {
    return new SourceTable(folder.resolve(name), SourceTable.NUMBERS, properties);
  }

  private Path entry(String table, long version) {
    return folder.resolve(table).resolve("_delta_log/%020d.json".formatted(version));
  }

  private static List<String> numbers(LongStream numbers) {
    return numbers.mapToObj(n -> "[%d, n%d]".formatted(n, n)).sorted().toList();
  }

  private static List<String> rows(SourceTable table) throws IOException {
    return Scan.rows(DeltaSource.builder(table.path()));
  }

  private static String vector(String type, String where, String offset, int size, long rows) {
    return "\"deletionVector\":{\"storageType\":\"%s\",\"pathOrInlineDv\":\"%s\",%s\"sizeInBytes\":%d,\"cardinality\":%d}"
        .formatted(type, where, offset, size, rows);
  }

  /** The same file again, with rows deleted. */
  private void delete(String table, long version, DataFile file, String vector) throws IOException {
    Files.writeString(
        entry(table, version),
        """
        {"commitInfo":{"timestamp":1,"operation":"DELETE"}}
        {"remove":{"path":"%s","deletionTimestamp":1,"dataChange":true}}
        {"add":{"path":"%s","partitionValues":{},"size":%d,"modificationTime":1,"dataChange":true,%s}}
        """
            .formatted(file.path(), file.path(), file.sizeBytes(), vector));
  }

  @Test
  void rowsThatAVectorInTheLogDeletesAreLeftOut() throws Exception {
    var table = table("inline", Map.of("delta.enableDeletionVectors", "true"));
    DataFile file = table.appendNumbers(0, 40);
    delete("inline", 2, file, vector("i", INLINE, "", 44, 6));

    assertThat(rows(table))
        .isEqualTo(
            numbers(
                LongStream.range(0, 40)
                    .filter(n -> LongStream.of(3, 4, 7, 11, 18, 29).noneMatch(d -> d == n))));
    delete("inline", 3, file, vector("i", INLINE, "", 44, 7));
    assertThatThrownBy(() -> rows(table))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("the deletion vector of " + file.path())
        .hasMessageContaining("cannot be read: it has 6 rows, the log says 7");
  }

  private static byte[] portable(long... rows) {
    RoaringBitmap bitmap = new RoaringBitmap();
    LongStream.of(rows).forEach(row -> bitmap.add((int) row));
    ByteBuffer bytes =
        ByteBuffer.allocate(16 + bitmap.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(1681511377).putLong(1).putInt(0);
    bitmap.serialize(bytes);
    return bytes.array();
  }

  private static byte[] vectorFile(byte[] vector) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeByte(1);
    out.writeInt(vector.length);
    out.write(vector);
    CRC32 checksum = new CRC32();
    checksum.update(vector);
    out.writeInt((int) checksum.getValue());
    return bytes.toByteArray();
  }

  @Test
  void filesAndVectorsMayBeAnywhere() throws Exception {
    var original = table("the original", Map.of("delta.enableDeletionVectors", "true"));
    DataFile file = original.appendNumbers(0, 10);
    byte[] vector = portable(0, 9);
    Path elsewhere = Files.createDirectories(folder.resolve("some where"));
    Files.write(elsewhere.resolve("v.bin"), vectorFile(vector));
    String where = elsewhere.resolve("v.bin").toUri().toString();
    assertThat(where).contains("some%20where");
    delete("the original", 2, file, vector("p", where, "\"offset\":1,", vector.length, 2));

    assertThat(rows(original)).isEqualTo(numbers(LongStream.range(1, 9)));

    // What SHALLOW CLONE leaves: another log for the same files.
    for (String scheme : new String[] {"file:///", "file:/"}) {
      var clone = table("clone" + scheme.length(), Map.of("delta.enableDeletionVectors", "true"));
      clone.create();
      Path shared = folder.resolve("the original").resolve(file.path());
      String uri = scheme + shared.toUri().getRawPath().substring(1);
      Files.writeString(
          entry("clone" + scheme.length(), 1),
          "{\"add\":{\"path\":\"%s\",\"partitionValues\":{},\"size\":%d,\"modificationTime\":1,\"dataChange\":true,%s}}\n"
              .formatted(
                  uri, file.sizeBytes(), vector("p", where, "\"offset\":1,", vector.length, 2)));
      assertThat(rows(clone)).isEqualTo(numbers(LongStream.range(1, 9)));
    }
  }

  private List<Path> log(String table, String part) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(table).resolve("_delta_log"))) {
      return all.filter(Files::isRegularFile)
          .filter(file -> file.toString().contains(part))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void checkpointsOfVersionTwoAreReadWhateverTheirForm(boolean parquet) throws Exception {
    var table =
        table("v2", Map.of("delta.checkpointPolicy", "v2", "delta.checkpointInterval", "4"));
    for (int i = 0; i < 6; i++) {
      table.appendNumbers(10 * i, 10 * i + 10);
    }
    if (!parquet) {
      VersionTwoCheckpoints.asJson(folder.resolve("v2"), 4);
    }
    for (int version = 0; version < 4; version++) {
      Files.delete(entry("v2", version));
    }
    for (Path checksum : log("v2", ".crc")) {
      Files.delete(checksum);
    }

    assertThat(rows(table)).isEqualTo(numbers(LongStream.range(0, 60)));
    Path sidecar = log("v2", "_sidecars").get(0);
    byte[] whole = Files.readAllBytes(sidecar);
    whole[whole.length / 2] ^= 1;
    Files.write(sidecar, whole);
    assertThatThrownBy(() -> rows(table))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_CORRUPT))
        .hasMessageContaining("table checkpoint 00000000000000000004.checkpoint.")
        .hasMessageContaining("cannot be read, and the log alone does not do");
  }

  @Test
  void timesAreThoseInTheEntriesWhereThereAreAny() throws Exception {
    var table = table("times", Map.of("delta.enableInCommitTimestamps", "true"));
    table.appendNumbers(0, 1);
    table.appendNumbers(1, 2);
    Instant told = Instant.parse("2031-01-01T00:00:00Z");
    for (int version = 0; version <= 2; version++) {
      long millis = told.plusSeconds(60L * version).toEpochMilli();
      List<String> lines = new ArrayList<>(Files.readAllLines(entry("times", version)));
      ObjectNode info = (ObjectNode) JSON.readTree(lines.get(0));
      assertThat(info.path("commitInfo").has("inCommitTimestamp")).isTrue();
      ((ObjectNode) info.path("commitInfo")).put("inCommitTimestamp", millis);
      lines.set(0, info.toString());
      Files.write(entry("times", version), lines);
      // What the files say is another story, as after a copy.
      Files.setLastModifiedTime(entry("times", version), FileTime.fromMillis(1_000_000));
    }
    for (Path checksum : log("times", ".crc")) {
      Files.delete(checksum);
    }

    long second = told.plusSeconds(60).toEpochMilli();
    assertThat(Scan.rows(DeltaSource.builder(table.path()).timestamp(second)))
        .isEqualTo(numbers(LongStream.range(0, 1)));
    assertThat(Scan.rows(DeltaSource.builder(table.path()).timestamp(second - 1))).isEmpty();
    LoggedCommit commit = new LogTail(table.path()).read(2).orElseThrow();
    assertThat(commit.timestampMillis()).isEqualTo(second + 60_000);
    assertThat(
            Scan.rows(
                DeltaSource.builder(table.path())
                    .version(1)
                    .metadata("t", MetadataColumn.COMMIT_TIMESTAMP)))
        .containsExactly("[2031-01-01T00:01]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "TINYINT; SMALLINT; -7; -7",
        "TINYINT; INT; -7; -7",
        "TINYINT; BIGINT; -7; -7",
        "TINYINT; DECIMAL(10, 0); -7; -7",
        "TINYINT; DECIMAL(11, 1); -7; -7.0",
        "TINYINT; DOUBLE; -7; -7.0",
        "SMALLINT; INT; -700; -700",
        "SMALLINT; BIGINT; -700; -700",
        "SMALLINT; DECIMAL(10, 0); -700; -700",
        "SMALLINT; DOUBLE; -700; -700.0",
        "INT; BIGINT; -70000; -70000",
        "INT; DECIMAL(10, 0); -70000; -70000",
        "INT; DECIMAL(20, 3); -70000; -70000.000",
        "INT; DOUBLE; -70000; -70000.0",
        "BIGINT; DECIMAL(20, 0); -7000000000; -7000000000",
        "BIGINT; DECIMAL(30, 5); -7000000000; -7000000000.00000",
        "FLOAT; DOUBLE; 1.5; 1.5",
        "DECIMAL(5, 2); DECIMAL(9, 2); 1.25; 1.25",
        "DECIMAL(5, 2); DECIMAL(12, 4); 1.25; 1.2500",
        "DECIMAL(12, 4); DECIMAL(30, 6); 1.2500; 1.250000",
        "DECIMAL(20, 1); DECIMAL(38, 10); 1.5; 1.5000000000",
        "DATE; TIMESTAMP(6); 20000; 2024-10-04T00:00",
      })
  void valuesOfNarrowerTypesAreReadAsTheTableHasThemNow(
      String from, String to, String stored, String read) throws Exception {
    LogicalType narrow = RandomRows.type(from);
    var table = new SourceTable(folder, RowType.of(new LogicalType[] {narrow}, new String[] {"c"}));
    table.append(List.of(GenericRowData.of(value(narrow, stored)), new GenericRowData(1)));
    new ForeignWriter(folder)
        .replaceSchema(RowType.of(new LogicalType[] {RandomRows.type(to)}, new String[] {"c"}));

    assertThat(rows(table)).containsExactly("[%s]".formatted(read), "[null]");
  }

  private static Object value(LogicalType type, String text) {
    return switch (type.getTypeRoot()) {
      case TINYINT -> Byte.valueOf(text);
      case SMALLINT -> Short.valueOf(text);
      case INTEGER, DATE -> Integer.valueOf(text);
      case BIGINT -> Long.valueOf(text);
      case FLOAT -> Float.valueOf(text);
      default -> {
        DecimalType decimal = (DecimalType) type;
        yield DecimalData.fromBigDecimal(
            new java.math.BigDecimal(text), decimal.getPrecision(), decimal.getScale());
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "id"})
  void renamedAndDroppedColumnsOfAMappedTable(String mode) throws Exception {
    var table = table(mode, Map.of("delta.columnMapping.mode", mode));
    RowType logged = (RowType) RandomRows.type("ROW<`first` STRING, `key` BIGINT>");
    table.append(
        List.of(
            GenericRowData.of(1L, StringData.fromString("one")),
            GenericRowData.of(2L, StringData.fromString("two"))));
    String metadata =
        Files.readAllLines(entry(mode, 0)).stream()
            .filter(line -> line.contains("\"metaData\""))
            .findFirst()
            .orElseThrow();
    ObjectNode action = (ObjectNode) JSON.readTree(metadata);
    ObjectNode schema =
        (ObjectNode) JSON.readTree(action.path("metaData").path("schemaString").asText());
    ArrayNode fields = (ArrayNode) schema.path("fields");
    // Swapped names: whoever reads by name in the table reads the other column.
    ((ObjectNode) fields.get(0)).put("name", "name");
    ((ObjectNode) fields.get(1)).put("name", "id");
    write(mode, 2, action, schema);

    assertThat(Scan.rows(DeltaSource.builder(table.path())))
        .containsExactly("[1, one]", "[2, two]");
    assertThat(Scan.rows(DeltaSource.builder(table.path()).column("id", logged.getTypeAt(0))))
        .containsExactly("[one]", "[two]");
    fields.remove(0);
    write(mode, 3, action, schema);
    assertThat(Scan.rows(DeltaSource.builder(table.path()))).containsExactly("[one]", "[two]");
    assertThat(Scan.rows(DeltaSource.builder(table.path()).version(1)))
        .containsExactly("[1, one]", "[2, two]");
  }

  private void write(String table, long version, ObjectNode action, JsonNode schema)
      throws IOException {
    ((ObjectNode) action.path("metaData")).put("schemaString", schema.toString());
    Files.writeString(entry(table, version), action + "\n");
  }

  /** A table without rows that wants what it is given. */
  private SourceTable demanding(String readerFeatures, String writerFeatures, String schema)
      throws IOException {
    Files.createDirectories(entry("demanding", 0).getParent());
    Files.writeString(
        entry("demanding", 0),
        """
        {"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[%s],"writerFeatures":[%s]}}
        {"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":%s,"partitionColumns":[],"configuration":{%s},"createdTime":1}}
        """
            .formatted(
                readerFeatures,
                writerFeatures,
                JSON.writeValueAsString(schema),
                writerFeatures.contains("rowTracking")
                    ? "\"delta.enableRowTracking\":\"true\",\"delta.rowTracking.materializedRowIdColumnName\":\"_r\",\"delta.rowTracking.materializedRowCommitVersionColumnName\":\"_v\""
                    : ""));
    return table("demanding", Map.of());
  }

  private static final String NUMBERS_SCHEMA =
      "{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},{\"name\":\"name\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}}]}";

  @Test
  void rowsOfATableThatTracksThemAreReadWithoutTheirIds() throws Exception {
    var table = demanding("", "\"rowTracking\",\"domainMetadata\"", NUMBERS_SCHEMA);
    DataFile file = table.writeNumbers(0, 3);
    Files.writeString(
        entry("demanding", 1),
        "{\"add\":{\"path\":\"%s\",\"partitionValues\":{},\"size\":%d,\"modificationTime\":1,\"dataChange\":true,\"baseRowId\":0,\"defaultRowCommitVersion\":1}}\n{\"domainMetadata\":{\"domain\":\"delta.rowTracking\",\"configuration\":\"{\\\"rowIdHighWaterMark\\\":2}\",\"removed\":false}}\n"
            .formatted(file.path(), file.sizeBytes()));

    assertThat(rows(table)).isEqualTo(numbers(LongStream.range(0, 3)));
  }

  @Test
  void featuresThatAreNotKnownAreNamed() throws Exception {
    var unknown = demanding("\"teleportation\"", "\"teleportation\"", NUMBERS_SCHEMA);
    assertThatThrownBy(() -> rows(unknown))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED))
        .hasMessageContaining("uses teleportation, which is not supported here");

    var variant =
        demanding(
            "\"variantType\"",
            "\"variantType\"",
            NUMBERS_SCHEMA.replace("\"type\":\"long\"", "\"type\":\"variant\""));
    assertThatThrownBy(() -> rows(variant))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TYPE_UNSUPPORTED))
        .hasMessageContaining("column id has Delta type variant, which is not supported here");
  }

  @Test
  void aFeatureThatIsAddedWhileATableIsFollowedIsNamed() throws Exception {
    var table = table("followed", Map.of());
    table.appendNumbers(0, 1);
    Files.write(
        entry("followed", 2),
        "{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[\"teleportation\"],\"writerFeatures\":[\"teleportation\"]}}\n"
            .getBytes(UTF_8));

    assertThatThrownBy(() -> new LogTail(table.path()).read(2))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED))
        .hasMessageContaining("teleportation");
  }
}
