package io.millrace.jobs.expression;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;

/** A table of every type with what is awkward in each: NULL, extremes, accents, leap days. */
final class SampleTable {
  static final RowType TYPE;
  private static final Map<String, LogicalType> COLUMNS = new LinkedHashMap<>();
  private static final Map<String, List<Object>> VALUES = new LinkedHashMap<>();

  static {
    column("bo", new BooleanType(), true, false);
    column("bon", new BooleanType(false), true, false);
    column("ti", new TinyIntType(), (byte) 0, (byte) 1, (byte) -7, Byte.MIN_VALUE, Byte.MAX_VALUE);
    column(
        "si",
        new SmallIntType(),
        (short) 0,
        (short) 12,
        (short) -300,
        Short.MIN_VALUE,
        Short.MAX_VALUE);
    column("i", new IntType(), 0, 1, -1, 7, 42, -1000, Integer.MIN_VALUE, Integer.MAX_VALUE);
    column(
        "inn", new IntType(false), 0, 1, -1, 3, 99, 100000, Integer.MIN_VALUE, Integer.MAX_VALUE);
    column("l", new BigIntType(), 0L, 1L, -1L, 10L, 4_294_967_296L, Long.MIN_VALUE, Long.MAX_VALUE);
    column(
        "lnn",
        new BigIntType(false),
        0L,
        5L,
        -12L,
        1_700_000_000_000L,
        Long.MIN_VALUE,
        Long.MAX_VALUE);
    column(
        "f",
        new FloatType(),
        0f,
        -0f,
        1.5f,
        -2.25f,
        0.1f,
        Float.NaN,
        Float.MAX_VALUE,
        Float.MIN_VALUE,
        Float.NEGATIVE_INFINITY);
    column(
        "d",
        new DoubleType(),
        0d,
        -0d,
        1.5,
        -2.25,
        0.1,
        1e10,
        Double.NaN,
        Double.MAX_VALUE,
        Double.MIN_VALUE,
        Double.POSITIVE_INFINITY);
    decimal(
        "am",
        12,
        2,
        true,
        "0",
        "0.01",
        "-0.01",
        "1.50",
        "19.99",
        "9999999999.99",
        "-9999999999.99");
    decimal("amn", 10, 3, false, "0", "0.005", "-0.005", "2.500", "1234567.890", "-9999999.999");
    decimal("d5", 5, 0, true, "0", "1", "-7", "99999", "-99999");
    decimal(
        "d18",
        18,
        6,
        true,
        "0",
        "0.000001",
        "0.5",
        "-0.5",
        "1.499999",
        "999999999999.999999",
        "-999999999999.999999");
    decimal(
        "d38",
        38,
        10,
        true,
        "0",
        "0.0000000001",
        "-3.5",
        "1234567890123456789.0123456789",
        "9999999999999999999999999999.9999999999");
    column(
        "s",
        VarCharType.STRING_TYPE,
        s(""),
        s("a"),
        s("Abc"),
        s(" x "),
        s("12"),
        s("-7"),
        s("+3"),
        s("1.5"),
        s("  42  "),
        s("abc_def%"),
        s("größe"),
        s("ß"),
        s("日本語テキスト"),
        s("😀 smile"),
        s("2024-02-29"),
        s("2024-02-29 12:34:56.789"),
        s("true"),
        s("9223372036854775808"),
        s("1e3"),
        s("NaN"),
        s("İıſ"));
    column(
        "sn",
        new VarCharType(false, VarCharType.MAX_LENGTH),
        s(""),
        s("EUR"),
        s("USD"),
        s("Abc"),
        s("a%b"),
        s("naïve"),
        s("0"),
        s("99"),
        s("2147483648"));
    column(
        "vc", new VarCharType(10), s(""), s("a"), s("short"), s("exactly10!"), s("äöü"), s("123"));
    column("ch", new CharType(5), s("abcde"), s("a    "), s("12345"), s("ÄÖÜäö"));
    column(
        "b",
        new VarBinaryType(VarBinaryType.MAX_LENGTH),
        bytes(""),
        bytes("plain ascii text"),
        bytes("größe"),
        new byte[] {(byte) 0xff, 'a'},
        new byte[] {(byte) 0xc3},
        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        bytes("\uFFFD"),
        new byte[] {0, 1, 2});
    column(
        "ts",
        new TimestampType(3),
        ts("2024-02-29T23:59:59.999"),
        ts("1970-01-01T00:00:00"),
        ts("1969-12-31T23:59:59.001"),
        ts("2023-12-31T12:00:00"),
        ts("0001-01-01T00:00:00"),
        ts("9999-12-31T23:59:59.999"),
        ts("1900-03-01T01:02:03.004"),
        ts("2026-11-22T18:30:00"));
    column(
        "ts6",
        new TimestampType(false, 6),
        ts("2024-02-29T23:59:59.999999"),
        ts("1970-01-01T00:00:00.000001"),
        ts("1969-12-31T23:59:59.999999"),
        ts("2023-01-31T12:34:56.700000"),
        ts("1582-10-15T00:00:00"),
        ts("2000-01-01T00:00:00.000100"));
    column(
        "ts9",
        new TimestampType(9),
        ts("2024-02-29T23:59:59.999999999"),
        ts("1970-01-01T00:00:00.000000001"),
        ts("1960-02-29T06:07:08.123456789"),
        ts("2023-06-15T10:20:30.000000100"),
        ts("2023-06-15T10:20:30"));
    column(
        "ltz",
        new LocalZonedTimestampType(3),
        ts("2024-02-29T23:59:59.999"),
        ts("1970-01-01T00:00:00"),
        ts("2023-07-01T00:00:00.500"));
    column(
        "dt",
        new DateType(),
        day("2024-02-29"),
        day("1970-01-01"),
        day("1969-12-31"),
        day("2023-01-31"),
        day("0001-01-01"),
        day("9999-12-31"),
        day("1900-03-01"));
    column("dtn", new DateType(false), day("2024-12-30"), day("2020-02-29"), day("1999-12-31"));
    column("tm", new TimeType(3), 0, 1, 3_600_000, 86_399_999, 45_296_789);
    TYPE =
        RowType.of(
            COLUMNS.values().toArray(new LogicalType[0]), COLUMNS.keySet().toArray(new String[0]));
  }

