package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
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
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestJsonSchemaDecoder {
  private static final RowType ORDER =
      RowType.of(
          new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE},
          new String[] {"id", "note"});

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " \t\r\n{ } \t\r\n",
        "{\"id\":1}",
        "{\"x\":[]}",
        "{\"x\":[1,2.5,-0,0e1,1E+2,1e-2,null,true,false,\"\",{},[{}]]}",
        "{\"\":0}",
        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\ud83e\\udd80\"}",
        "{\"a\":1,\"a\":2}",
        "{\"x\":{\"id\":\"not ours\",\"id\":2}}",
        "{\"a\":\"\u007f\u2028\uFFFF\"}",
        "{\"ID\":\"another name\"}",
      })
  void wellFormedDocumentsAreAccepted(String document) {
    assertThat(verdict(ORDER, document)).isEqualTo("well formed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "`` ~ empty value",
        "`  \t\n ` ~ empty value",
        "[] ~ not a JSON object: at byte 0",
        "null ~ not a JSON object: at byte 0",
        "` \"x\"` ~ not a JSON object: at byte 1",
        "hello ~ not a JSON object: at byte 0",
        "{ ~ truncated JSON: ends at byte 1",
        "{\"id\" ~ truncated JSON: ends at byte 5",
        "{\"id\":1 ~ truncated JSON: ends at byte 7",
        "{\"note\":\"ab ~ truncated JSON: ends at byte 11",
        "{\"x\":[1, ~ truncated JSON: ends at byte 8",
        "{\"id\":tru ~ truncated JSON: ends at byte 9",
        "{}{} ~ data after the object: at byte 2",
        "{}x ~ data after the object: at byte 3",
        "{\"id\":1,} ~ invalid JSON: at byte 8",
        "{,} ~ invalid JSON: at byte 1",
        "{\"x\":[1,]} ~ invalid JSON: at byte 8",
        "{\"x\" 1} ~ invalid JSON: at byte 5",
        "{x:1} ~ invalid JSON: at byte 1",
        "{'x':1} ~ invalid JSON: at byte 1",
        "{\"x\":'1'} ~ invalid JSON: at byte 5",
        "{\"id\":01} ~ invalid JSON: at byte 7",
        "{\"id\":+1} ~ invalid JSON: at byte 7",
        "{\"id\":1.} ~ invalid JSON: at byte 8",
        "{\"id\":.5} ~ invalid JSON: at byte 6",
        "{\"id\":0x10} ~ invalid JSON: at byte 7",
        "{\"id\":NaN} ~ invalid JSON: at byte 9",
        "{\"id\":Infinity} ~ invalid JSON: at byte 14",
        "{\"x\":-Infinity} ~ invalid JSON: at byte 14",
        "{\"x\":TRUE} ~ invalid JSON: at byte 10",
        "{\"x\":1/*c*/} ~ invalid JSON: at byte 6",
        "{\"x\":\"\\x\"} ~ invalid JSON: at byte 7",
        "{\"x\":\"\\u12g4\"} ~ invalid JSON: at byte 10",
        "`{\"x\":\"a\tb\"}` ~ invalid JSON: at byte 7",
        "`{\"a\tb\":1}` ~ invalid JSON: at byte 3",
        "{\"x\":[}} ~ invalid JSON: at byte 6",
        "{\"id\":1,\"id\":1} ~ duplicate field: id at byte 8",
        "{\"id\":null,\"i\\u0064\":1} ~ duplicate field: id at byte 11",
        "{\"note\":\"\\ud800\"} ~ lone surrogate in a string: note at byte 8",
        "{\"x\":\"\\udc00\\ud800\"} ~ lone surrogate in a string: at byte 5",
        "{\"\\ud800\":1} ~ lone surrogate in a string: at byte 1",
      })
  void brokenDocumentsAreToldApart(String document, String reason) {
    assertThat(verdict(ORDER, document)).isEqualTo(reason);
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedWhereverTheyStand() {
    String[] sequences = {
      "\u00ff",
      "\u0080",
      "\u00c3",
      "\u00c0\u0080",
      "\u00e0\u0080\u0080",
      "\u00ed\u00a0\u0080",
      "\u00f0\u0080\u0080\u0080",
      "\u00f4\u0090\u0080\u0080",
      "\u00f5\u0080\u0080\u0080"
    };
    for (String sequence : sequences) {
      assertThat(verdict(ORDER, ("{\"note\":\"" + sequence + "\"}").getBytes(ISO_8859_1)))
          .isEqualTo("invalid UTF-8: at byte 9");
      assertThat(verdict(ORDER, ("{\"" + sequence + "\":0}").getBytes(ISO_8859_1)))
          .isEqualTo("invalid UTF-8: at byte 2");
    }
  }

  @Test
  void otherEncodingsAndByteOrderMarksAreRefused() {
    assertThat(verdict(ORDER, "\ufeff{}")).isEqualTo("not a JSON object: at byte 0");
    assertThat(verdict(ORDER, "{\"id\":1}".getBytes(UTF_16LE)))
        .isEqualTo("invalid JSON: at byte 1");
    assertThat(verdict(ORDER, "{\"id\":1}".getBytes(UTF_16BE)))
        .isEqualTo("not a JSON object: at byte 0");
  }

  @Test
  void nestingIsAcceptedToTheLimitAndNeverOverflowsTheStack() {
    int deepest = JsonSchemaDecoder.MAX_DEPTH - 1;
    assertThat(verdict(ORDER, "{\"x\":" + "[".repeat(deepest) + "]".repeat(deepest) + "}"))
        .isEqualTo("well formed");
    assertThat(verdict(ORDER, "{\"x\":" + "[".repeat(1000) + "]".repeat(1000) + "}"))
        .isEqualTo("nested too deep: at byte 1004");
    assertThat(verdict(ORDER, "{\"x\":" + "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_001)))
        .isEqualTo("nested too deep: at byte 5000");
    assertThat(verdict(ORDER, "{\"note\":" + "[".repeat(10_000)))
        .isEqualTo("nested too deep: note at byte 1007");
  }

  @Test
  void longNumbersAreAcceptedToTheLimit() {
    assertThat(verdict(ORDER, "{\"x\":" + "1".repeat(1000) + "}")).isEqualTo("well formed");
    assertThat(verdict(ORDER, "{\"x\":" + "1".repeat(1001) + "}"))
        .isEqualTo("number too long: at byte 5");
    assertThat(verdict(of(new DecimalType(10, 2)), "{\"v\":1e" + "9".repeat(900) + "}"))
        .isEqualTo("out of range: v at byte 5");
    assertThat(read(of(new DecimalType(10, 2)), "{\"v\":1e-" + "9".repeat(900) + "}").longAt(0))
        .isZero();
  }

  @Test
  void theLengthDecidesBeforeAnyByteIsRead() {
    JsonSchemaDecoder decoder = new JsonSchemaDecoder(ORDER, new int[] {0, 1}, 20);
    FlatRow row = new FlatRow(ORDER);
    assertThat(decoder.decode("{\"note\":\"12345678\" }".getBytes(UTF_8), 0, 20, row))
        .isEqualTo(JsonVerdict.OK);
    assertThat(decoder.decode(new byte[21], 0, 21, row)).isEqualTo(JsonVerdict.TOO_LARGE);
    assertThat(decoder.describe()).isEqualTo("document too large: 21 bytes, the limit is 20");
    byte[] large = ("{\"note\":\"" + "x".repeat(20 << 20) + "\"}").getBytes(UTF_8);
    assertThat(verdict(ORDER, large))
        .isEqualTo("document too large: 20971531 bytes, the limit is 16777216");
  }

  @Test
  void missingFieldsAndNullsAreNull() {
    FlatRow row = read(ORDER, "{\"note\":null}");
    assertThat(row.isNullAt(0)).isTrue();
    assertThat(row.isNullAt(1)).isTrue();
  }

  @Test
  void requiredFieldsMustBeThere() {
    RowType required = RowType.of(new LogicalType[] {new IntType(false)}, new String[] {"id"});
    assertThat(verdict(required, "{\"a\":1}")).isEqualTo("required field missing: id at byte 0");
    assertThat(verdict(required, "{\"id\":null}"))
        .isEqualTo("required field missing: id at byte 6");
    assertThat(verdict(required, "{\"id\":7}")).isEqualTo("well formed");
  }

  @Test
  void fieldsWithoutTargetAreCheckedAndNotKept() {
    JsonSchemaDecoder decoder = new JsonSchemaDecoder(ORDER, new int[] {-1, 0}, 1000);
    RowType kept = of(VarCharType.STRING_TYPE);
    FlatRow row = new FlatRow(kept);
    byte[] good = "{\"id\":1,\"note\":\"x\"}".getBytes(UTF_8);
    byte[] bad = "{\"id\":\"1\",\"note\":\"x\"}".getBytes(UTF_8);
    assertThat(decoder.decode(good, 0, good.length, row)).isEqualTo(JsonVerdict.OK);
    assertThat(row).isEqualTo(FlatRows.of(kept, "x"));
    assertThat(decoder.decode(bad, 0, bad.length, row)).isEqualTo(JsonVerdict.WRONG_TYPE);
  }

  @Test
  void integersAreExactAndInRange() {
    for (LogicalType type :
        new LogicalType[] {
          new TinyIntType(), new SmallIntType(), new IntType(), new BigIntType()
        }) {
      int bits =
          8
              << List.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
                  .indexOf(type.getTypeRoot().name());
      BigInteger end = BigInteger.ONE.shiftLeft(bits - 1);
      assertThat(value(type, end.subtract(BigInteger.ONE).toString()))
          .isEqualTo(end.longValue() - 1);
      assertThat(value(type, end.negate().toString())).isEqualTo(end.negate().longValue());
      assertThat(refusal(type, end.toString())).isEqualTo("out of range: v at byte 5");
      assertThat(refusal(type, end.negate().subtract(BigInteger.ONE).toString()))
          .isEqualTo("out of range: v at byte 5");
    }
    assertThat(value(new IntType(), "-0")).isZero();
    assertThat(value(new IntType(), "12.0")).isEqualTo(12);
    assertThat(value(new IntType(), "1.2e1")).isEqualTo(12);
    assertThat(value(new IntType(), "120E-1")).isEqualTo(12);
    assertThat(value(new IntType(), "0e999999999999")).isZero();
    assertThat(refusal(new IntType(), "1.5")).isEqualTo("not an integer: v at byte 5");
    assertThat(refusal(new IntType(), "1e-5")).isEqualTo("not an integer: v at byte 5");
    assertThat(refusal(new BigIntType(), "1e999999999999")).isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new BigIntType(), "99999999999999999999"))
        .isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new BigIntType(), "\"1\"")).isEqualTo("wrong type: v at byte 5");
    assertThat(refusal(new BigIntType(), "true")).isEqualTo("wrong type: v at byte 5");
    assertThat(refusal(new BigIntType(), "{}")).isEqualTo("wrong type: v at byte 5");
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 150",
    "1.005, 101",
    "1.0049, 100",
    "-1.005, -101",
    "0, 0",
    "-0.001, 0",
    "-0.005, -1",
    "99999999.99, 9999999999",
    "1e2, 10000",
    "12345e-3, 1235",
    "1e-400, 0",
    "0.000000000000000000000000001, 0"
  })
  void decimalsRoundHalfUp(String number, long unscaled) {
    assertThat(value(new DecimalType(10, 2), number)).isEqualTo(unscaled);
    RowType wide = of(new DecimalType(30, 2));
    assertThat(read(wide, "{\"v\":" + number + "}").getDecimal(0, 30, 2).toBigDecimal())
        .isEqualTo(BigDecimal.valueOf(unscaled, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"100000000", "99999999.9999999999999999999995", "-100000000.00", "1e8"})
  void decimalsWithTooManyDigitsAreOutOfRange(String number) {
    assertThat(refusal(new DecimalType(10, 2), number)).isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new DecimalType(28, 20), number)).isEqualTo("out of range: v at byte 5");
  }

  @Test
  void floatingPointIsTheNearestValue() {
    RowType type = of(new DoubleType());
    for (String text :
        new String[] {
          "0.1",
          "-0.0",
          "1e22",
          "1e23",
          "123456789012345678",
          "2.2250738585072011e-308",
          "5e-324",
          "1e-400",
          "9007199254740993",
          "1.7976931348623157e308",
          "0.30000000000000004",
          "3"
        }) {
      assertThat(read(type, "{\"v\":" + text + "}").getDouble(0))
          .as(text)
          .isEqualTo(Double.parseDouble(text));
    }
    RowType single = of(new FloatType());
    for (String text : new String[] {"0.1", "16777217", "1e10", "1e11", "3.4028235e38", "1e-46"}) {
      assertThat(read(single, "{\"v\":" + text + "}").getFloat(0))
          .as(text)
          .isEqualTo(Float.parseFloat(text));
    }
    assertThat(refusal(new DoubleType(), "1e309")).isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new FloatType(), "1e39")).isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new DoubleType(), "NaN")).isEqualTo("invalid JSON: at byte 8");
    assertThat(refusal(new DoubleType(), "\"NaN\"")).isEqualTo("wrong type: v at byte 5");
  }

  @Test
  void booleansAreOnlyTrueAndFalse() {
    assertThat(value(new BooleanType(), "true")).isEqualTo(1);
    assertThat(value(new BooleanType(), "false")).isZero();
    assertThat(refusal(new BooleanType(), "\"true\"")).isEqualTo("wrong type: v at byte 5");
    assertThat(refusal(new BooleanType(), "1")).isEqualTo("wrong type: v at byte 5");
  }

  @Test
  void textsKeepWhatTheDocumentSays() {
    LogicalType string = VarCharType.STRING_TYPE;
    assertThat(text(string, "\"plain\"")).isEqualTo("plain");
    assertThat(text(string, "\"\"")).isEmpty();
    assertThat(text(string, "\"\\u00e9\\n\\ud83e\\udd80 \\\"é🦀\\\"\"")).isEqualTo("é\n🦀 \"é🦀\"");
    assertThat(text(string, "1.10")).isEqualTo("1.10");
    assertThat(text(string, "true")).isEqualTo("true");
    assertThat(text(string, "{ \"a\" : [1, \"\\n\"] }")).isEqualTo("{ \"a\" : [1, \"\\n\"] }");
    assertThat(text(string, "[\"é\", {}]")).isEqualTo("[\"é\", {}]");
    assertThat(text(new VarCharType(3), "\"é🦀a\"")).isEqualTo("é🦀a");
    assertThat(refusal(new VarCharType(3), "\"abcd\"")).isEqualTo("out of range: v at byte 5");
    assertThat(text(new CharType(3), "\"a\"")).isEqualTo("a");
  }

  @Test
  void binaryIsBase64() {
    assertThat(read(of(new VarBinaryType(3)), "{\"v\":\"AQID\"}").getBinary(0))
        .containsExactly(1, 2, 3);
    assertThat(refusal(new VarBinaryType(3), "\"AQIDBA==\""))
        .isEqualTo("out of range: v at byte 5");
    assertThat(refusal(new VarBinaryType(3), "\"?\"")).isEqualTo("bad format: v at byte 5");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T00:00:00.000Z, 2026-01-01T00:00",
    "2026-01-01T00:00Z, 2026-01-01T00:00",
    "2026-01-01 12:34:56, 2026-01-01T12:34:56",
    "2026-01-01 12:34:56.7, 2026-01-01T12:34:56.700",
    "2026-01-01T12:34:56.123999999, 2026-01-01T12:34:56.123",
    "2026-01-01T00:30:00+02:00, 2025-12-31T22:30",
    "2026-01-01T00:30:00-0130, 2026-01-01T02:00",
    "2026-01-01T00:30:00+01, 2025-12-31T23:30",
    "2024-02-29T23:59:59Z, 2024-02-29T23:59:59",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00",
    "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999",
    "1969-12-31T23:59:59.999Z, 1969-12-31T23:59:59.999",
  })
  void timestampsAreIso8601InUtc(String text, String utc) {
    for (LogicalType type :
        new LogicalType[] {new TimestampType(3), new LocalZonedTimestampType(3)}) {
      TimestampData value = read(of(type), "{\"v\":\"" + text + "\"}").getTimestamp(0, 3);
      assertThat(value.toLocalDateTime()).isEqualTo(utc);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10000-01-01T00:00:00Z, bad format",
    "0000-01-01T00:00:00Z, bad format",
    "9999-12-31T23:59:59-01:00, out of range",
    "0001-01-01T00:00:00+01:00, out of range",
    "2026-02-29T00:00:00Z, bad format",
    "2026-13-01T00:00:00Z, bad format",
    "2026-01-01T24:00:00Z, bad format",
    "2026-01-01T00:00:60Z, bad format",
    "2026-01-01T00:00:00.Z, bad format",
    "2026-01-01T00:00:00.1234567890Z, bad format",
    "2026-01-01T00:00:00z, bad format",
    "2026-01-01, bad format",
    "2026-1-1T00:00:00Z, bad format",
    "2026-01-01T00:00:00+18:01, bad format",
    "2026-01-01T00:00:00 UTC, bad format",
    "1767225600000, bad format",
    "'', bad format"
  })
  void otherTimesAreMalformed(String text, String reason) {
    assertThat(refusal(new TimestampType(3), '"' + text + '"')).isEqualTo(reason + ": v at byte 5");
  }

  @Test
  void epochNumbersAreNoTimes() {
    assertThat(refusal(new TimestampType(3), "1767225600000")).isEqualTo("wrong type: v at byte 5");
    assertThat(refusal(new DateType(), "20454")).isEqualTo("wrong type: v at byte 5");
  }

  @Test
  void datesAndTimesOfDay() {
    assertThat(value(new DateType(), "\"1970-01-02\"")).isEqualTo(1);
    assertThat(value(new DateType(), "\"9999-12-31\"")).isEqualTo(2_932_896);
    assertThat(refusal(new DateType(), "\"10000-01-01\"")).isEqualTo("bad format: v at byte 5");
    assertThat(value(new TimeType(3), "\"00:00:01.5\"")).isEqualTo(1500);
    assertThat(value(new TimeType(0), "\"00:00:01.999\"")).isEqualTo(1000);
    assertThat(value(new TimeType(9), "\"23:59\"")).isEqualTo(86_340_000);
    assertThat(refusal(new TimeType(3), "\"24:00\"")).isEqualTo("bad format: v at byte 5");
  }

  @Test
  void nestedColumnsAreRead() {
    RowType schema =
        RowType.of(
            new LogicalType[] {
              RowType.of(
                  new LogicalType[] {new IntType(), new ArrayType(new IntType(false))},
                  new String[] {"a", "b"}),
              new MapType(VarCharType.STRING_TYPE, new DoubleType())
            },
            new String[] {"r", "m"});
    FlatRow row =
        read(schema, "{\"r\":{\"x\":{},\"b\":[1,2],\"a\":5},\"m\":{\"k\":1.5,\"n\":null}}");
    assertThat(row.getRow(0, 2).getInt(0)).isEqualTo(5);
    ArrayData array = row.getRow(0, 2).getArray(1);
    assertThat(array.size()).isEqualTo(2);
    assertThat(array.getInt(1)).isEqualTo(2);
    MapData map = row.getMap(1);
    assertThat(map.size()).isEqualTo(2);
    assertThat(map.keyArray().getString(0))
        .isIn(StringData.fromString("k"), StringData.fromString("n"));

    Map<String, String> refused =
        Map.of(
            "{\"r\":{\"a\":\"5\"}}", "wrong type: r.a at byte 10",
            "{\"r\":{\"b\":[1,null]}}", "required field missing: r.b at byte 13",
            "{\"r\":{\"a\":1,\"a\":1}}", "duplicate field: r.a at byte 12",
            "{\"r\":[]}", "wrong type: r at byte 5",
            "{\"m\":{\"k\":1,\"k\":2}}", "duplicate field: m at byte 12");
    refused.forEach((document, reason) -> assertThat(verdict(schema, document)).isEqualTo(reason));
  }

  @Test
  void stringsWithEscapesLiveTogetherInOneRow() {
    RowType schema =
        RowType.of(
            new LogicalType[] {VarCharType.STRING_TYPE, VarCharType.STRING_TYPE},
            new String[] {"a", "b"});
    String large = "\\n" + "y".repeat(5000);
    FlatRow row = read(schema, "{\"a\":\"\\tx\",\"b\":\"" + large + "\"}");
    assertThat(row).isEqualTo(FlatRows.of(schema, "\tx", "\n" + "y".repeat(5000)));
  }

  @Test
  void aSchemaThatJsonCannotMeetIsRefused() {
    assertThatThrownBy(() -> JsonSchemaDecoder.of(of(new MultisetType(new IntType()))))
        .hasMessage(
            "TYPE_UNSUPPORTED: JSON field v: JSON has no counterpart of MULTISET<INT>\n"
                + "  Remedy: declare the field as STRING and convert it in the query");
    assertThatThrownBy(() -> JsonSchemaDecoder.of(of(new MapType(new IntType(), new IntType()))))
        .hasMessageContaining("JSON field v: keys of a JSON object are texts, not INT");
  }

  @Test
  void onlyTheUnusualNeedsTheStrictReader() {
    JsonSchemaDecoder decoder = JsonSchemaDecoder.of(ORDER);
    FlatRow row = new FlatRow(ORDER);
    for (String document :
        new String[] {
          "{\"id\":1,\"note\":\"x\"}", "{\"note\":\"\\n\",\"y\":{\"z\":[1]}}", "{\"id\":null}"
        }) {
      byte[] bytes = document.getBytes(UTF_8);
      assertThat(decoder.decode(bytes, 0, bytes.length, row)).isEqualTo(JsonVerdict.OK);
    }
    assertThat(decoder.strictDocuments()).isZero();
    assertThat(decoder.decode(new byte[0], 0, 0, row)).isEqualTo(JsonVerdict.EMPTY);
    assertThat(decoder.strictDocuments()).isEqualTo(1);
  }

  private static RowType of(LogicalType type) {
    return RowType.of(new LogicalType[] {type}, new String[] {"v"});
  }

  private static long value(LogicalType type, String json) {
    return read(of(type), "{\"v\":" + json + "}").longAt(0);
  }

  private static String text(LogicalType type, String json) {
    return read(of(type), "{\"v\":" + json + "}").getString(0).toString();
  }

  private static String refusal(LogicalType type, String json) {
    return verdict(of(type), "{\"v\":" + json + "}");
  }

  private static FlatRow read(RowType schema, String document) {
    byte[] bytes = document.getBytes(UTF_8);
    JsonSchemaDecoder decoder = JsonSchemaDecoder.of(schema);
    FlatRow strict = new FlatRow(schema);
    assertThat(decoder.decodeStrictly(bytes, 0, bytes.length, strict))
        .as(decoder::describe)
        .isEqualTo(JsonVerdict.OK);
    FlatRow row = new FlatRow(schema);
    assertThat(decoder.decode(bytes, 0, bytes.length, row)).isEqualTo(JsonVerdict.OK);
    if (decoder.strictDocuments() == 1) {
      assertThat(row).isEqualTo(strict);
    }
    return row;
  }

  private static String verdict(RowType schema, String document) {
    return verdict(schema, document.getBytes(UTF_8));
  }

  private static String verdict(RowType schema, byte[] document) {
    JsonSchemaDecoder decoder = JsonSchemaDecoder.of(schema);
    decoder.decode(document, 0, document.length, new FlatRow(schema));
    return decoder.describe();
  }
}
