package io.millrace.delta.maintenance;

import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.table.data.RowData;

/**
 * Some rows of a table, each as likely as any other (Vitter's algorithm R), and of them only the
 * columns to order by. Owned by one thread; two samples can be made one.
 */
final class ZOrderSample {
  /** Enough for a thousand ranges of each column: delta-spark takes twenty rows a range. */
  static final int ROWS_MAX = 1 << 16;

  private final List<ZOrderColumn> columns;
  private final SplittableRandom random;
  private final long[][] numbers;
  private final byte[][][] texts;
  private final boolean[][] nulls;
  private long seen;

  /**
   * @param seed of the choice
   */
  ZOrderSample(List<ZOrderColumn> columns, long seed) {
    this.columns = List.copyOf(columns);
    this.random = new SplittableRandom(seed);
    this.numbers = new long[columns.size()][ROWS_MAX];
    this.texts = new byte[columns.size()][][];
    this.nulls = new boolean[columns.size()][ROWS_MAX];
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).bytes()) {
        texts[i] = new byte[ROWS_MAX][];
      }
    }
  }

  void add(RowData row) {
    long at = seen++;
    int slot = at < ROWS_MAX ? (int) at : slotFor(at + 1);
    if (slot < 0) {
      return;
    }
    for (int i = 0; i < columns.size(); i++) {
      ZOrderColumn column = columns.get(i);
      nulls[i][slot] = column.isNull(row);
      if (nulls[i][slot]) {
        continue;
      }
      if (column.bytes()) {
        texts[i][slot] = column.bytes(row);
      } else {
        numbers[i][slot] = column.number(row);
      }
    }
  }

  private int slotFor(long rows) {
    long chosen = random.nextLong(rows);
    return chosen < ROWS_MAX ? (int) chosen : -1;
  }

  /** Takes in another sample, each row of both as likely as before. */
  void merge(ZOrderSample other) {
    long both = seen + other.seen;
    int theirs = other.rows();
    for (int row = 0; row < theirs; row++) {
      int ours = rows();
      if (ours < ROWS_MAX) {
        take(other, row, ours);
        seen++;
      } else if (random.nextLong(both) < other.seen) {
        take(other, row, random.nextInt(ROWS_MAX));
      }
    }
    seen = both;
  }

  private void take(ZOrderSample other, int from, int to) {
    for (int i = 0; i < columns.size(); i++) {
      nulls[i][to] = other.nulls[i][from];
      numbers[i][to] = other.numbers[i][from];
      if (columns.get(i).bytes()) {
        texts[i][to] = other.texts[i][from];
      }
    }
  }

  /** How many rows it holds. */
  int rows() {
    return (int) Math.min(seen, ROWS_MAX);
  }

  /** How many rows it was taken from. */
  long seen() {
    return seen;
  }

  boolean isNull(int column, int row) {
    return nulls[column][row];
  }

  long number(int column, int row) {
    return numbers[column][row];
  }

  byte[] text(int column, int row) {
    return texts[column][row];
  }
}
