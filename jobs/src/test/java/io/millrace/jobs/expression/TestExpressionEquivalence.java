package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.delta.row.FlatRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.conversion.DataStructureConverter;
import org.apache.flink.table.data.conversion.DataStructureConverters;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every expression that compiles has Flink's type and Flink's value on every row. */
class TestExpressionEquivalence {
  private static final int BATCH = 100;
  private static final List<RowData> ROWS = SampleTable.rows(64, new Random(7));
  private static final ExpressionCompiler COMPILER = new ExpressionCompiler();
  private static final Scope SCOPE = Scope.of(SampleTable.TYPE);

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  private static FlinkReference flink;

  @BeforeAll
  static void startFlink() {
    flink = new FlinkReference(SampleTable.TYPE, ROWS);
  }

  private record Candidate(String text, Expression expression) {}

  @Test
  void generatedExpressionsAreEqualToFlink() throws Exception {
    long seed = Long.getLong("millrace.expressions.seed", 20261122L);
    int wanted = Integer.getInteger("millrace.expressions.count", 300);
    ExpressionMaker maker = new ExpressionMaker(new Random(seed));
    List<Candidate> candidates = new ArrayList<>();
    int refused = 0;
    long start = System.nanoTime();
    int ours = 0;
    while (candidates.size() < wanted) {
      String text = maker.any(1 + candidates.size() % 3);
      Compiled<Expression> compiled = COMPILER.compile(SqlText.parseExpression(text), SCOPE);
      Optional<Expression> expression = compiled.compiled();
      if (expression.isPresent()) {
        candidates.add(new Candidate(text, expression.get()));
        ours += ((NodeExpression) expression.get()).isOwn() ? 1 : 0;
      } else {
        refused++;
        System.out.println("refused: " + text + " because " + compiled);
      }
    }
    System.out.printf(
        "%d compiled, %d of them without generated code, %d refused%n",
        candidates.size(), ours, refused);
    System.out.println("compiling took " + (System.nanoTime() - start) / 1_000_000);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i += BATCH) {
      compare(candidates.subList(i, Math.min(i + BATCH, candidates.size())), differences);
    }
    System.out.println("all took " + (System.nanoTime() - start) / 1_000_000);
    assertThat(differences).isEmpty();
  }

  /** Compares a list of expressions in one job; where it fails, halves, down to the culprit. */
  private static void compare(List<Candidate> candidates, List<String> differences) {
    FlinkReference.Answer answer;
    try {
      answer = flink.evaluate(candidates.stream().map(Candidate::text).toList());
    } catch (Exception e) {
      if (candidates.size() == 1) {
        compareFailure(candidates.get(0), e, differences);
      } else {
        int half = candidates.size() / 2;
        compare(candidates.subList(0, half), differences);
        compare(candidates.subList(half, candidates.size()), differences);
      }
      return;
    }
    for (int i = 0; i < candidates.size(); i++) {
      compareValues(candidates.get(i), answer, i, differences);
    }
  }

  private static void compareFailure(
      Candidate candidate, Exception failure, List<String> differences) {
    FlatRow target = new FlatRow(RowType.of(candidate.expression.type()));
    for (RowData row : ROWS) {
      try {
        candidate.expression.evaluate(row, target, 0);
      } catch (RuntimeException e) {
        return;
      }
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    differences.add(candidate.text + ": Flink fails with " + root + ", we do not");
  }

  private static void compareValues(
      Candidate candidate, FlinkReference.Answer answer, int index, List<String> differences) {
    Expression expression = candidate.expression;
    DataType type = answer.types().get(index);
    if (!type.getLogicalType().equals(expression.type())) {
      differences.add(
          candidate.text + ": type " + type.getLogicalType() + " but ours is " + expression.type());
      return;
    }
    DataStructureConverter<Object, Object> converter = DataStructureConverters.getConverter(type);
    converter.open(TestExpressionEquivalence.class.getClassLoader());
    RowData.FieldGetter getter = RowData.createFieldGetter(expression.type().copy(true), 0);
    FlatRow target = new FlatRow(RowType.of(expression.type()));
    FlatRow flat = new FlatRow(SampleTable.TYPE);
    for (int r = 0; r < ROWS.size(); r++) {
      flat.copyFrom(ROWS.get(r));
      Object theirs = answer.rows().get(r).getField(index);
      for (RowData row : List.of(flat, ROWS.get(r))) {
        Object value;
        try {
          expression.evaluate(row, target, 0);
          value = converter.toExternalOrNull(getter.getFieldOrNull(target));
        } catch (RuntimeException e) {
          differences.add(candidate.text + ": " + theirs + " but we fail with " + e);
          return;
        }
        if (!Objects.deepEquals(theirs, value)) {
          differences.add(
              candidate.text
                  + " on row "
                  + r
                  + ": "
                  + show(theirs)
                  + " but ours is "
                  + show(value)
                  + " of "
                  + Row.of(columns(candidate.text, ROWS.get(r))));
          return;
        }
      }
    }
  }

  private static Object[] columns(String text, RowData row) {
    List<Object> shown = new ArrayList<>();
    for (int i = 0; i < SampleTable.TYPE.getFieldCount(); i++) {
      String name = SampleTable.TYPE.getFieldNames().get(i);
      if (text.matches("(?s).*\\b" + name + "\\b.*")) {
        shown.add(
            name
                + "="
                + show(
                    RowData.createFieldGetter(SampleTable.TYPE.getTypeAt(i), i)
                        .getFieldOrNull(row)));
      }
    }
    return shown.toArray();
  }

  private static String show(Object value) {
    return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
  }
}
