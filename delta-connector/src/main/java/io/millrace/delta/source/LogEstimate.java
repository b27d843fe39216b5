package io.millrace.delta.source;

import io.millrace.delta.filter.Bounds;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How many rows a version has and what values, for a planner: bounds may be wider than the values
 * are, and no data file is opened.
 *
 * @param rows empty if a file's writer has left them out
 * @param columns in the order asked for
 */
public record LogEstimate(OptionalLong rows, List<Column> columns) {
  /** Statistics of wide tables with many files are not worth reading before a query begins. */
  private static final long STATS_CHARS_MAX = 64L << 20;

  public LogEstimate {
    columns = List.copyOf(columns);
  }

  /**
   * What is known of a column.
   *
   * @param nulls how many rows have no value; empty if not known
   * @param min no value is less; null if not known
   * @param max no value is greater; null if not known
   */
  public record Column(
      OptionalLong nulls, @Nullable Comparable<?> min, @Nullable Comparable<?> max) {}

  /**
   * @param partitions condition on partition columns; files that do not meet it do not count
   * @param wanted columns by their names in the table
   */
  public static LogEstimate of(TableSnapshot table, RowFilter partitions, List<ColumnRef> wanted) {
    ColumnResolver resolver = new ColumnResolver(table);
    wanted.forEach(column -> resolver.resolve(column.path(), column.type()));
    List<Sum> sums = new ArrayList<>();
    RowFilter filter = resolver.physical(partitions);
    long[] rows = {0};
    long[] chars = {0};
    table.forEachFile(
        () -> {
          rows[0] = 0;
          chars[0] = 0;
          sums.clear();
          wanted.forEach(column -> sums.add(new Sum(resolver.physical(column))));
        },
        file -> {
          var bounds = new FileBounds(file.partitionValues(), file.stats());
          if (rows[0] < 0 || !filter.mayMatch(bounds)) {
            return;
          }
          OptionalLong live = new ExactStats(file).rows();
          rows[0] = live.isEmpty() ? -1 : rows[0] + live.getAsLong();
          chars[0] += file.stats().map(String::length).orElse(0);
          if (live.orElse(0) > 0) {
            sums.forEach(sum -> sum.add(live.getAsLong(), bounds, chars[0] <= STATS_CHARS_MAX));
          }
        });
    return new LogEstimate(
        rows[0] < 0 ? OptionalLong.empty() : OptionalLong.of(rows[0]),
        sums.stream().map(Sum::column).toList());
  }

  /** A column in the files so far. */
  private static final class Sum {
    private final ColumnRef column;
    private long nulls;
    private boolean nullsKnown = true;
    private boolean boundsKnown = true;
    private @Nullable Comparable<?> min;
    private @Nullable Comparable<?> max;

    Sum(ColumnRef column) {
      this.column = column;
    }

    void add(long rows, FileBounds bounds, boolean affordable) {
      Bounds of = affordable ? bounds.of(column) : Bounds.UNKNOWN;
      switch (of.nulls()) {
        case ALL -> nulls += rows;
        case NONE -> {}
        case SOME -> nulls += Math.min(rows, bounds.nullCount(column).orElse(0));
        case UNKNOWN -> nullsKnown = false;
      }
      if (of.nulls() != Bounds.Nulls.ALL) {
        boundsKnown &= of.min() != null && of.max() != null;
        min = LogAggregates.further(min, of.min(), false);
        max = LogAggregates.further(max, of.max(), true);
      }
    }

    Column column() {
      return new Column(
          nullsKnown ? OptionalLong.of(nulls) : OptionalLong.empty(),
          boundsKnown ? min : null,
          boundsKnown ? max : null);
    }
  }
}
