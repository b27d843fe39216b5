package io.millrace.jobs.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TestSchemaText {
  private static final Position AT = new Position("a.sql", 7, 20);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a BIGINT|ROW<`a` BIGINT>",
        "a LONG, b INTEGER, c SHORT, d BYTE|ROW<`a` BIGINT, `b` INT, `c` SMALLINT, `d` TINYINT>",
        "o ROW<a INT>|ROW<`o` ROW<`a` INT>>",
        "o ROW(a INT)|ROW<`o` ROW<`a` INT>>",
        "o STRUCT<a: INT, b: STRUCT<c: STRING>>|ROW<`o` ROW<`a` INT, `b` ROW<`c` STRING>>>",
        "a ARRAY<MAP<STRING, ARRAY<INT>>>|ROW<`a` ARRAY<MAP<STRING, ARRAY<INT>>>>",
        "a INT ARRAY|ROW<`a` ARRAY<INT>>",
        "a INT NOT NULL ARRAY NOT NULL|ROW<`a` ARRAY<INT NOT NULL> NOT NULL>",
        "a MULTISET<INT>|ROW<`a` MULTISET<INT>>",
        "a DECIMAL(10,2), b DECIMAL, c NUMERIC(5)|ROW<`a` DECIMAL(10, 2), `b` DECIMAL(10, 0),"
            + " `c` DECIMAL(5, 0)>",
        "a TIMESTAMP, b TIMESTAMP_NTZ, c TIMESTAMP(3)|ROW<`a` TIMESTAMP(6), `b` TIMESTAMP(6), `c`"
            + " TIMESTAMP(3)>",
        "a TIMESTAMP_LTZ(3), b TIMESTAMP(3) WITH LOCAL TIME ZONE|ROW<`a` TIMESTAMP_LTZ(3), `b`"
            + " TIMESTAMP_LTZ(3)>",
        "a BINARY, b BINARY(4), c BYTES|ROW<`a` BYTES, `b` BINARY(4), `c` BYTES>",
        "a CHAR(3), b VARCHAR(9), c STRING|ROW<`a` CHAR(3), `b` VARCHAR(9), `c` STRING>",
        "a REAL, b DOUBLE PRECISION, c DATE, d TIME(0)|ROW<`a` FLOAT, `b` DOUBLE, `c` DATE, `d`"
            + " TIME(0)>",
        "`a ``b` boolean not null|ROW<`a ``b` BOOLEAN NOT NULL>",
        "key BYTES, date DATE, array ARRAY<INT>|ROW<`key` BYTES, `date` DATE, `array` ARRAY<INT>>",
        "STRUCT<a: INT>|ROW<`a` INT>",
        "row INT|ROW<`row` INT>",
      })
  void readsTheSpellingsOfFlinkAndSpark(String text, String expected) {
    assertThat(SchemaText.parse(text, AT).asSummaryString()).isEqualTo(expected);
  }

  @Test
  void keepsComments() {
    assertThat(
            SchemaText.parse("a INT COMMENT 'it''s one', b INT", AT)
                .getFields()
                .get(0)
                .getDescription())
        .contains("it's one");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("", "SQL_SYNTAX: a.sql:7:20: unexpected end in a schema, expected the name"),
        Arguments.of("a", "SQL_SYNTAX: a.sql:7:21: unexpected end in a schema, expected a type"),
        Arguments.of(
            "a INT b INT", "SQL_SYNTAX: a.sql:7:26: unexpected 'b' in a schema, expected ',' or"),
        Arguments.of("a BIGNT", "TYPE_UNSUPPORTED: a.sql:7:22: there is no type 'BIGNT'"),
        Arguments.of("a INT,\n  b VARIANT", "TYPE_UNSUPPORTED: a.sql:8:5: there is no type 'VAR"),
        Arguments.of(
            "a ARRAY<INT", "SQL_SYNTAX: a.sql:7:31: unexpected end in a schema, expected '>'"),
        Arguments.of(
            "a MAP<INT>", "SQL_SYNTAX: a.sql:7:29: unexpected '>' in a schema, expected ','"),
        Arguments.of(
            "a DECIMAL(x)", "SQL_SYNTAX: a.sql:7:30: unexpected 'x' in a schema, expected a num"),
        Arguments.of("a DECIMAL(39)", "TYPE_UNSUPPORTED: a.sql:7:22: Decimal precision must be"),
        Arguments.of(
            "a TIMESTAMP(12)", "TYPE_UNSUPPORTED: a.sql:7:22: Timestamp precision must be"),
        Arguments.of("a INT, a INT", "SQL_SYNTAX: a.sql:7:27: the field 'a' is there twice"),
        Arguments.of(
            "a INT NOT", "SQL_SYNTAX: a.sql:7:29: unexpected end in a schema, expected NULL"),
        Arguments.of(
            "a `INT", "SQL_SYNTAX: a.sql:7:22: unexpected '`' in a schema, expected a type"),
        Arguments.of(
            "`` INT", "SQL_SYNTAX: a.sql:7:20: unexpected '' in a schema, expected the name"),
        Arguments.of(
            "a " + "ARRAY<".repeat(70) + "INT" + ">".repeat(70),
            "SQL_SYNTAX: a.sql:7:406: nested more than 64 deep"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void saysWhereAMistakeIs(String text, String expected) {
    assertThatThrownBy(() -> SchemaText.parse(text, AT))
        .isInstanceOf(ProjectException.class)
        .hasMessageStartingWith(expected);
  }
}
