package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.Utf8;
import io.millrace.delta.kernel.TableSnapshot;
import io.millrace.delta.source.LogEstimate;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.plan.stats.ColumnStats;
import org.apache.flink.table.plan.stats.TableStats;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/** What the log knows of a table, as the planner's statistics. */
final class LoggedStatistics {
  private final TableSnapshot table;
  private final RowFilter partitions;

  /**
   * @param partitions condition that the planner leaves to the scan; what it keeps for itself it
   *     reckons with itself
   */
  LoggedStatistics(TableSnapshot table, RowFilter partitions) {
    this.table = requireNonNull(table, "table is null");
    this.partitions = requireNonNull(partitions, "partitions is null");
  }

  /** Of some columns, by the names that they have in the scan. */
  TableStats of(List<DeltaTableSource.Column> columns) {
    LogEstimate estimate =
        LogEstimate.of(
            table, partitions, columns.stream().map(DeltaTableSource.Column::reference).toList());
    if (estimate.rows().isEmpty()) {
      return TableStats.UNKNOWN;
    }
    Map<String, ColumnStats> stats = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      stats.put(columns.get(i).name(), stats(estimate.columns().get(i), columns.get(i).type()));
    }
    return new TableStats(estimate.rows().getAsLong(), stats);
  }

  private static ColumnStats stats(LogEstimate.Column known, LogicalType type) {
    ColumnStats.Builder stats = ColumnStats.Builder.builder();
    if (known.nulls().isPresent()) {
      stats.setNullCount(known.nulls().getAsLong());
    }
    Comparable<?> min = planned(known.min(), type);
    Comparable<?> max = planned(known.max(), type);
    if (min != null && max != null) {
      stats.setMin(min).setMax(max);
    }
    return stats.build();
  }

  /** A value in the form in which the planner compares it; null if it has none. */
  private static @Nullable Comparable<?> planned(@Nullable Comparable<?> value, LogicalType type) {
    if (value instanceof Utf8 text) {
      return text.toString();
    }
    if (!(value instanceof Long number)) {
      return value;
    }
    if (type.is(LogicalTypeRoot.DATE)) {
      return Date.valueOf(LocalDate.ofEpochDay(number));
    } else if (type.is(LogicalTypeFamily.TIMESTAMP)) {
      Instant instant = Instant.EPOCH.plus(number, ChronoUnit.MICROS);
      return Timestamp.valueOf(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
    return type.is(LogicalTypeRoot.BIGINT) ? value : (Comparable<?>) number.intValue();
  }
}
