package io.millrace.jobs.expression;

import com.sun.management.ThreadMXBean;
import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.FlatRows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * CPU nanoseconds and bytes allocated per row of single expressions, on rows as the decoder makes
 * them. A program, not a test: {@code main} prints the least of seven rounds.
 */
final class ExpressionBenchmark {
  private static final int ROWS = 1024;
  private static final int PASSES = 2_000;
  private static final int ROUNDS = 7;
  private static final RowType TYPE =
      RowType.of(
          new LogicalType[] {
            VarCharType.STRING_TYPE,
            new IntType(),
            new DecimalType(12, 2),
            VarCharType.STRING_TYPE,
            new TimestampType(3)
          },
          new String[] {"order_id", "customer_id", "amount", "currency", "ts"});

  private ExpressionBenchmark() {}

  public static void main(String[] arguments) {
    FlatRow[] rows = new FlatRow[ROWS];
    for (int i = 0; i < ROWS; i++) {
      rows[i] =
          FlatRows.of(
              TYPE,
              i % 97 == 0 ? null : "order-" + i,
              i * 7919,
              DecimalData.fromUnscaledLong(i * 1_237L - 50, 12, 2),
              i % 3 == 0 ? "EUR" : "usd",
              TimestampData.fromEpochMillis(1_700_000_000_000L + i * 1_234_567L));
    }
    for (String text :
        List.of(
            "order_id IS NOT NULL",
            "amount > 0",
            "amount > 0 AND currency IN ('EUR', 'USD', 'GBP')",
            "currency LIKE 'E%'")) {
      Predicate predicate =
          new ExpressionCompiler()
              .predicate(SqlText.parseExpression(text), Scope.of(TYPE))
              .compiled()
              .orElseThrow();
      measure(
          text,
          () -> {
            long count = 0;
            for (FlatRow row : rows) {
              count += predicate.isTrue(row) ? 1 : 0;
            }
            return count;
          });
    }
    project(rows, List.of("FLOOR(ts TO MINUTE)"));
    project(rows, List.of("amount * 2 + 0.5"));
    project(rows, List.of("UPPER(currency)"));
    project(rows, List.of("REVERSE(currency)"));
    project(
        rows,
        List.of(
            "order_id",
            "customer_id",
            "amount",
            "UPPER(currency)",
            "ts",
            "FLOOR(ts TO MINUTE)",
            "CAST(ts AS DATE)",
            "amount * 2",
            "COALESCE(order_id, 'none')",
            "CASE WHEN amount > 100 THEN 'large' ELSE 'small' END"));
  }

  private static void project(FlatRow[] rows, List<String> texts) {
    ExpressionCompiler compiler = new ExpressionCompiler();
    List<Expression> expressions = new ArrayList<>();
    for (String text : texts) {
      expressions.add(
          compiler.compile(SqlText.parseExpression(text), Scope.of(TYPE)).compiled().orElseThrow());
    }
    Expression[] all = expressions.toArray(new Expression[0]);
    FlatRow target =
        new FlatRow(
            RowType.of(expressions.stream().map(Expression::type).toArray(LogicalType[]::new)));
    measure(
        texts.size() == 1 ? texts.get(0) : texts.size() + " columns",
        () -> {
          long sum = 0;
          for (FlatRow row : rows) {
            for (int i = 0; i < all.length; i++) {
              all[i].evaluate(row, target, i);
            }
            sum += target.longAt(0) + target.lengthAt(all.length - 1);
          }
          return sum;
        });
  }

  private static void measure(String name, LongSupplier pass) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    double nanos = Double.MAX_VALUE;
    double bytes = 0;
    long sink = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long cpu = threads.getCurrentThreadCpuTime();
      long allocated = threads.getThreadAllocatedBytes(self);
      for (int i = 0; i < PASSES; i++) {
        sink += pass.getAsLong();
      }
      double each = (double) PASSES * ROWS;
      bytes = (threads.getThreadAllocatedBytes(self) - allocated) / each;
      nanos = Math.min(nanos, (threads.getCurrentThreadCpuTime() - cpu) / each);
    }
    System.out.printf(Locale.ROOT, "%8.2f ns %8.1f B  %s (%d)%n", nanos, bytes, name, sink % 10);
  }
}
