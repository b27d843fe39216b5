package io.millrace.catalog.flink.lineage;

import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.ArgumentTrait;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.types.Row;

/** Functions of each kind that somebody may register. */
final class TestFunctions {
  private TestFunctions() {}

  /** A text in capitals. */
  public static final class Shout extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    public String eval(String text) {
      return text + "!";
    }
  }

  /** The parts of a text. */
  @FunctionHint(output = @DataTypeHint("ROW<word STRING, size INT>"))
  public static final class Words extends TableFunction<Row> {
    private static final long serialVersionUID = 1L;

    public void eval(String text, Long limit) {
      for (String word : text.split(" ")) {
        collect(Row.of(word, word.length()));
      }
    }
  }

  /** A sum. */
  public static final class Total extends AggregateFunction<Long, Total.Sum> {
    private static final long serialVersionUID = 1L;

    /** So far. */
    public static final class Sum {
      public long value;
    }

    @Override
    public Sum createAccumulator() {
      return new Sum();
    }

    @Override
    public Long getValue(Sum sum) {
      return sum.value;
    }

    public void accumulate(Sum sum, Integer more) {
      sum.value += more;
    }
  }

  /** What it makes of rows is its own affair. */
  public static final class Anything extends ProcessTableFunction<String> {
    private static final long serialVersionUID = 1L;

    public void eval(@ArgumentHint(ArgumentTrait.ROW_SEMANTIC_TABLE) Row row) {
      collect(row.toString());
    }
  }
}
