package io.millrace.delta.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestRowConstraints {
  private static final RowType TYPE =
      (RowType)
          LogicalTypeParser.parse(
              "ROW<`id` INT, `big` BIGINT, `tiny` TINYINT, `price` DECIMAL(10, 2), `f` FLOAT,"
                  + " `d` DOUBLE, `name` STRING, `day` DATE, `wall` TIMESTAMP(6),"
                  + " `at` TIMESTAMP_LTZ(3), `ok` BOOLEAN, `none` STRING,"
                  + " `place` ROW<`x` INT, `Deep Er` ROW<`y` INT>>, `nowhere` ROW<`x` INT>,"
                  + " `tags` ARRAY<STRING>> NOT NULL",
              TestRowConstraints.class.getClassLoader());

  private static final GenericRowData ROW =
      GenericRowData.of(
          7,
          5_000_000_000L,
          (byte) 127,
          DecimalData.fromBigDecimal(new BigDecimal("12.50"), 10, 2),
          0.1f,
          Double.NaN,
          StringData.fromString("Zürich 100%"),
          (int) LocalDate.of(2026, 11, 22).toEpochDay(),
          TimestampData.fromEpochMillis(1_000, 1_000),
          TimestampData.fromEpochMillis(0),
          true,
          null,
          GenericRowData.of(3, GenericRowData.of(4)),
          null,
          null);

  private static RowConstraints constraint(String expression) {
    return RowConstraints.of(
        "t", TYPE, Set.of("later"), List.of(new TableConstraint("c", expression)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id > 6",
        "ID = 7 AND `big` >= 5000000000",
        "id <> 8 and not id = 8",
        "id in (1, 7, null)",
        "id NOT IN (1, 2)",
        "id between 7 and 7",
        "id not between 8 and 9",
        "id IS NOT NULL and none is null",
        "none IS NULL OR none = 'x'",
        "none = 'x' OR id = 7",
        "NOT (none = 'x' AND id = 8)",
        "none <=> NULL",
        "id <=> 7",
        "id + 1 = 8",
        "2 * (id - 3) = 8",
        "id / 2 = 3.5",
        "id % 4 = 3",
        "-id = -7",
        "- -id = 7",
        "id > -1",
        "price = 12.5",
        "price * 2 = 25",
        "price > id",
        "price BETWEEN 12.49 AND 12.51",
        "d = d",
        "d > 1e300",
        "f < 0.2",
        "f > 0.1D",
        "0.0D = -0.0D",
        "name = 'Zürich 100%'",
        "name LIKE 'Z_rich%'",
        "name LIKE '%100\\%'",
        "name NOT LIKE 'z%'",
        "name > 'Zaa'",
        "day = DATE '2026-11-22'",
        "day >= '2026-01-01'",
        "'2026-12-01' > day",
        "wall = '1970-01-01 00:00:01.000001'",
        "wall < TIMESTAMP_NTZ '1970-01-01 00:00:02'",
        "ok",
        "ok = true AND NOT (ok = FALSE)",
        "place.x = 3",
        "place.`deep er`.y + place.x = 7",
        "nowhere.x IS NULL",
        "later IS NULL",
        "(id > 100 OR id < 10) AND (ok)",
        "1 < 2",
        "tiny = 127Y",
        "id = 7L",
      })
  void aRowThatMeetsItPasses(String expression) {
    assertThatCode(() -> constraint(expression).require(ROW)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id > 7",
        "id in (1, null)",
        "id not in (1, null)",
        "none = 'x'",
        "none <> 'x'",
        "none LIKE '%'",
        "NOT (none = 'x')",
        "none = 'x' AND id = 7",
        "later = 1",
        "null",
        "nowhere.x > 0",
        "d < 1",
        "name LIKE 'Zürich 100\\%_'",
        "ok = false",
        // What Spark fails with.
        "tiny + 1Y > 0Y",
        "id / 0 = 1",
        "id % 0 = 1",
        "2147483647 + id > 0",
      })
  void aRowForWhichItIsNotTrueIsRefused(String expression) {
    assertThatThrownBy(() -> constraint(expression).require(ROW))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECK_VIOLATED))
        .hasMessage(
            "CHECK_VIOLATED: a row does not meet constraint c of table t: "
                + expression
                + "\n  Remedy: correct the rows, drop or quarantine them with an expectation of"
                + " the same condition, or drop the constraint");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "length(name) > 3|the function length",
        "CAST(name AS INT) = 7|CAST of STRING AS INT",
        "CASE WHEN id > 1 THEN true END|CASE",
        "id = '7'|= of INT and the text '7'",
        "id = name|= of INT and STRING",
        "unknown > 1|column unknown, which is not there",
        "place.z = 1|column place.z, which is not there",
        "tags = 'x'|column tags of type ARRAY<STRING>",
        "at > '2020-01-01'|> of TIMESTAMP_LTZ and the text '2020-01-01'",
        "wall > TIMESTAMP '2020-01-01 00:00:00'|the literal TIMESTAMP '2020-01-01 00:00:00'",
        "day > '2020-13-01'|the date '2020-13-01'",
        "price / 2 > 1|/ of DECIMAL, whose result Spark rounds",
        "id > 1 ;|the character ';'",
        "id > |an expression that ends too early",
        "id + 1|a condition of type INT",
        "(id > 1|the end where ')' is expected",
        "id > 1 2|'2'",
        "id IS TRUE|'TRUE' where 'NULL' is expected",
        "id AND ok|AND of INT",
        "name LIKE 'a!%' ESCAPE '!'|LIKE with ESCAPE",
        "name LIKE name|LIKE of anything but a text and a literal",
        "id > 99999999999999999999|the number 99999999999999999999",
        "name = 'it''s'|a doubled quote in a string",
        "current_date > day|column current_date, which is not there",
      })
  void whatCannotBeEvaluatedIsRefusedByName(String example) {
    int bar = example.lastIndexOf('|');
    String expression = example.substring(0, bar);
    String expected = example.substring(bar + 1);

    assertThatThrownBy(() -> constraint(expression))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNSUPPORTED);
              assertThat(e.problem())
                  .isEqualTo(
                      "constraint c of table t (%s) cannot be evaluated here because of %s"
                          .formatted(expression, expected));
            });
  }

  @Test
  void lengthIsBounded() {
    assertThatThrownBy(() -> constraint("ok" + " AND ok".repeat(5_000)))
        .hasMessageContaining("an expression of 10001 words and signs");
    assertThatCode(() -> constraint("ok" + " AND ok".repeat(1_000)).require(ROW))
        .doesNotThrowAnyException();
  }

  @Test
  void joinedTextIsRefusedByItsSign() {
    assertThatThrownBy(() -> constraint("name || 'x' = 'y'"))
        .hasMessageContaining("because of '||'");
  }

  @Test
  void depthIsBounded() {
    String deep = "(".repeat(300) + "ok" + ")".repeat(300);

    assertThatThrownBy(() -> constraint(deep))
        .hasMessageContaining("a condition nested more than 200 deep");
  }
}
