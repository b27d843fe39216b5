package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.data.RowData;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The list of functions in {@code docs/expressions.md} is what the compiler does, and is right. */
class TestExpressionFunctions {
  private static final String BEGIN = "<!-- functions: written by TestExpressionFunctions -->\n";
  private static final String END = "<!-- end of functions -->";

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder().setNumberSlotsPerTaskManager(2).build());

  @Test
  void everyFunctionIsEqualToFlinkOrLeftToIt() {
    List<RowData> rows = SampleTable.rows(40, new Random(11));
    Equivalence equivalence = new Equivalence(new FlinkReference(SampleTable.TYPE, rows), rows);
    List<Equivalence.Candidate> candidates = new ArrayList<>();
    for (FunctionSamples.Sample sample : FunctionSamples.ALL) {
      compile(sample)
          .compiled()
          .ifPresent(
              expression ->
                  candidates.add(new Equivalence.Candidate(sample.expression(), expression)));
    }
    assertThat(equivalence.differences(candidates)).isEmpty();
  }

  @Test
  void theDocumentationListsWhichWayEachFunctionTakes() throws IOException {
    Path file = Path.of(System.getProperty("millrace.home"), "docs", "expressions.md");
    String text = Files.readString(file);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    String expected = text.substring(0, begin) + table() + text.substring(end);
    if (Boolean.getBoolean("millrace.docs.write")) {
      Files.writeString(file, expected);
    }
    assertThat(Files.readString(file))
        .as("rerun with -Dmillrace.docs.write=true to rewrite the list")
        .isEqualTo(expected);
  }

  private static String table() {
    StringBuilder table = new StringBuilder("\n| | example | runs as |\n| --- | --- | --- |\n");
    for (FunctionSamples.Sample sample : FunctionSamples.ALL) {
      String way =
          compile(sample)
              .compiled()
              .map(expression -> ((NodeExpression) expression).isOwn() ? "own" : "generated")
              .orElse("planner");
      table
          .append("| ")
          .append(escape(sample.name()))
          .append(" | `")
          .append(escape(sample.expression()))
          .append("` | ")
          .append(way)
          .append(" |\n");
    }
    return table.append('\n').toString();
  }

  private static String escape(String text) {
    return text.replace("|", "\\|");
  }

  private static Compiled<Expression> compile(FunctionSamples.Sample sample) {
    return COMPILER.compile(
        SqlText.parseExpression(sample.expression()), Scope.of(SampleTable.TYPE));
  }

  private static final ExpressionCompiler COMPILER = new ExpressionCompiler();
}
