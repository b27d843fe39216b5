package io.millrace.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Values of every type, in files, in partitions, in statistics, and in columns whose type became
 * wider: written by delta-spark and read by us, written by us and read by delta-spark.
 */
class TestTypesBothWays {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final String SCALARS =
      """
      id BIGINT, text STRING, small SMALLINT, tiny TINYINT, number INT, flag BOOLEAN,
      single FLOAT, dbl DOUBLE, money DECIMAL(9, 2), price DECIMAL(18, 4),
      large DECIMAL(38, 18), day DATE, at_time TIMESTAMP, wall TIMESTAMP_NTZ
      """;

  private static final String NESTED =
      """
      , bytes BINARY, list ARRAY<STRUCT<a: INT, b: STRING>>, matrix ARRAY<ARRAY<DOUBLE>>,
      tags MAP<STRING, DECIMAL(20, 3)>, places MAP<INT, STRUCT<x: DATE, y: ARRAY<TIMESTAMP_NTZ>>>,
      inner STRUCT<x: BIGINT, y: STRUCT<z: DECIMAL(8, 3), w: BINARY>>
      """;

  private static final List<String> SCALAR_ROWS =
      List.of(
          """
          1, 'Zürich 🚂', 12, 3, -7, true, 1.5F, -2.25D, 1234567.89, 12345678901234.5678,
          12345678901234567890.123456789012345678, DATE'2026-11-22',
          TIMESTAMP'2026-11-22 01:02:03.123456Z', TIMESTAMP_NTZ'1969-12-31 23:59:59.999999'
          """,
          """
          9223372036854775807, 'a', 32767S, 127Y, 2147483647, false, CAST('3.4028235E38' AS FLOAT),
          1.7976931348623157E308D, 9999999.99, 99999999999999.9999,
          99999999999999999999.999999999999999999, DATE'9999-12-31',
          TIMESTAMP'9999-12-31 23:59:59.999999Z', TIMESTAMP_NTZ'9999-12-31 23:59:59.999999'
          """,
          """
          -9223372036854775808L, repeat('long ', 100), -32768S, -128Y, -2147483648, true, CAST('1.4E-45' AS FLOAT),
          4.9E-324D, -9999999.99, -99999999999999.9999,
          -99999999999999999999.999999999999999999, DATE'0001-01-01',
          TIMESTAMP'0001-01-01 00:00:00Z', TIMESTAMP_NTZ'0001-01-01 00:00:00.000001'
          """);

  private static final List<String> NESTED_VALUES =
      List.of(
          """
          , X'00FF10', array(struct(1, 'b'), null, struct(null, '')), array(array(1D, null), array()),
          map('k', 1.5, 'n', null),
          map(1, struct(DATE'2026-01-01', array(TIMESTAMP_NTZ'2026-01-01 00:00:00', null)), 2, null),
          struct(5L, struct(1.125, X'01'))
          """,
          ", X'', array(), array(), map(), map(), struct(null, null)",
          ", null, null, null, null, null, null");

  private static SharedTable sparkTable(String name, String columns) throws IOException {
    SharedTable table = SharedTable.named(name);
    table.spark("CREATE TABLE {t} (" + columns + ") USING delta");
    return table;
  }

  @Test
  void valuesOfEveryTypeAreTheSame() throws Exception {
    SharedTable table = sparkTable("every_type", SCALARS + NESTED);
    for (int i = 0; i < SCALAR_ROWS.size(); i++) {
      table.spark("INSERT INTO {t} VALUES (" + SCALAR_ROWS.get(i) + NESTED_VALUES.get(i) + ")");
    }
    table.spark("INSERT INTO {t} (id) VALUES (4)");
    table.spark(
        "INSERT INTO {t} (id, single, dbl) VALUES (5, CAST('NaN' AS FLOAT), CAST('NaN' AS DOUBLE)),"
            + " (6, CAST('-Infinity' AS FLOAT), CAST('Infinity' AS DOUBLE)), (7, -0.0F, -0.0D)");
    List<String> theirs = table.agree(7);

    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    assertThat(table.agree(14)).containsExactlyElementsOf(twice(theirs));
    table.spark("OPTIMIZE {t}");
    table.agree(14);
  }

