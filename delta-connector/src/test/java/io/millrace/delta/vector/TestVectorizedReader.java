package io.millrace.delta.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DataFile;
import io.millrace.delta.DeltaTableSpec;
import io.millrace.delta.parquet.ParquetOptions;
import io.millrace.delta.parquet.RowDataParquetWriter;
import io.millrace.delta.vector.OutputColumn.Constant;
import io.millrace.delta.vector.OutputColumn.FileColumn;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.columnar.ColumnarRowData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TestVectorizedReader {
  private static final ParquetOptions SMALL_PAGES =
      new ParquetOptions(1, 128L << 20, 200_000, 3000, 2000);

  @TempDir private Path folder;

  private DataFile write(RowType type, List<? extends RowData> rows, ParquetOptions options)
      throws IOException {
    var spec = new DeltaTableSpec("t", folder.toString(), "s", type, List.of(), Map.of());
    try (var writer = new RowDataParquetWriter(spec, 0, options)) {
      for (RowData row : rows) {
        writer.write(row);
      }
      return writer.finishFile();
    }
  }

  private static ReadField field(String name, LogicalType type) {
    List<ReadField> children = new ArrayList<>();
    if (type instanceof RowType row) {
      row.getFields().forEach(f -> children.add(field(f.getName(), f.getType())));
    } else {
      type.getChildren().forEach(child -> children.add(field("part", child)));
    }
    return new ReadField(name, -1, type, children);
  }

  private static List<OutputColumn> columns(RowType type) {
    List<OutputColumn> columns = new ArrayList<>();
    for (RowType.RowField f : type.getFields()) {
      columns.add(new FileColumn(f.getName(), List.of(field(f.getName(), f.getType()))));
    }
    return columns;
  }

  private List<String> read(String file, RowType type, long from) throws IOException {
    return read(file, columns(type), type, from);
  }

  private List<String> read(String file, List<OutputColumn> columns, RowType type, long from)
      throws IOException {
    List<String> rows = new ArrayList<>();
    var path = new org.apache.flink.core.fs.Path(folder.resolve(file).toString());
    try (var reader = VectorizedReader.open(path, columns, 0, Long.MAX_VALUE, RowGroupFilter.ALL)) {
      reader.skipTo(from);
      ColumnBatch batch = reader.newBatch();
      long expected = from;
      while (reader.read(batch)) {
        assertThat(batch.firstPosition()).isEqualTo(expected);
        for (int i = 0; i < batch.rows(); i++) {
          rows.add(RandomRows.text(new ColumnarRowData(batch.vectors(), i), type));
        }
        expected += batch.rows();
      }
    }
    return rows;
  }

  private static List<String> texts(List<? extends RowData> rows, RowType type) {
    return rows.stream().map(row -> RandomRows.text(row, type)).toList();
  }

  @ParameterizedTest
  @CsvSource({"1,10", "2,3000", "3,7001"})
  void everyTypeComesBackAsItWasWritten(long seed, int count) throws IOException {
    var random = new RandomRows(seed);
    List<GenericRowData> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(random.row(RandomRows.EVERYTHING));
    }
    DataFile file = write(RandomRows.EVERYTHING, rows, SMALL_PAGES);

    assertThat(read(file.path(), RandomRows.EVERYTHING, 0))
        .isEqualTo(texts(rows, RandomRows.EVERYTHING));
    for (long from : new long[] {1, count / 3, count - 1, count}) {
      assertThat(read(file.path(), RandomRows.EVERYTHING, from))
          .isEqualTo(texts(rows.subList((int) from, count), RandomRows.EVERYTHING));
    }
  }

  @Test
  void flatColumnsComeBackFromTheFlatEncoderToo() throws IOException {
    RowType flat = new RowType(false, RandomRows.EVERYTHING.getFields().subList(0, 17));
    var random = new RandomRows(5);
    List<GenericRowData> rows = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      rows.add(random.row(flat));
    }
    DataFile file = write(flat, rows, SMALL_PAGES);

    assertThat(read(file.path(), flat, 0)).isEqualTo(texts(rows, flat));
    assertThat(read(file.path(), flat, 4321)).isEqualTo(texts(rows.subList(4321, 10_000), flat));
  }

  @Test
  void someColumnsInAnotherOrderAndFieldsOfRowsAreEnough() throws IOException {
    var random = new RandomRows(7);
    List<GenericRowData> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(random.row(RandomRows.EVERYTHING));
    }
    DataFile file = write(RandomRows.EVERYTHING, rows, SMALL_PAGES);
    RowType wanted =
        (RowType)
            RandomRows.type(
                "ROW<p STRING, `rows` ARRAY<ROW<b MAP<INT, STRING>>>, z STRING,"
                    + " inner_row ROW<gone INT>, gone ARRAY<INT>, id BIGINT>");
    ReadField inner = field("inner_row", RandomRows.EVERYTHING.getTypeAt(21));
    ReadField y = inner.children().get(1);
    List<OutputColumn> columns =
        List.of(
            new Constant("p", wanted.getTypeAt(0), StringData.fromString("north")),
            columns(wanted).get(1),
            new FileColumn("z", List.of(inner, y, y.children().get(0))),
            columns(wanted).get(3),
            columns(wanted).get(4),
            columns(wanted).get(5));
    List<String> expected = new ArrayList<>();
    for (GenericRowData row : rows) {
      var innerRow = (GenericRowData) row.getField(21);
      var yRow = innerRow == null ? null : (GenericRowData) innerRow.getField(1);
      var list = (org.apache.flink.table.data.GenericArrayData) row.getField(20);
      Object narrowed =
          list == null
              ? null
              : new org.apache.flink.table.data.GenericArrayData(
                  java.util.Arrays.stream(list.toObjectArray())
                      .map(
                          e ->
                              e == null
                                  ? null
                                  : GenericRowData.of(((GenericRowData) e).getField(1)))
                      .toArray());
      expected.add(
          RandomRows.text(
              GenericRowData.of(
                  StringData.fromString("north"),
                  narrowed,
                  yRow == null ? null : yRow.getField(0),
                  innerRow == null ? null : GenericRowData.of((Object) null),
                  null,
                  row.getField(0)),
              wanted));
    }

    assertThat(read(file.path(), columns, wanted, 0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "PARQUET_1_0,true,UNCOMPRESSED",
    "PARQUET_1_0,false,SNAPPY",
    "PARQUET_2_0,true,ZSTD",
    "PARQUET_2_0,false,GZIP"
  })
  void filesOfOtherWritersAreReadWhateverTheirPagesAndCodecs(
      WriterVersion version, boolean dictionary, CompressionCodecName codec) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message row { optional int32 a; optional int64 b; required boolean c; optional double"
                + " d; optional binary e (STRING); optional int64 millis (TIMESTAMP(MILLIS,true));"
                + " optional int96 old; optional int32 day (DATE); optional float f;"
                + " optional binary dec (DECIMAL(9,2)); repeated int32 bare; optional group two"
                + " (LIST) { repeated int64 array; } }");
    RowType type =
        (RowType)
            RandomRows.type(
                "ROW<a BIGINT, b BIGINT, c BOOLEAN, d DOUBLE, e STRING, millis TIMESTAMP_LTZ(6),"
                    + " `old` TIMESTAMP_LTZ(6), `day` TIMESTAMP(6), f DOUBLE, `dec` DECIMAL(12, 4),"
                    + " bare ARRAY<INT>, `two` ARRAY<BIGINT>>");
    var random = new Random(11);
    List<String> expected = new ArrayList<>();
    try (var writer =
        ExampleParquetWriter.builder(new LocalOutputFile(folder.resolve("other.parquet")))
            .withType(schema)
            .withWriterVersion(version)
            .withDictionaryEncoding(dictionary)
            .withCompressionCodec(codec)
            .withPageSize(2000)
            .withRowGroupSize(50_000L)
            .build()) {
      for (int i = 0; i < 5000; i++) {
        Group row = new SimpleGroupFactory(schema).newGroup();
        boolean nulls = random.nextInt(7) == 0;
        int n = random.nextInt(50);
        row.add("c", n % 2 == 0);
        if (!nulls) {
          row.add("a", n);
          row.add("b", (long) n << 33);
          row.add("d", n / 4.0);
          row.add("e", "text " + n);
          row.add("millis", 1000L * n + 1);
          row.add("old", new NanoTime(2_440_588 + 1, 1_234_567_890L));
          row.add("day", n);
          row.add("f", n / 2f);
          row.add(
              "dec",
              org.apache.parquet.io.api.Binary.fromConstantByteArray(
                  java.math.BigInteger.valueOf(-n).toByteArray()));
          Group two = row.addGroup("two");
          for (long k = 0; k < n % 3; k++) {
            two.add("array", k);
          }
        }
        for (int k = 0; k < n % 4; k++) {
          row.add("bare", k);
        }
        writer.write(row);
        List<Object> bare = new ArrayList<>();
        for (int k = 0; k < n % 4; k++) {
          bare.add(k);
        }
        List<Object> two = new ArrayList<>();
        for (int k = 0; k < n % 3; k++) {
          two.add(k);
        }
        expected.add(
            nulls
                ? "[null, null, %s, null, null, null, null, null, null, null, %s, null]"
                    .formatted(n % 2 == 0, bare)
                : "[%d, %d, %s, %s, text %d, %s, %s, %s, %s, %s, %s, %s]"
                    .formatted(
                        n,
                        (long) n << 33,
                        n % 2 == 0,
                        n / 4.0,
                        n,
                        timestamp(Instant.ofEpochMilli(1000L * n + 1)),
                        timestamp(Instant.parse("1970-01-02T00:00:01.234567Z")),
                        timestamp(Instant.EPOCH.plusSeconds(86_400L * n)),
                        n / 2.0,
                        java.math.BigDecimal.valueOf(-n, 2).setScale(4).toPlainString(),
                        bare,
                        two));
      }
    }

    assertThat(read("other.parquet", type, 0)).isEqualTo(expected);
  }

  private static String timestamp(Instant instant) {
    return org.apache.flink.table.data.TimestampData.fromInstant(instant).toString();
  }

  @Test
  void onlyRowGroupsThatBeginInTheRangeAreRead() throws IOException {
    RowType type = RowType.of(new LogicalType[] {new BigIntType()}, new String[] {"id"});
    List<GenericRowData> rows = new ArrayList<>();
    for (long i = 0; i < 200_000; i++) {
      rows.add(GenericRowData.of(i * 0x9E3779B97F4A7C15L));
    }
    DataFile file = write(type, rows, SMALL_PAGES);
    var path = new org.apache.flink.core.fs.Path(folder.resolve(file.path()).toString());
    long cut = file.sizeBytes() / 3;
    long total = 0;
    for (long[] range : new long[][] {{0, cut}, {cut, 2 * cut}, {2 * cut, Long.MAX_VALUE}}) {
      try (var reader =
          VectorizedReader.open(path, columns(type), range[0], range[1], RowGroupFilter.ALL)) {
        ColumnBatch batch = reader.newBatch();
        long part = 0;
        while (reader.read(batch)) {
          for (int i = 0; i < batch.rows(); i++) {
            long id = batch.vectors().getLong(i, 0);
            assertThat(id).isEqualTo((batch.firstPosition() + i) * 0x9E3779B97F4A7C15L);
          }
          part += batch.rows();
        }
        assertThat(part).isBetween(1L, 199_999L);
        total += part;
      }
    }
    assertThat(total).isEqualTo(200_000);
  }

  @Test
  void withoutColumnsThereAreStillRows() throws IOException {
    RowType type = RowType.of(new LogicalType[] {new BigIntType()}, new String[] {"id"});
    DataFile file = write(type, Collections.nCopies(5000, GenericRowData.of(1L)), SMALL_PAGES);
    RowType none = RowType.of(new LogicalType[0], new String[0]);

    assertThat(read(file.path(), none, 0)).hasSize(5000).containsOnly("[]");
  }

  @Test
  void aNullInAColumnThatHasNoneIsNamed() throws IOException {
    RowType type = RowType.of(new LogicalType[] {new BigIntType()}, new String[] {"id"});
    DataFile file = write(type, List.of(GenericRowData.of(1L), new GenericRowData(1)), SMALL_PAGES);
    RowType strict = RowType.of(new LogicalType[] {new BigIntType(false)}, new String[] {"id"});

    assertThatThrownBy(() -> read(file.path(), strict, 0))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_NULL_VIOLATED))
        .hasMessageContaining("column id is NOT NULL and has no value at row 1 of file");
  }

  @Test
  void anotherTypeIsRefusedAndAMissingFileIsSaidSo() throws IOException {
    RowType type = RowType.of(new LogicalType[] {new BigIntType()}, new String[] {"id"});
    DataFile file = write(type, List.of(GenericRowData.of(1L)), SMALL_PAGES);
    RowType other = RowType.of(new LogicalType[] {VarCharType.STRING_TYPE}, new String[] {"id"});

    assertThatThrownBy(() -> read(file.path(), other, 0))
        .hasMessage("column id has type STRING in the table, the file has optional int64 id");
    assertThatThrownBy(() -> read("none.parquet", type, 0))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void flippedBytesNeverGiveOtherRows() throws IOException {
    var random = new RandomRows(17);
    List<GenericRowData> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      rows.add(random.row(RandomRows.EVERYTHING));
    }
    DataFile file = write(RandomRows.EVERYTHING, rows, SMALL_PAGES);
    List<String> expected = texts(rows, RandomRows.EVERYTHING);
    byte[] whole = Files.readAllBytes(folder.resolve(file.path()));
    var flips = new Random(19);
    int failed = 0;
    for (int i = 0; i < 300; i++) {
      byte[] flipped = whole.clone();
      flipped[flips.nextInt(flipped.length)] ^= (byte) (1 << flips.nextInt(8));
      Files.write(folder.resolve("flipped.parquet"), flipped);
      List<String> found;
      try {
        found = read("flipped.parquet", RandomRows.EVERYTHING, 0);
      } catch (IOException | RuntimeException e) {
        failed++;
        continue;
      }
      assertThat(found).isEqualTo(expected);
    }
    assertThat(failed).isGreaterThan(200);
  }
}
