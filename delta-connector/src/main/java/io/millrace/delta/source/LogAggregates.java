package io.millrace.delta.source;

import io.millrace.catalog.MillraceException;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.ExactStats.Extreme;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.jspecify.annotations.Nullable;

/**
 * Counts, minima and maxima of a version from its log, where the log has them exactly. No data file
 * is opened. Not thread-safe.
 */
public final class LogAggregates {
  /** Answers become part of a job's description; more groups are counted where the rows are. */
  private static final int GROUPS_MAX = 10_000;

  private final List<ColumnRef> groups;
  private final List<Aggregate> wanted;
  private final RowFilter partitions;
  private final Map<List<@Nullable Comparable<?>>, Totals> totals = new LinkedHashMap<>();
  private boolean exact = true;

  /** What is wanted of the rows, or of a column. */
  public sealed interface Aggregate {
    /** The number of rows. */
    record Rows() implements Aggregate {}

    /** The number of rows in which a column is not NULL. */
    record Values(ColumnRef column) implements Aggregate {}

    /** A column's least value, or its greatest one; NULL if it has none. */
    record Extreme(ColumnRef column, boolean greatest) implements Aggregate {}
  }

  private LogAggregates(List<ColumnRef> groups, List<Aggregate> wanted, RowFilter partitions) {
    this.groups = groups;
    this.wanted = wanted;
    this.partitions = partitions;
  }

  /**
   * One row for every group, or just one if there are no groups: the columns of the group, and then
   * the aggregates.
   *
   * @param partitions condition on partition columns; files that do not meet it do not count
   * @param groups partition columns
   * @param wanted columns by their names in the table
   * @return empty if the log does not have all of it exactly
   * @throws MillraceException COLUMN_NOT_FOUND, TYPE_MISMATCH, TABLE_CORRUPT, IO_FAILED
   */
  public static Optional<List<RowData>> of(
      TableSnapshot table, RowFilter partitions, List<ColumnRef> groups, List<Aggregate> wanted) {
    ColumnResolver resolver = new ColumnResolver(table);
    var aggregates =
        new LogAggregates(
            groups.stream().map(column -> physical(resolver, column)).toList(),
            wanted.stream().map(aggregate -> physical(resolver, aggregate)).toList(),
            resolver.physical(partitions));
    table.forEachFile(aggregates::begin, aggregates::add);
    return aggregates.exact ? Optional.of(aggregates.rows()) : Optional.empty();
  }

  private static Aggregate physical(ColumnResolver resolver, Aggregate aggregate) {
    if (aggregate instanceof Aggregate.Values values) {
      return new Aggregate.Values(physical(resolver, values.column()));
    } else if (aggregate instanceof Aggregate.Extreme extreme) {
      return new Aggregate.Extreme(physical(resolver, extreme.column()), extreme.greatest());
    }
    return aggregate;
  }

  private static ColumnRef physical(ColumnResolver resolver, ColumnRef column) {
    resolver.resolve(column.path(), column.type());
    return resolver.physical(column);
  }

  private void begin() {
    exact = true;
    totals.clear();
    if (groups.isEmpty()) {
      totals.put(List.of(), new Totals());
    }
  }

  private void add(LiveFile file) {
    if (!exact || !partitions.mayMatch(new FileBounds(file.partitionValues(), file.stats()))) {
      return;
    }
    var stats = new ExactStats(file);
    OptionalLong rows = stats.rows();
    if (rows.isEmpty()) {
      exact = false;
    } else if (rows.getAsLong() > 0) {
      List<@Nullable Comparable<?>> group = new ArrayList<>();
      for (ColumnRef column : groups) {
        Optional<Extreme> value = stats.partition(column);
        exact &= value.isPresent();
        group.add(value.map(Extreme::value).orElse(null));
      }
      if (exact && (totals.containsKey(group) || totals.size() < GROUPS_MAX)) {
        exact = totals.computeIfAbsent(group, key -> new Totals()).add(rows.getAsLong(), stats);
      } else {
        exact = false;
      }
    }
  }

  private List<RowData> rows() {
    List<RowData> rows = new ArrayList<>(totals.size());
    totals.forEach(
        (group, of) -> {
          GenericRowData row = new GenericRowData(groups.size() + wanted.size());
          for (int i = 0; i < groups.size(); i++) {
            row.setField(i, internal(group.get(i), groups.get(i)));
          }
          for (int i = 0; i < wanted.size(); i++) {
            row.setField(
                groups.size() + i,
                wanted.get(i) instanceof Aggregate.Extreme extreme
                    ? internal(of.extremes[i], extreme.column())
                    : (Object) of.counts[i]);
          }
          rows.add(row);
        });
    return rows;
  }

  private static @Nullable Object internal(@Nullable Comparable<?> value, ColumnRef column) {
    return value == null ? null : PartitionValues.internal(value, column.type());
  }

  /** What the files of one group come to. */
  private final class Totals {
    private final long[] counts = new long[wanted.size()];
    private final @Nullable Comparable<?>[] extremes = new Comparable<?>[wanted.size()];

    /** False if the file does not say what is wanted. */
    boolean add(long rows, ExactStats stats) {
      for (int i = 0; i < counts.length; i++) {
        if (wanted.get(i) instanceof Aggregate.Rows) {
          counts[i] += rows;
        } else if (wanted.get(i) instanceof Aggregate.Values values) {
          OptionalLong count = stats.values(values.column());
          if (count.isEmpty()) {
            return false;
          }
          counts[i] += count.getAsLong();
        } else if (wanted.get(i) instanceof Aggregate.Extreme extreme) {
          Optional<Extreme> of = stats.extreme(extreme.column(), extreme.greatest());
          if (of.isEmpty()) {
            return false;
          }
          extremes[i] = further(extremes[i], of.get().value(), extreme.greatest());
        }
      }
      return true;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  static @Nullable Comparable<?> further(
      @Nullable Comparable<?> a, @Nullable Comparable<?> b, boolean greatest) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    int order = ((Comparable) a).compareTo(b);
    return order == 0 || order > 0 == greatest ? a : b;
  }
}
