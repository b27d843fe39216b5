package io.millrace.jobs.operators;

import io.millrace.delta.row.FlatRow;
import io.millrace.delta.row.RowLayout;
import io.millrace.delta.row.RowLayout.Slot;
import io.millrace.jobs.operators.AggregateCall.Kind;
import java.io.Serializable;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/**
 * What one aggregate function keeps of a group, in a few longs that are all 0 before the first row.
 *
 * <p>Merging is associative and commutative, up to the rounding of floating-point sums, so that
 * rows may be accumulated in any number of places. The longs are stored state: their meaning is
 * fixed.
 */
abstract class Accumulator implements Serializable {
  private static final long serialVersionUID = 1;

  private final int width;

  Accumulator(int width) {
    this.width = width;
  }

  final int width() {
    return width;
  }

  abstract void add(FlatRow row, long[] values, int at);

  abstract void merge(long[] from, int fromAt, long[] values, int at);

  abstract void result(long[] values, int at, FlatRow target, int field);

  /** COUNT(*). */
  static Accumulator ofRows() {
    return new Count(AggregateCall.NO_INPUT);
  }

  /** For a call over a column of this type, which {@link AggregateCall#supports}. */
  static Accumulator of(AggregateCall call, LogicalType type) {
    LogicalTypeRoot root = type.getTypeRoot();
    boolean floating = root == LogicalTypeRoot.FLOAT || root == LogicalTypeRoot.DOUBLE;
    boolean isAverage = call.kind() == Kind.AVG;
    switch (call.kind()) {
      case COUNT_STAR:
        return ofRows();
      case COUNT:
        return new Count(call.input());
      case SUM:
      case AVG:
        if (root == LogicalTypeRoot.DECIMAL) {
          return new DecimalSum(
              call.input(), (DecimalType) type, (DecimalType) call.type(), isAverage);
        }
        return floating
            ? new FloatingSum(call.input(), root, isAverage)
            : new WholeSum(call.input(), root, isAverage);
      default:
        boolean greatest = call.kind() == Kind.MAX;
        if (floating) {
          return new FloatingExtreme(call.input(), root, greatest);
        }
        return RowLayout.slotOf(type) == Slot.TIMESTAMP
            ? new TimestampExtreme(call.input(), greatest)
            : new LongExtreme(call.input(), greatest);
    }
  }

  /** Number of rows, or of values that are not null. */
  private static final class Count extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;

