package io.millrace.jobs.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of functions in {@code docs/expressions.md} is what the compiler does, and is right. */
class TestExpressionFunctions {
  private static final String BEGIN = "<!-- functions: written by TestExpressionFunctions -->\n";
  private static final ExpressionCompiler COMPILER = new ExpressionCompiler();
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 / inn",
        "10 % lnn",
        "amn / d5",
        "CAST(sn AS INT)",
        "CAST(sn AS DECIMAL(5, 2))",
        "CAST(sn AS DATE)",
        "CAST(sn AS TIMESTAMP(3))",
        "CAST(sn AS BOOLEAN)",
        "CAST(d AS DECIMAL(10, 2))",
        "i IS NULL OR 10 / inn > 1",
        "CASE WHEN i IS NULL THEN 0 ELSE 10 / inn END"
      })
  void whatFailsInFlinkFailsHere(String text) {
    List<RowData> rows = SampleTable.rows(30, new Random(3));
    FlinkReference flink = new FlinkReference(SampleTable.TYPE, rows);
    Expression expression = compile(new FunctionSamples.Sample("", text)).compiled().orElseThrow();
    FlatRow target = new FlatRow(RowType.of(expression.type()));
    assertThatThrownBy(() -> rows.forEach(row -> expression.evaluate(row, target, 0)))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> flink.evaluate(List.of(text))).isInstanceOf(Exception.class);
  }

  @Test
  void aSessionsTimeZoneDecidesWhatAnInstantReads() {
    Scope scope = Scope.of(RowType.of(new LocalZonedTimestampType(3)));
    FlatRow row =
        FlatRows.of(RowType.of(new LocalZonedTimestampType(3)), TimestampData.fromEpochMillis(0));
    FlatRow target = new FlatRow(RowType.of(VarCharType.STRING_TYPE));
    new ExpressionCompiler(ZoneId.of("Asia/Tokyo"))
        .compile(SqlText.parseExpression("CAST(f0 AS STRING)"), scope)
        .compiled()
        .orElseThrow()
        .evaluate(row, target, 0);
    assertThat(target.getString(0)).hasToString("1970-01-01 09:00:00.000");
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
}