  private static List<String> twice(List<String> rows) {
    List<String> all = new ArrayList<>(rows);
    all.addAll(rows);
    all.sort(null);
    return all;
  }

  @Test
  void statisticsOfEveryTypeAreThose() throws Exception {
    for (String row : SCALAR_ROWS) {
      SharedTable table = sparkTable("statistics", SCALARS + NESTED);
      table.spark("INSERT INTO {t} VALUES (" + row + NESTED_VALUES.get(0) + ")");
      table.flink("INSERT INTO {t} SELECT * FROM {t}");
      assertThat(statistics(table, 2)).isEqualTo(statistics(table, 1));
    }
  }

  @Test
  void statisticsOfSeveralRowsAreThose() throws Exception {
    SharedTable table = sparkTable("statistics_of_rows", SCALARS);
    table.spark("INSERT INTO {t} VALUES (" + String.join("), (", SCALAR_ROWS) + ")");
    table.spark("INSERT INTO {t} (id) VALUES (1)");
    table.spark("OPTIMIZE {t}");
    table.agree(4);
    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    assertThat(statistics(table, 4)).isEqualTo(statistics(table, 3));
    String extremes = "SELECT COUNT(*), MIN(`%1$s`), MAX(`%1$s`) FROM {t}";
    // Not the day: delta-spark, asked for java.time, fails to make one from statistics.
    for (String column : List.of("id", "small", "tiny", "number", "at_time", "wall")) {
      String query = extremes.formatted(column);
      assertThat(table.flinkBatch(query)).as(column).isEqualTo(table.sparkRows(query));
    }
  }

  /**
   * Those of the one file that a version added. Times in them have milliseconds; where delta-spark
   * cuts a maximum off, which its readers know, ours is the next one: both become the second here,
   * and none where the next one is in the year 10000.
   */
  private static JsonNode statistics(SharedTable table, long version) throws IOException {
    for (String line : Files.readAllLines(table.entry(version))) {
      JsonNode add = JSON.readTree(line).path("add");
      if (add.has("stats")) {
        ObjectNode stats = (ObjectNode) JSON.readTree(add.path("stats").asText());
        stats.remove("tightBounds");
        ObjectNode maxima = (ObjectNode) stats.path("maxValues");
        for (String time : List.of("at_time", "wall")) {
          String maximum = maxima.path(time).asText();
          if (maximum.isEmpty() || maximum.startsWith("9999-12-31T23:59:59")) {
            maxima.remove(time);
          } else {
            assertThat(maximum).matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z?");
            maxima.put(
                time,
                LocalDateTime.parse(maximum.substring(0, 23))
                    .plusNanos(1_000_000)
                    .withNano(0)
                    .toString());
          }
        }
        return stats;
      }
    }
    throw new AssertionError("no statistics in version " + version);
  }

