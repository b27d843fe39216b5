package io.millrace.delta.catalog;

import io.millrace.delta.filter.Bounds;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.kernel.LiveFile;
import io.millrace.delta.kernel.TableField;
import io.millrace.delta.kernel.TableSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.table.catalog.stats.CatalogColumnStatistics;
import org.apache.flink.table.catalog.stats.CatalogColumnStatisticsDataBase;
import org.apache.flink.table.catalog.stats.CatalogColumnStatisticsDataDouble;
import org.apache.flink.table.catalog.stats.CatalogColumnStatisticsDataLong;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a table from the list of its files. What was found of a table's newest
 * version is remembered: a planner asks for each statement. Thread-safe.
 */
public final class TableFiles {
  /** How Flink calls the partition of NULL. */
  private static final String NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";

  private static final int REMEMBERED_MAX = 100;

  private final Map<String, Found> remembered = new ConcurrentHashMap<>();

  private record Found(
      long version, CatalogTableStatistics table, CatalogColumnStatistics columns) {}

  /** Each partition once, by column, sorted. */
  public Set<Map<String, String>> partitions(TableSnapshot table) {
    Map<String, String> physical = new HashMap<>();
    table.fields().forEach(field -> physical.put(field.name(), field.physicalName()));
    Map<String, Map<String, String>> found = new HashMap<>();
    table.forEachFile(
        file -> {
          Map<String, String> partition = new LinkedHashMap<>();
          for (String column : table.partitionColumns()) {
            String value = file.partitionValues().get(physical.get(column));
            partition.put(column, value == null || value.isEmpty() ? NULL_PARTITION : value);
          }
          found.put(partition.toString(), partition);
        });
    Set<Map<String, String>> sorted =
        new TreeSet<>(java.util.Comparator.comparing(Map<String, String>::toString));
    sorted.addAll(found.values());
    return sorted;
  }

  /** Rows, files and bytes of a version. */
  public CatalogTableStatistics statistics(TableSnapshot table) {
    return found(table).table();
  }

  /** Least and greatest values of a version's numbers. */
  public CatalogColumnStatistics columnStatistics(TableSnapshot table) {
    return found(table).columns();
  }

  private Found found(TableSnapshot table) {
    Found known = remembered.get(table.path());
    if (known != null && known.version() == table.version()) {
      return known;
    }
    if (remembered.size() >= REMEMBERED_MAX) {
      remembered.clear();
    }
    Found found = new Tally(table).found();
    remembered.put(table.path(), found);
    return found;
  }

  /** Adds up files. */
  private static final class Tally {
    private final TableSnapshot table;
    private final List<ColumnTally> columns = new ArrayList<>();
    private long rows;
    private int files;
    private long bytes;
    private boolean counted = true;

    Tally(TableSnapshot table) {
      this.table = table;
      for (TableField field : table.fields()) {
        if (field.children().isEmpty() && ColumnTally.supports(field.type())) {
          columns.add(new ColumnTally(field));
        }
      }
    }

    Found found() {
      table.forEachFile(this::add);
      Map<String, CatalogColumnStatisticsDataBase> statistics = new HashMap<>();
      for (ColumnTally column : columns) {
        column.statistics().ifPresent(found -> statistics.put(column.field.name(), found));
      }
      return new Found(
          table.version(),
          counted
              ? new CatalogTableStatistics(rows, files, bytes, bytes)
              : CatalogTableStatistics.UNKNOWN,
          statistics.isEmpty()
              ? CatalogColumnStatistics.UNKNOWN
              : new CatalogColumnStatistics(statistics));
    }

    private void add(LiveFile file) {
      files++;
      bytes += file.sizeBytes();
      if (file.records().isPresent()) {
        rows += file.records().getAsLong() - file.deletedRecords();
      } else {
        counted = false;
      }
      FileBounds bounds = new FileBounds(file.partitionValues(), file.stats());
      for (ColumnTally column : columns) {
        column.add(bounds);
      }
    }
  }

  /** Least and greatest value of a column. */
  private static final class ColumnTally {
    private final TableField field;
    private final ColumnRef column;
    private boolean known = true;
    private @Nullable Number min;
    private @Nullable Number max;

    ColumnTally(TableField field) {
      this.field = field;
      this.column = new ColumnRef(List.of(field.physicalName()), field.type());
    }

    static boolean supports(LogicalType type) {
      return switch (type.getTypeRoot()) {
        case TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE -> true;
        default -> false;
      };
    }

    void add(FileBounds file) {
      if (!known) {
        return;
      }
      Bounds bounds = file.of(column);
      if (bounds.nulls() == Bounds.Nulls.ALL) {
        return;
      }
      if (bounds.min() instanceof Number least && bounds.max() instanceof Number greatest) {
        min = min == null || compare(least, min) < 0 ? least : min;
        max = max == null || compare(greatest, max) > 0 ? greatest : max;
      } else {
        known = false;
      }
    }

    private static int compare(Number one, Number other) {
      return one instanceof Long && other instanceof Long
          ? Long.compare(one.longValue(), other.longValue())
          : Double.compare(one.doubleValue(), other.doubleValue());
    }

    java.util.Optional<CatalogColumnStatisticsDataBase> statistics() {
      if (!known || min == null || max == null) {
        return java.util.Optional.empty();
      }
      return java.util.Optional.of(
          min instanceof Long && max instanceof Long
              ? new CatalogColumnStatisticsDataLong(min.longValue(), max.longValue(), null, null)
              : new CatalogColumnStatisticsDataDouble(
                  min.doubleValue(), max.doubleValue(), null, null));
    }
  }
}