  private SampleTable() {}

  /** Binary rows, as between Flink's operators; every value of every column comes up. */
  static List<RowData> rows(int count, RandomGenerator random) {
    List<RowData> rows = new ArrayList<>();
    RowDataSerializer serializer = new RowDataSerializer(TYPE);
    for (int r = 0; r < count; r++) {
      GenericRowData row = new GenericRowData(COLUMNS.size());
      int field = 0;
      for (Map.Entry<String, LogicalType> column : COLUMNS.entrySet()) {
        List<Object> values = VALUES.get(column.getKey());
        Object value =
            r < values.size() ? values.get(r) : values.get(random.nextInt(values.size()));
        boolean isNull =
            column.getValue().isNullable() && r >= values.size() && random.nextInt(5) == 0;
        row.setField(field++, isNull ? null : value);
      }
      rows.add(serializer.toBinaryRow(row).copy());
    }
    return rows;
  }

  private static void column(String name, LogicalType type, Object... values) {
    COLUMNS.put(name, type);
    VALUES.put(name, List.of(values));
  }

  private static void decimal(
      String name, int precision, int scale, boolean nullable, String... values) {
    Object[] decimals = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      decimals[i] = DecimalData.fromBigDecimal(new BigDecimal(values[i]), precision, scale);
    }
    column(name, new DecimalType(nullable, precision, scale), decimals);
  }

  private static StringData s(String text) {
    return StringData.fromString(text);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static TimestampData ts(String text) {
    return TimestampData.fromLocalDateTime(LocalDateTime.parse(text));
  }

  private static int day(String text) {
    return (int) LocalDate.parse(text).toEpochDay();
  }
}