  @Test
  void partitionsOfEveryTypeWithOddCharactersAreTheSame() throws Exception {
    SharedTable table = SharedTable.named("partitions");
    table.spark(
        "CREATE TABLE {t} (id INT, text STRING, whole BIGINT, small SMALLINT, flag BOOLEAN, dbl"
            + " DOUBLE, money DECIMAL(20, 10), day DATE, at_time TIMESTAMP, wall TIMESTAMP_NTZ)"
            + " USING delta PARTITIONED BY (text, whole, small, flag, dbl, money, day, at_time,"
            + " wall)");
    String rest =
        ", 7, 2S, true, 1.5D, 0.0000000001, DATE'2026-11-22', TIMESTAMP'2026-11-22"
            + " 01:02:03.000004Z', TIMESTAMP_NTZ'1969-12-31 23:59:59.999999')";
    List<String> texts =
        List.of(
            "a/b=c", "ü €%", "x:y \"z\"", "..", "{[^]}#?*", "a\\\\b", "line\\nbreak", "+ &", "%2F");
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      rows.add("(" + i + ", '" + texts.get(i) + "'" + rest);
    }
    rows.add("(98, null, null, null, null, null, null, null, null, null)");
    rows.add("(99, ''" + rest);
    table.spark("INSERT INTO {t} VALUES " + String.join(", ", rows));
    List<String> theirs = table.agree(11);

    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    assertThat(table.agree(22)).containsExactlyElementsOf(twice(theirs));
    for (String condition :
        List.of("text = 'a/b=c'", "text = '%2F'", "wall IS NULL", "flag", "small < 3")) {
      assertThat(table.flinkBatch("SELECT id FROM {t} WHERE " + condition))
          .as(condition)
          .isNotEmpty()
          .isEqualTo(table.sparkRows("SELECT id FROM {t} WHERE " + condition));
    }
    table.spark("DELETE FROM {t} WHERE text = 'a/b=c' OR text IS NULL AND id = 98");
    table.agree(18);
  }

  private static final String[][] WIDER = {
    {"TINYINT", "SMALLINT", "-128Y", "-32768S"},
    {"TINYINT", "INT", "127Y", "2147483647"},
    {"TINYINT", "BIGINT", "-1Y", "-9223372036854775808L"},
    {"TINYINT", "DOUBLE", "3Y", "0.1D"},
    {"TINYINT", "DECIMAL(12, 2)", "-4Y", "1234567890.12"},
    {"SMALLINT", "INT", "-32768S", "-2147483648"},
    {"SMALLINT", "BIGINT", "32767S", "9223372036854775807L"},
    {"SMALLINT", "DOUBLE", "6S", "1e300D"},
    {"SMALLINT", "DECIMAL(20, 1)", "7S", "-1234567890123456789.5"},
    {"INT", "BIGINT", "-2147483648", "2147483648L"},
    {"INT", "DOUBLE", "2147483647", "-0.5D"},
    {"INT", "DECIMAL(15, 5)", "-2147483648", "1234567890.12345"},
    {"BIGINT", "DECIMAL(20, 0)", "-9223372036854775808L", "12345678901234567890"},
    {"BIGINT", "DECIMAL(38, 18)", "9223372036854775807L", "1.000000000000000001"},
    {"FLOAT", "DOUBLE", "0.1F", "0.1D"},
    {"DATE", "TIMESTAMP_NTZ", "DATE'0001-01-01'", "TIMESTAMP_NTZ'2026-11-22 01:02:03.000004'"},
    {"DECIMAL(5, 2)", "DECIMAL(9, 2)", "-999.99", "1234567.89"},
    {"DECIMAL(5, 2)", "DECIMAL(15, 3)", "999.99", "-123456789012.345"},
    {"DECIMAL(5, 2)", "DECIMAL(30, 5)", "0.01", "1234567890123456789012345.12345"},
    {"DECIMAL(15, 3)", "DECIMAL(30, 5)", "-123456789012.345", "0.00001"},
    {"DECIMAL(20, 5)", "DECIMAL(38, 10)", "123456789012345.12345", "0.0000000001"},
  };

  @Test
  void everyPairOfTypesThatSparkWidensIsRead() throws Exception {
    SharedTable table = SharedTable.named("widened");
    List<String> columns = new ArrayList<>();
    List<String> narrow = new ArrayList<>();
    List<String> wide = new ArrayList<>();
    for (int i = 0; i < WIDER.length; i++) {
      columns.add("c" + i + " " + WIDER[i][0]);
      narrow.add(WIDER[i][2]);
      wide.add(WIDER[i][3]);
    }
    String nested =
        ", s STRUCT<a: INT, l: ARRAY<SMALLINT>>, m MAP<TINYINT, FLOAT>, l ARRAY<STRUCT<d: DATE>>";
    table.spark(
        "CREATE TABLE {t} ("
            + String.join(", ", columns)
            + nested
            + ") USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true',"
            + " 'delta.feature.timestampNtz' = 'supported')");
    table.spark(
        "INSERT INTO {t} VALUES ("
            + String.join(", ", narrow)
            + ", struct(1, array(2S, null)), map(3Y, 0.1F), array(struct(DATE'2026-01-01')))");
    table.spark("INSERT INTO {t} (c0) VALUES (1)");
    table.agree(2);
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < WIDER.length; i++) {
      changes.add("c" + i + " TYPE " + WIDER[i][1]);
    }
    table.spark("ALTER TABLE {t} ALTER COLUMN " + String.join(", ", changes));
    for (String change :
        List.of(
            "s.a TYPE BIGINT",
            "s.l.element TYPE INT",
            "m.key TYPE INT",
            "m.value TYPE DOUBLE",
            "l.element.d TYPE TIMESTAMP_NTZ")) {
      table.spark("ALTER TABLE {t} ALTER COLUMN " + change);
    }
    List<String> before = table.agree(2);
    table.spark(
        "INSERT INTO {t} VALUES ("
            + String.join(", ", wide)
            + ", struct(5000000000, array(70000)), map(70000, 0.1D),"
            + " array(struct(TIMESTAMP_NTZ'2026-01-01 00:00:01')))");
    assertThat(table.agree(3)).containsAll(before);
    for (String condition :
        List.of(
            "c0 < -200",
            "c1 = 127",
            "c3 < 1",
            "c5 = -2147483648",
            "c9 = 2147483648",
            "c12 < 0",
            "c15 < TIMESTAMP '2000-01-01 00:00:00'",
            "c17 > 900",
            "c18 = 0.01")) {
      String query = "SELECT c2, c3 FROM {t} WHERE " + condition;
      assertThat(table.flinkBatch(query))
          .as(condition)
          .hasSize(1)
          .isEqualTo(table.sparkRows(query));
    }

    table.flink("INSERT INTO {t} SELECT * FROM {t}");
    table.agree(6);
    table.spark("OPTIMIZE {t}");
    table.agree(6);
  }

  @Test
  void everyPairOfTypesThatWeWidenIsReadBySpark() throws Exception {
    SharedTable table = SharedTable.named("widened_by_us");
    String[][] pairs = {
      {"TINYINT", "SMALLINT", "CAST(-128 AS TINYINT)", "CAST(-32768 AS SMALLINT)"},
      {"TINYINT", "BIGINT", "CAST(127 AS TINYINT)", "9223372036854775807"},
      {"SMALLINT", "INT", "CAST(-32768 AS SMALLINT)", "2147483647"},
      {"INT", "BIGINT", "2147483647", "-5000000000"},
      {"FLOAT", "DOUBLE", "CAST(0.1 AS FLOAT)", "CAST(0.1 AS DOUBLE)"},
      {"DATE", "TIMESTAMP(6)", "DATE '2026-11-22'", "TIMESTAMP '2026-11-22 01:02:03.000004'"},
      {"DECIMAL(5, 2)", "DECIMAL(10, 4)", "-999.99", "CAST(123456.7890 AS DECIMAL(10, 4))"},
      {"DECIMAL(9, 2)", "DECIMAL(38, 10)", "0.01", "CAST(1.0000000001 AS DECIMAL(38, 10))"},
    };
    List<String> narrow = new ArrayList<>();
    List<String> wide = new ArrayList<>();
    List<String> narrowValues = new ArrayList<>();
    List<String> wideValues = new ArrayList<>();
    for (int i = 0; i < pairs.length; i++) {
      narrow.add("c" + i + " " + pairs[i][0]);
      wide.add("c" + i + " " + pairs[i][1]);
      narrowValues.add("CAST(" + pairs[i][2] + " AS " + pairs[i][0] + ")");
      wideValues.add("CAST(" + pairs[i][3] + " AS " + pairs[i][1] + ")");
    }
    table.create(String.join(", ", narrow), "'delta.enableTypeWidening' = 'true'");
    table.flinkAsCreated("INSERT INTO {t} VALUES (" + String.join(", ", narrowValues) + ")");
    table.create(String.join(", ", wide), "'sink.schema-evolution' = 'widen'");
    table.flinkAsCreated("INSERT INTO {t} VALUES (" + String.join(", ", wideValues) + ")");
    table.agree(2);
    table.spark("ALTER TABLE {t} ALTER COLUMN c3 TYPE DECIMAL(20, 0)");
    table.spark("OPTIMIZE {t}");
    table.agree(2);
  }
}
