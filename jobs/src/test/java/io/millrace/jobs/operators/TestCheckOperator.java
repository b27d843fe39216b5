package io.millrace.jobs.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.row.FlatRows;
import io.millrace.jobs.expression.Predicate;
import io.millrace.quality.Expectation;
import io.millrace.quality.ExpectationCounts;
import io.millrace.quality.ViolationAction;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.junit.jupiter.api.Test;

final class TestCheckOperator {
  private static final RowType TYPE =
      RowType.of(
          new LogicalType[] {
            new BigIntType(),
            VarCharType.STRING_TYPE,
            VarCharType.STRING_TYPE,
            new IntType(),
            new BigIntType()
          },
          new String[] {"amount", "currency", "topic", "partition", "offset"});
  private static final Provenance PROVENANCE =
      new Provenance(Provenance.ABSENT, 2, 3, 4, Provenance.ABSENT);

  private static final CheckOperator.Rule KNOWN_CURRENCY =
      rule(
          "known_currency",
          "currency IN ('EUR')",
          ViolationAction.WARN,
          row -> !row.isNullAt(1) && row.getString(1).equals(StringData.fromString("EUR")));
  private static final CheckOperator.Rule VALID_AMOUNT =
      rule(
          "valid_amount",
          "amount > 0",
          ViolationAction.DROP,
          row -> !row.isNullAt(0) && row.getLong(0) > 0);
  private static final CheckOperator.Rule DIVISIBLE =
      rule(
          "divisible",
          "MOD(100, amount) = 0",
          ViolationAction.DROP,
          row -> 100 % row.getLong(0) == 0);
  private static final CheckOperator.Rule NOT_NULL =
      rule("has_amount", "amount IS NOT NULL", ViolationAction.FAIL, row -> !row.isNullAt(0));

  private static CheckOperator.Rule rule(
      String name, String sql, ViolationAction action, Predicate predicate) {
    return new CheckOperator.Rule(new Expectation(name, sql, action), predicate);
  }

  private static OperatorRows check(boolean quarantines, CheckOperator.Rule... rules)
      throws Exception {
    return new OperatorRows(
        new CheckOperator("silver check", "silver", List.of(rules), TYPE, PROVENANCE, quarantines),
        TYPE,
        TYPE);
  }

  @Test
  void rowsThatViolateAWarningGoOn() throws Exception {
    try (OperatorRows operator = check(true, KNOWN_CURRENCY)) {
      operator.send(1L, "EUR", "t", 0, 0L);
      operator.send(2L, "XXX", "t", 0, 1L);
      operator.send(3L, null, "t", 0, 2L);
      assertThat(operator.out()).hasSize(3);
      assertThat(operator.quarantined()).isEmpty();
      assertThat(ExpectationCounts.byExpectation(operator.counts()))
          .isEqualTo(Map.of("known_currency", new ExpectationCounts(1, 2, 0, 0)));
    }
  }

  @Test
  void rowsAreDroppedOnceAndQuarantinedWithEveryReason() throws Exception {
    try (OperatorRows operator = check(true, KNOWN_CURRENCY, VALID_AMOUNT, DIVISIBLE)) {
      operator.send(20L, "EUR", "t", 1, 5L);
      operator.send(-30L, "USD", "t", 1, 6L);
      operator.send(null, "EUR", null, null, null);
      operator.send(7L, "EUR", "t", 1, 7L);

      assertThat(operator.out()).containsExactly(FlatRows.of(TYPE, 20L, "EUR", "t", 1, 5L));
      assertThat(operator.quarantined())
          .containsExactly(
              OperatorRows.quarantined(
                  "{\"amount\":-30,\"currency\":\"USD\",\"topic\":\"t\",\"partition\":1,\"offset\":6}",
                  null,
                  "t",
                  1,
                  6L,
                  null,
                  "silver",
                  "valid_amount",
                  "violates known_currency (currency IN ('EUR')), valid_amount (amount > 0),"
                      + " divisible (MOD(100, amount) = 0)"),
              OperatorRows.quarantined(
                  "{\"amount\":null,\"currency\":\"EUR\",\"topic\":null,\"partition\":null,\"offset\":null}",
                  null,
                  null,
                  null,
                  null,
                  null,
                  "silver",
                  "valid_amount",
                  "violates valid_amount (amount > 0), divisible (MOD(100, amount) = 0)"),
              OperatorRows.quarantined(
                  "{\"amount\":7,\"currency\":\"EUR\",\"topic\":\"t\",\"partition\":1,\"offset\":7}",
                  null,
                  "t",
                  1,
                  7L,
                  null,
                  "silver",
                  "divisible",
                  "violates divisible (MOD(100, amount) = 0)"));
      Map<String, Long> counts = operator.counts();
      assertThat(counts)
          .containsEntry("in", 4L)
          .containsEntry("out", 1L)
          .containsEntry("dropped", 3L)
          .containsEntry("quarantined", 3L);
      assertThat(ExpectationCounts.byExpectation(counts))
          .isEqualTo(
              Map.of(
                  "known_currency", new ExpectationCounts(3, 1, 0, 0),
                  "valid_amount", new ExpectationCounts(2, 2, 2, 2),
                  "divisible", new ExpectationCounts(1, 3, 1, 1)));
    }
  }

  @Test
  void aConditionThatCannotBeEvaluatedIsViolated() throws Exception {
    try (OperatorRows operator = check(false, DIVISIBLE)) {
      operator.send(0L, "EUR", "t", 0, 0L);
      operator.send(5L, "EUR", "t", 0, 1L);
      assertThat(operator.out()).hasSize(1);
      assertThat(operator.quarantined()).isEmpty();
      assertThat(ExpectationCounts.byExpectation(operator.counts()))
          .isEqualTo(Map.of("divisible", new ExpectationCounts(1, 1, 1, 0)));
    }
  }

  @Test
  void countsAreOfTheTimeSinceTheReportBefore() throws Exception {
    try (OperatorRows operator = check(true, VALID_AMOUNT)) {
      operator.send(-1L, "EUR", "t", 0, 0L);
      assertThat(operator.counts()).containsEntry("failed.valid_amount", 1L);
      operator.send(1L, "EUR", "t", 0, 1L);
      assertThat(operator.counts())
          .containsEntry("failed.valid_amount", 0L)
          .containsEntry("passed.valid_amount", 1L);
    }
  }

  @Test
  void aFailureNamesTheRecordAndNotItsValues() throws Exception {
    try (OperatorRows operator = check(true, KNOWN_CURRENCY, NOT_NULL)) {
      assertThatThrownBy(() -> operator.send(null, "secret", "orders", 2, 1234L))
          .isInstanceOf(SuppressRestartsException.class)
          .satisfies(
              e -> {
                MillraceException failure = MillraceException.in(e);
                assertThat(failure).isNotNull();
                assertThat(failure.code()).isEqualTo(ErrorCode.EXPECTATION_FAILED);
                assertThat(failure)
                    .hasMessage(
                        "EXPECTATION_FAILED: table silver: expectation has_amount (amount IS NOT"
                            + " NULL) does not hold for the row of topic orders, partition 2,"
                            + " offset 1234\n"
                            + "  Remedy: a restart reads the same record again: declare ON VIOLATION"
                            + " DROP ROW or loosen the expectation, then start the pipeline; its"
                            + " tables are as of the last checkpoint before that record");
              });
    }
  }
}
