package io.millrace.delta.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.row.FlatRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our own encoder against parquet-java's: same rows, same statistics, as a third reader sees it.
 */
class TestFlatEncoder {
  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("id", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("flag", DataTypes.BOOLEAN()),
                  DataTypes.FIELD("tiny", DataTypes.TINYINT()),
                  DataTypes.FIELD("number", DataTypes.INT()),
                  DataTypes.FIELD("single", DataTypes.FLOAT()),
                  DataTypes.FIELD("twice", DataTypes.DOUBLE()),
                  DataTypes.FIELD("colour", DataTypes.STRING()),
                  DataTypes.FIELD("drifting", DataTypes.STRING()),
                  DataTypes.FIELD("unique_text", DataTypes.STRING().notNull()),
                  DataTypes.FIELD("bytes", DataTypes.BYTES()),
                  DataTypes.FIELD("constant", DataTypes.STRING().notNull()),
                  DataTypes.FIELD("never", DataTypes.BIGINT()),
                  DataTypes.FIELD("amount", DataTypes.DECIMAL(10, 2)),
                  DataTypes.FIELD("large", DataTypes.DECIMAL(30, 5)),
                  DataTypes.FIELD("at", DataTypes.TIMESTAMP(6)))
              .notNull()
              .getLogicalType();

  private static final int[] ALL = IntStream.range(0, TYPE.getFieldCount()).toArray();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    // rows, share of nulls, page bytes, row group bytes
    "1, 0, 1048576, 33554432",
    "9, 0.5, 1048576, 33554432",
    "7000, 0.3, 4096, 100000",
    "50000, 0, 1048576, 33554432",
    "50000, 0.1, 100000, 600000",
    "3000, 0.99, 1048576, 33554432",
  })
  void writesWhatParquetJavaWrites(int rows, double nullShare, int pageBytes, long rowGroupBytes)
      throws Exception {
    var options = new ParquetOptions(1, 1L << 30, rowGroupBytes, pageBytes, 1 << 16);
    MessageType schema = ParquetTypes.message("t", TYPE, ColumnNames.AS_THEY_ARE);
    var nulls = new NullChecks("t", ColumnNames.AS_THEY_ARE);

    Path ours = folder.resolve("ours.parquet");
    String ourStatistics =
        write(
            new FlatEncoder(output(ours), TYPE, ALL, schema, nulls, options, Set.of("number")),
            rows,
            nullShare);
    Path theirs = folder.resolve("theirs.parquet");
    DataFileOutput theirOutput = output(theirs);
    String theirStatistics =
        write(
            new ParquetJavaEncoder(
                theirOutput,
                theirOutput::getPos,
                new RowDataWriteSupport(TYPE, ALL, schema, nulls),
                options,
                Set.of()),
            rows,
            nullShare);

    assertThat(count("SELECT count(*) FROM '%s'".formatted(ours))).isEqualTo(rows);
    assertThat(
            count("SELECT count(*) FROM (FROM '%s' EXCEPT ALL FROM '%s')".formatted(ours, theirs)))
        .isZero();
    assertThat(
            count("SELECT count(*) FROM (FROM '%s' EXCEPT ALL FROM '%s')".formatted(theirs, ours)))
        .isZero();
    // In order, too: position is what deletion vectors go by.
    assertThat(
            count(
                ("SELECT count(*) FROM (SELECT id, file_row_number AS n FROM read_parquet('%s',"
                        + " file_row_number = true)) WHERE id <> n * 3")
                    .formatted(ours)))
        .isZero();
    assertThat(ourStatistics).isEqualTo(theirStatistics);
  }

  private static DataFileOutput output(Path file) throws IOException {
    return new DataFileOutput(new org.apache.flink.core.fs.Path(file.toUri()));
  }

  private static String write(RowEncoder encoder, int rows, double nullShare) throws IOException {
    Random random = new Random(7);
    FlatRow row = new FlatRow(TYPE);
    for (int n = 0; n < rows; n++) {
      fill(row, n, random);
      for (int i = 0; i < TYPE.getFieldCount(); i++) {
        if (TYPE.getTypeAt(i).isNullable() && random.nextDouble() < nullShare) {
          row.setNull(i);
        }
      }
      row.setNull(TYPE.getFieldIndex("never"));
      encoder.write(row);
    }
    ParquetMetadata footer = encoder.finish();
    return FileStatistics.json(footer, TYPE, Map.of(), -1, rows);
  }

  private static void fill(FlatRow row, int n, Random random) {
    row.setLong(0, n * 3L);
    row.setBoolean(1, random.nextInt(3) == 0);
    row.setLong(2, (byte) random.nextInt());
    row.setLong(3, random.nextInt());
    row.setFloat(4, random.nextInt(50) / 7f - 3);
    row.setDouble(5, random.nextGaussian());
    row.setString(6, "colour-" + random.nextInt(5));
    // Few values at first, then ever new ones: the dictionary fills up in the middle of a page.
    row.setString(7, "v" + (n < 5_000 ? random.nextInt(40) : random.nextInt(1_000_000)));
    row.setString(8, Long.toHexString(random.nextLong()) + "é".repeat(random.nextInt(4)));
    byte[] bytes = new byte[random.nextInt(6)];
    random.nextBytes(bytes);
    row.setBytes(9, bytes, 0, bytes.length);
    row.setString(10, "always");
    row.setLong(12, random.nextInt(2_000_000) - 1_000_000);
    row.setObject(
        13,
        DecimalData.fromBigDecimal(
            new BigDecimal(new BigInteger(95, random).subtract(BigInteger.TWO.pow(94)), 5), 30, 5));
    row.setTimestamp(14, 1_700_000_000_000L + n - random.nextInt(100), random.nextInt(1000) * 1000);
  }

  private static long count(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }
}
