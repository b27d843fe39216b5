package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.data.RowData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every random expression that compiles has Flink's type, and Flink's value on every row.
 *
 * <p>{@code -Dmillrace.expressions.count=N} and {@code -Dmillrace.expressions.seed=N} look further.
 */
class TestExpressionEquivalence {

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  @Test
  void generatedExpressionsAreEqualToFlink() {
    long seed = Long.getLong("millrace.expressions.seed", 20261122L);
    int wanted = Integer.getInteger("millrace.expressions.count", 2_000);
    List<RowData> rows = SampleTable.rows(64, new Random(7));
    ExpressionCompiler compiler = new ExpressionCompiler();
    Scope scope = Scope.of(SampleTable.TYPE);
    ExpressionMaker maker = new ExpressionMaker(new Random(seed));
    List<Equivalence.Candidate> candidates = new ArrayList<>();
    int refused = 0;
    int own = 0;
    while (candidates.size() < wanted) {
      String text = maker.any(1 + candidates.size() % 5 / 2);
      Optional<Expression> compiled =
          compiler.compile(SqlText.parseExpression(text), scope).compiled();
      if (compiled.isPresent()) {
        candidates.add(new Equivalence.Candidate(text, compiled.get()));
        own += ((NodeExpression) compiled.get()).isOwn() ? 1 : 0;
      } else {
        refused++;
      }
    }
    System.out.printf(
        "seed %d: %d compiled, %d of them without generated code, %d left to the planner%n",
        seed, candidates.size(), own, refused);
    assertThat(refused).as("left to the planner").isLessThan(wanted / 3);
    Equivalence equivalence = new Equivalence(new FlinkReference(SampleTable.TYPE, rows), rows);
    assertThat(equivalence.differences(candidates)).isEmpty();
    assertThat(equivalence.notPlanned()).as("not planned by Flink").isLessThan(wanted / 100);
  }
}
