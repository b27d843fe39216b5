package io.millrace.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TestExpectationCounts {
  @Test
  void countersOfAnOperatorAreSortedByExpectation() {
    Map<String, Long> counters =
        Map.of(
            "in", 10L,
            "out", 7L,
            "passed.valid_amount", 7L,
            "failed.valid_amount", 3L,
            "dropped.valid_amount", 3L,
            "quarantined.valid_amount", 3L,
            "passed.a.b", 9L,
            "failed.a.b", 1L);
    assertThat(ExpectationCounts.byExpectation(counters))
        .containsExactly(
            entry("a.b", new ExpectationCounts(9, 1, 0, 0)),
            entry("valid_amount", new ExpectationCounts(7, 3, 3, 3)));
  }

  @Test
  void countsAddUp() {
    ExpectationCounts sum =
        new ExpectationCounts(7, 3, 2, 1).plus(new ExpectationCounts(1, 0, 0, 0));
    assertThat(sum).isEqualTo(new ExpectationCounts(8, 3, 2, 1));
    assertThat(new ExpectationCounts(3, 1, 0, 0).passRate()).isEqualTo(0.75);
    assertThat(ExpectationCounts.NONE.passRate()).isEqualTo(1);
  }

  @Test
  void countsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new ExpectationCounts(-1, 0, 0, 0))
        .hasMessage("negative count: -1, 0, 0, 0");
    assertThatThrownBy(() -> new ExpectationCounts(0, 1, 2, 0))
        .hasMessage("0 quarantined of 2 dropped of 1 failed");
  }

  @Test
  void reasonsNameEveryViolatedExpectationAndNoValue() {
    Expectation amount = new Expectation("valid_amount", "amount > 0", ViolationAction.DROP);
    Expectation id = new Expectation("has_id", "id IS NOT NULL", ViolationAction.WARN);
    assertThat(QuarantineReason.violated(List.of(amount, id)))
        .isEqualTo("violates valid_amount (amount > 0), has_id (id IS NOT NULL)");
    assertThatThrownBy(() -> new Expectation("", "true", ViolationAction.WARN))
        .hasMessage("an expectation needs a name");
  }

  @Test
  void positionsOfTheQuarantineSchemaAreThoseOfItsColumns() {
    assertThat(QuarantineSchema.ROW_TYPE.getFieldNames())
        .containsExactly(
            "raw",
            "raw_bytes",
            "kafka_topic",
            "kafka_partition",
            "kafka_offset",
            "kafka_ts",
            "dataset",
            "rule",
            "reason",
            "quarantined_at");
    assertThat(QuarantineSchema.ROW_TYPE.getFieldNames().get(QuarantineSchema.KAFKA_TS))
        .isEqualTo("kafka_ts");
    assertThat(QuarantineSchema.ROW_TYPE.getFieldNames().get(QuarantineSchema.QUARANTINED_AT))
        .isEqualTo("quarantined_at");
  }
}
