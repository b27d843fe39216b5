package io.millrace.delta.maintenance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Where rows lie on the Z-order curve. The values of each column are divided into up to a thousand
 * ranges of about as many rows each, as a sample tells, and the bits of a row's range numbers are
 * interleaved, the first column's first: Morton order of ranks, as delta-spark's {@code
 * MultiDimClustering} has it. NULLs come first. Immutable, and thread-safe.
 */
final class ZOrderKeys {
  private static final int BITS_MAX = 10;
  private static final int KEY_BITS = 63;

  private final List<ZOrderColumn> columns;
  private final int ranges;
  private final long[][] numberBounds;
  private final byte[][][] textBounds;

  /** The bits of a range number where they belong in a key, by column and range. */
  private final long[][] spread;

  ZOrderKeys(List<ZOrderColumn> columns, ZOrderSample sample) {
    this.columns = List.copyOf(columns);
    int bits = Math.min(BITS_MAX, KEY_BITS / columns.size());
    this.ranges = 1 << bits;
    this.numberBounds = new long[columns.size()][];
    this.textBounds = new byte[columns.size()][][];
    this.spread = new long[columns.size()][ranges];
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).bytes()) {
        textBounds[i] = texts(sample, i);
      } else {
        numberBounds[i] = numbers(sample, i);
      }
      for (int range = 0; range < ranges; range++) {
        spread[i][range] = spread(range, bits, i, columns.size());
      }
    }
  }

  private static long spread(int range, int bits, int column, int columns) {
    long key = 0;
    for (int bit = 0; bit < bits; bit++) {
      long one = (range >> bit) & 1;
      key |= one << (bit * columns + (columns - 1 - column));
    }
    return key;
  }

  private long[] numbers(ZOrderSample sample, int column) {
    long[] values = new long[sample.rows()];
    int count = 0;
    for (int row = 0; row < values.length; row++) {
      if (!sample.isNull(column, row)) {
        values[count++] = sample.number(column, row);
      }
    }
    values = Arrays.copyOf(values, count);
    Arrays.sort(values);
    long[] bounds = new long[ranges];
    int distinct = 0;
    for (int i = 1; i < ranges - 1 && count > 0; i++) {
      long bound = values[(int) ((long) i * count / (ranges - 1))];
      if (distinct == 0 || bounds[distinct - 1] != bound) {
        bounds[distinct++] = bound;
      }
    }
    return Arrays.copyOf(bounds, distinct);
  }

  private byte[][] texts(ZOrderSample sample, int column) {
    List<byte[]> values = new ArrayList<>();
    for (int row = 0; row < sample.rows(); row++) {
      if (!sample.isNull(column, row)) {
        values.add(sample.text(column, row));
      }
    }
    values.sort(Arrays::compareUnsigned);
    List<byte[]> bounds = new ArrayList<>();
    for (int i = 1; i < ranges - 1 && !values.isEmpty(); i++) {
      byte[] bound = values.get((int) ((long) i * values.size() / (ranges - 1)));
      if (bounds.isEmpty() || !Arrays.equals(bounds.get(bounds.size() - 1), bound)) {
        bounds.add(bound);
      }
    }
    return bounds.toArray(byte[][]::new);
  }

  /** The row's place on the curve, never negative. */
  long key(RowData row) {
    long key = 0;
    for (int i = 0; i < columns.size(); i++) {
      ZOrderColumn column = columns.get(i);
      if (!column.isNull(row)) {
        key |=
            spread[i][column.bytes() ? range(i, column.bytes(row)) : range(i, column.number(row))];
      }
    }
    return key;
  }

  /** The same for a row of the sample that this was made of. */
  long key(ZOrderSample sample, int row) {
    long key = 0;
    for (int i = 0; i < columns.size(); i++) {
      if (!sample.isNull(i, row)) {
        key |=
            spread[i][
                columns.get(i).bytes()
                    ? range(i, sample.text(i, row))
                    : range(i, sample.number(i, row))];
      }
    }
    return key;
  }

  /** One more than the bounds that are not greater: zero is for NULL. */
  private int range(int column, long value) {
    int found = Arrays.binarySearch(numberBounds[column], value);
    return 1 + (found >= 0 ? found + 1 : -found - 1);
  }

  private int range(int column, byte[] value) {
    int found = Arrays.binarySearch(textBounds[column], value, Arrays::compareUnsigned);
    return 1 + (found >= 0 ? found + 1 : -found - 1);
  }
}
