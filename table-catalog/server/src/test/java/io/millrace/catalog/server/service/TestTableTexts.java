package io.millrace.catalog.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts that constraints and types are compared and stored by. */
class TestTableTexts {

  @Test
  void aConstraintIsReadAsItWasWritten() {
    for (TableConstraint each :
        List.of(
            new TableConstraint.PrimaryKey(List.of("id", "a b", "tick`s", "x, y", "(z)")),
            new TableConstraint.ForeignKey(
                List.of("a", "b`"), "main.s.parent", List.of("x", "REFERENCES `")),
            new TableConstraint.Check("a > 0 AND b <> ') REFERENCES `x`'"))) {
      assertThat(TableConstraint.parse(each.sql())).isEqualTo(each);
    }
    assertThat(TableConstraint.parse("PRIMARY KEY (id, day)"))
        .as("as others store it")
        .isEqualTo(new TableConstraint.PrimaryKey(List.of("id", "day")));
  }

  @Test
  void typesAreTheSameHoweverTheyAreWritten() {
    assertThat(TypeText.canonical("INTEGER")).isEqualTo(TypeText.canonical("int"));
    assertThat(TypeText.canonical("long")).isEqualTo(TypeText.canonical("BIGINT"));
    assertThat(TypeText.canonical("decimal")).isEqualTo(TypeText.canonical("NUMERIC(10, 0)"));
    assertThat(TypeText.canonical("dec(5)")).isEqualTo(TypeText.canonical("DECIMAL(5,0)"));
    assertThat(TypeText.canonical("Map<STRING, int>"))
        .isEqualTo(TypeText.canonical("map<string,int>"));
    assertThat(TypeText.canonical("decimal(10,2)"))
        .isNotEqualTo(TypeText.canonical("decimal(10,3)"));
    assertThat(TypeText.canonical("string")).isNotEqualTo(TypeText.canonical("varchar(5)"));
  }
}
