package io.millrace.jobs.operators;

import io.millrace.delta.row.FlatRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** The accumulators of an aggregation, side by side in an array of longs. */
final class Accumulators implements Serializable {
  private static final long serialVersionUID = 1;

  private final Accumulator[] accumulators;
  private final int width;

  Accumulators(List<Accumulator> accumulators) {
    this.accumulators = new ArrayList<>(accumulators).toArray(new Accumulator[0]);
    this.width = accumulators.stream().mapToInt(Accumulator::width).sum();
  }

  /** Longs of one group. */
  int width() {
    return width;
  }

  /** Adds an input row to the group whose longs, 0 at first, start at an offset. */
  void add(FlatRow row, long[] values, int offset) {
    int at = offset;
    for (Accumulator accumulator : accumulators) {
      accumulator.add(row, values, at);
      at += accumulator.width();
    }
  }

  /** Adds what another place has accumulated for the same group. */
  void merge(long[] from, int fromOffset, long[] values, int offset) {
    int at = 0;
    for (Accumulator accumulator : accumulators) {
      accumulator.merge(from, fromOffset + at, values, offset + at);
      at += accumulator.width();
    }
  }

  /** Sets the results, one field a call. */
  void results(long[] values, int offset, FlatRow target, int firstField) {
    int at = offset;
    int field = firstField;
    for (Accumulator accumulator : accumulators) {
      accumulator.result(values, at, target, field++);
      at += accumulator.width();
    }
  }
}
