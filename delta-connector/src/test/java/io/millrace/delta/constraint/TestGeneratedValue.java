package io.millrace.delta.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestGeneratedValue {
  private static final RowType TYPE =
      (RowType)
          type(
              "ROW<`id` INT, `big` BIGINT, `price` DECIMAL(10, 2), `name` STRING, `day` DATE,"
                  + " `wall` TIMESTAMP(6), `at` TIMESTAMP_LTZ(6), `none` STRING, `given` INT>"
                  + " NOT NULL");

  private static final GenericRowData ROW =
      GenericRowData.of(
          7,
          5_000_000_000L,
          DecimalData.fromBigDecimal(new BigDecimal("12.50"), 10, 2),
          StringData.fromString("Zürich"),
          (int) LocalDate.of(2026, 11, 22).toEpochDay(),
          TimestampData.fromLocalDateTime(LocalDateTime.of(2026, 3, 4, 5, 6, 7, 89_000)),
          TimestampData.fromInstant(Instant.parse("2026-12-31T23:30:15.000001Z")),
          null,
          14);

  private static LogicalType type(String sql) {
    return LogicalTypeParser.parse(sql, TestGeneratedValue.class.getClassLoader());
  }

  private static GeneratedValue generated(String expression, String type, ZoneId zone) {
    return GeneratedValue.of(
        "t", TYPE, Set.of("later"), new GeneratedColumn("made", type(type), expression), zone);
  }

  private static String value(String expression, String type, ZoneId zone) {
    return String.valueOf(generated(expression, type, zone).of(ROW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CAST(at AS DATE)|DATE|20818",
        "CAST(wall AS DATE)|DATE|20516",
        "cast(day as date)|DATE|20779",
        "YEAR(at)|INT|2026",
        "YEAR(day) * 100 + MONTH(day)|INT|202611",
        "MONTH(wall)|TINYINT|3",
        "DAY(at)|INT|31",
        "DAYOFMONTH(day)|INT|22",
        "HOUR(at)|INT|23",
        "MINUTE(wall)|INT|6",
        "SECOND(at)|BIGINT|15",
        "DATE_FORMAT(at, 'yyyy-MM')|STRING|2026-12",
        "DATE_FORMAT(wall, 'yyyy-MM-dd-HH')|STRING|2026-03-04-05",
        "DATE_FORMAT(day, 'yyyy/MM/dd HH:mm:ss')|STRING|2026/11/22 00:00:00",
        "DATE_TRUNC('HOUR', at)|TIMESTAMP_LTZ(6)|2026-12-31T23:00",
        "DATE_TRUNC('year', wall)|TIMESTAMP_LTZ(6)|2026-01-01T00:00",
        "TRUNC(day, 'MM')|DATE|20758",
        "SUBSTRING(name, 1, 2)|STRING|Zü",
        "SUBSTR(name, -3)|STRING|ich",
        "SUBSTRING(name, 0, 1)|STRING|Z",
        "SUBSTRING(name, -8, 3)|STRING|Z",
        "SUBSTRING(name, 9, 3)|STRING|",
        "CONCAT(name, '-', CAST(id AS STRING))|STRING|Zürich-7",
        "CONCAT(name, none)|STRING|null",
        "id * 2|INT|14",
        "id + 1|BIGINT|8",
        "big + id|BIGINT|5000000007",
        "price * 2|DECIMAL(10, 1)|25.0",
        "price + 0.25|DECIMAL(10, 1)|12.8",
        "id / 2|DOUBLE|3.5",
        "CAST(big / 1000000000L AS BIGINT)|BIGINT|refused",
        "id > 5 AND none IS NULL|BOOLEAN|true",
        "name|STRING|Zürich",
        "later|STRING|null",
        "NULL|INT|null",
      })
  void expressionsHaveTheValuesThatSparkGives(String example) {
    String[] parts = example.split("\\|", -1);
    if (parts[2].equals("refused")) {
      assertThatThrownBy(() -> generated(parts[0], parts[1], ZoneOffset.UTC))
          .hasMessageContaining("because of CAST of DOUBLE AS BIGINT");
      return;
    }
    assertThat(value(parts[0], parts[1], ZoneOffset.UTC)).isEqualTo(parts[2]);
  }

  @Test
  void momentsHaveTheDateOfTheZone() {
    ZoneId zone = ZoneId.of("Europe/Zurich");

    assertThat(value("CAST(at AS DATE)", "DATE", zone)).isEqualTo("20819");
    assertThat(value("HOUR(at)", "INT", zone)).isEqualTo("0");
    assertThat(value("DATE_TRUNC('DAY', at)", "TIMESTAMP_LTZ(6)", zone))
        .isEqualTo("2026-12-31T23:00");
    assertThat(value("HOUR(wall)", "INT", zone)).as("wall-clock time has its own").isEqualTo("5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upper(name)|STRING|the function upper",
        "SUBSTRING(name, id, 2)|STRING|SUBSTRING without literal numbers",
        "SUBSTRING(id, 1, 2)|STRING|SUBSTRING of INT",
        "YEAR(name)|INT|YEAR of STRING",
        "YEAR(day, 1)|INT|YEAR with 2 arguments",
        "HOUR(day)|INT|HOUR of DATE",
        "DATE_FORMAT(at, 'E')|STRING|the pattern 'E' of DATE_FORMAT",
        "DATE_FORMAT(at, name)|STRING|DATE_FORMAT without a literal text",
        "DATE_TRUNC('WEEK', at)|TIMESTAMP_LTZ(6)|the unit 'WEEK' of DATE_TRUNC",
        "TRUNC(day, 'DAY')|DATE|the unit 'DAY' of TRUNC",
        "CAST(at AS TIMESTAMP)|TIMESTAMP_LTZ(6)|CAST of TIMESTAMP_LTZ AS TIMESTAMP",
        "CAST(price AS STRING)|STRING|CAST of DECIMAL AS STRING",
        "CAST(id AS DECIMAL(3, 1))|DECIMAL(3, 1)|CAST AS DECIMAL with a length",
        "name|INT|a value of STRING for INT",
        "at|TIMESTAMP(6)|a value of TIMESTAMP_LTZ for TIMESTAMP(6)",
      })
  void whatCannotBeEvaluatedIsRefusedByName(String example) {
    String[] parts = example.split("\\|");

    assertThatThrownBy(() -> generated(parts[0], parts[1], ZoneOffset.UTC))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED);
              assertThat(e.problem())
                  .isEqualTo(
                      "generated column made of table t (%s) cannot be evaluated here because of %s"
                          .formatted(parts[0], parts[2]));
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"id + 2147483647|INT|INT overflow", "id * 100|TINYINT|overflow"})
  void aValueThatDoesNotExistIsAnError(String example) {
    String[] parts = example.split("\\|");
    GeneratedValue generated = generated(parts[0], parts[1], ZoneOffset.UTC);

    assertThatThrownBy(() -> generated.of(ROW))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CHECK_VIOLATED);
              assertThat(e.problem())
                  .isEqualTo(
                      "generated column made of table t (%s) has no value for a row: %s"
                          .formatted(parts[0], parts[2]));
            });
  }

  @Test
  void aGivenValueIsChecked() {
    GeneratedValue right =
        GeneratedValue.of(
            "t",
            TYPE,
            Set.of(),
            new GeneratedColumn("given", type("INT"), "id * 2"),
            ZoneOffset.UTC);
    GeneratedValue wrong =
        GeneratedValue.of(
            "t",
            TYPE,
            Set.of(),
            new GeneratedColumn("given", type("INT"), "id * 3"),
            ZoneOffset.UTC);

    right.require(ROW);
    assertThatThrownBy(() -> wrong.require(ROW))
        .hasMessageStartingWith(
            "CHECK_VIOLATED: a row does not meet constraint Generated Column of table t:"
                + " `given` <=> (id * 3)");
  }

  @Test
  void constraintsThatDependOnAZoneAreStillRefused() {
    assertThatThrownBy(
            () ->
                RowConstraints.of(
                    "t",
                    TYPE,
                    Set.of(),
                    java.util.List.of(new TableConstraint("c", "YEAR(at) > 1"))))
        .hasMessageContaining(
            "because of YEAR of TIMESTAMP_LTZ, whose result depends on a time zone");
    RowConstraints.of(
            "t", TYPE, Set.of(), java.util.List.of(new TableConstraint("c", "YEAR(wall) = 2026")))
        .require(ROW);
  }
}
