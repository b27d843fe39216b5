package io.millrace.catalog.flink.lineage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentInternal;

/**
 * How long the lineage of the statements of {@code statements.txt} takes in a warm process: with
 * Flink's own parsing and planning, and that alone, which a session does anyway. Argument: how many
 * rounds are measured, after a third of them to warm up. One line of JSON.
 */
public final class LineageBenchmark {
  private LineageBenchmark() {}

  /** Measures. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    StreamTableEnvironment shop = Shop.open(true);
    LineageWalk walk = LineageWalk.in(shop);
    List<Long> whole = new ArrayList<>();
    List<Long> parsing = new ArrayList<>();
    List<LineageCase> statements = LineageCase.all().stream().filter(LineageCase::stream).toList();
    for (int round = -rounds / 3; round < rounds; round++) {
      for (LineageCase statement : statements) {
        long start = System.nanoTime();
        walk.ofStatement(statement.sql());
        long walked = System.nanoTime();
        ((TableEnvironmentInternal) shop).getParser().parse(statement.sql());
        long parsed = System.nanoTime();
        if (round >= 0) {
          whole.add(walked - start);
          parsing.add(parsed - walked);
        }
      }
    }
    System.out.printf(
        "{\"statements\": %d, \"rounds\": %d, \"lineage_p50_ms\": %.2f, \"lineage_p99_ms\": %.2f,"
            + " \"parse_p50_ms\": %.2f, \"parse_p99_ms\": %.2f}%n",
        statements.size(),
        rounds,
        millis(whole, 0.5),
        millis(whole, 0.99),
        millis(parsing, 0.5),
        millis(parsing, 0.99));
  }

  private static double millis(List<Long> nanos, double quantile) {
    Collections.sort(nanos);
    return nanos.get((int) Math.min(nanos.size() - 1, nanos.size() * quantile)) / 1e6;
  }
}