    Count(int input) {
      super(1);
      this.input = input;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (input < 0 || !row.isNullAt(input)) {
        values[at]++;
      }
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      values[at] += from[fromAt];
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      target.setLong(field, values[at]);
    }
  }

  /** Sum in 64 bits and number of values. */
  private static final class WholeSum extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;
    private final LogicalTypeRoot root;
    private final boolean average;

    WholeSum(int input, LogicalTypeRoot root, boolean average) {
      super(2);
      this.input = input;
      this.root = root;
      this.average = average;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (!row.isNullAt(input)) {
        values[at] += row.longAt(input);
        values[at + 1]++;
      }
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      values[at] += from[fromAt];
      values[at + 1] += from[fromAt + 1];
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      long count = values[at + 1];
      if (count == 0) {
        target.setNull(field);
        return;
      }
      // The low bits of a sum in 64 bits are those of a sum that wrapped at each step. Flink makes
      // AVG of that very sum, even where it has wrapped (AggregateReduceFunctionsRule).
      long sum = narrow(values[at]);
      target.setLong(field, average ? sum / count : sum);
    }

    private long narrow(long value) {
      switch (root) {
        case TINYINT:
          return (byte) value;
        case SMALLINT:
          return (short) value;
        case INTEGER:
          return (int) value;
        default:
          return value;
      }
    }
  }

  /** Sum as a double and number of values, for FLOAT too. */
  private static final class FloatingSum extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;
    private final LogicalTypeRoot root;
    private final boolean average;

    FloatingSum(int input, LogicalTypeRoot root, boolean average) {
      super(2);
      this.input = input;
      this.root = root;
      this.average = average;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (!row.isNullAt(input)) {
        add(values, at, root == LogicalTypeRoot.FLOAT ? row.getFloat(input) : row.getDouble(input));
        values[at + 1]++;
      }
    }

    private static void add(long[] values, int at, double value) {
      // 0 as raw bits is 0.0; a sum of -0.0 alone comes out as 0.0.
      values[at] = Double.doubleToRawLongBits(Double.longBitsToDouble(values[at]) + value);
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      add(values, at, Double.longBitsToDouble(from[fromAt]));
      values[at + 1] += from[fromAt + 1];
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      long count = values[at + 1];
      if (count == 0) {
        target.setNull(field);
        return;
      }
      double sum = Double.longBitsToDouble(values[at]);
      if (root == LogicalTypeRoot.FLOAT) {
        float rounded = (float) sum;
        target.setFloat(field, average ? (float) ((double) rounded / count) : rounded);
      } else {
        target.setDouble(field, average ? sum / count : sum);
      }
    }
  }

  /** Smallest or greatest long, and whether there is one. */
  private static final class LongExtreme extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;
    private final boolean greatest;

    LongExtreme(int input, boolean greatest) {
      super(2);
      this.input = input;
      this.greatest = greatest;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (!row.isNullAt(input)) {
        add(row.longAt(input), values, at);
      }
    }

    private void add(long value, long[] values, int at) {
      if (values[at + 1] == 0 || (greatest ? value > values[at] : value < values[at])) {
        values[at] = value;
        values[at + 1] = 1;
      }
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      if (from[fromAt + 1] != 0) {
        add(from[fromAt], values, at);
      }
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      if (values[at + 1] == 0) {
        target.setNull(field);
      } else {
        target.setLong(field, values[at]);
      }
    }
  }

  /** Smallest or greatest number, NaN being the greatest of all, and whether there is one. */
  private static final class FloatingExtreme extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;
    private final LogicalTypeRoot root;
    private final boolean greatest;

    FloatingExtreme(int input, LogicalTypeRoot root, boolean greatest) {
      super(2);
      this.input = input;
      this.root = root;
      this.greatest = greatest;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (!row.isNullAt(input)) {
        add(root == LogicalTypeRoot.FLOAT ? row.getFloat(input) : row.getDouble(input), values, at);
      }
    }

    private void add(double value, long[] values, int at) {
      int comparison = Double.compare(value, Double.longBitsToDouble(values[at]));
      if (values[at + 1] == 0 || (greatest ? comparison > 0 : comparison < 0)) {
        values[at] = Double.doubleToRawLongBits(value);
        values[at + 1] = 1;
      }
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      if (from[fromAt + 1] != 0) {
        add(Double.longBitsToDouble(from[fromAt]), values, at);
      }
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      if (values[at + 1] == 0) {
        target.setNull(field);
      } else if (root == LogicalTypeRoot.FLOAT) {
        target.setFloat(field, (float) Double.longBitsToDouble(values[at]));
      } else {
        target.setLong(field, values[at]);
      }
    }
  }

  /**
   * Earliest or latest time: milliseconds, nanoseconds of the millisecond, whether there is one.
   */
  private static final class TimestampExtreme extends Accumulator {
    private static final long serialVersionUID = 1;
    private final int input;
    private final boolean greatest;

    TimestampExtreme(int input, boolean greatest) {
      super(3);
      this.input = input;
      this.greatest = greatest;
    }

    @Override
    void add(FlatRow row, long[] values, int at) {
      if (!row.isNullAt(input)) {
        add(row.longAt(input), row.nanosAt(input), values, at);
      }
    }

    private void add(long millis, long nanos, long[] values, int at) {
      int comparison = Long.compare(millis, values[at]);
      if (comparison == 0) {
        comparison = Long.compare(nanos, values[at + 1]);
      }
      if (values[at + 2] == 0 || (greatest ? comparison > 0 : comparison < 0)) {
        values[at] = millis;
        values[at + 1] = nanos;
        values[at + 2] = 1;
      }
    }

    @Override
    void merge(long[] from, int fromAt, long[] values, int at) {
      if (from[fromAt + 2] != 0) {
        add(from[fromAt], from[fromAt + 1], values, at);
      }
    }

    @Override
    void result(long[] values, int at, FlatRow target, int field) {
      if (values[at + 2] == 0) {
        target.setNull(field);
      } else {
        target.setTimestamp(field, values[at], (int) values[at + 1]);
      }
    }
  }
}
