package io.millrace.delta.dml;

import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FilterValues;
import io.millrace.delta.filter.RowFilter;
import io.millrace.delta.filter.RowFilter.Comparison;
import io.millrace.delta.filter.Utf8;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * Least and greatest values of the columns of a source that ON wants to be equal to columns of the
 * target: rows of the target beyond them have no partner, whoever brings them. Owned by one thread.
 */
final class SourceBounds {
  private static final int MICROS = 6;

  private final List<Key> keys;
  private final Comparable<?>[] least;
  private final Comparable<?>[] greatest;
  private boolean any;

  /**
   * @param target column of the target, as files call it
   * @param position of the source's column in its rows
   * @param type of the source's column
   */
  record Key(ColumnRef target, int position, LogicalType type) implements Serializable {
    /** True if values of both columns can be told as values that filters compare. */
    static boolean comparable(LogicalType target, LogicalType source) {
      if (target.getTypeRoot() != source.getTypeRoot()) {
        return false;
      }
      return switch (source.getTypeRoot()) {
        case TINYINT, SMALLINT, INTEGER, BIGINT, VARCHAR, DATE, DECIMAL -> true;
        case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
            LogicalTypeChecks.getPrecision(source) <= MICROS;
        default -> false;
      };
    }

    Comparable<?> value(RowData row) {
      return switch (type.getTypeRoot()) {
        case TINYINT -> (long) row.getByte(position);
        case SMALLINT -> (long) row.getShort(position);
        case INTEGER, DATE -> (long) row.getInt(position);
        case BIGINT -> row.getLong(position);
        case VARCHAR -> new Utf8(row.getString(position).toBytes());
        case DECIMAL -> {
          DecimalType decimal = (DecimalType) type;
          yield row.getDecimal(position, decimal.getPrecision(), decimal.getScale()).toBigDecimal();
        }
        default ->
            FilterValues.micros(
                row.getTimestamp(position, LogicalTypeChecks.getPrecision(type)).toInstant());
      };
    }
  }

  SourceBounds(List<Key> keys) {
    this.keys = List.copyOf(keys);
    this.least = new Comparable<?>[keys.size()];
    this.greatest = new Comparable<?>[keys.size()];
  }

  void add(RowData row) {
    for (Key key : keys) {
      if (row.isNullAt(key.position())) {
        // NULL equals nothing.
        return;
      }
    }
    for (int i = 0; i < keys.size(); i++) {
      Comparable<?> value = keys.get(i).value(row);
      if (!any || compare(value, least[i]) < 0) {
        least[i] = value;
      }
      if (!any || compare(value, greatest[i]) > 0) {
        greatest[i] = value;
      }
    }
    any = true;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compare(Comparable<?> a, @Nullable Comparable<?> b) {
    return ((Comparable) a).compareTo(b);
  }

  /** What rows of the target meet that have a partner among the rows that came. */
  RowFilter partners() {
    if (keys.isEmpty()) {
      return RowFilter.TRUE;
    }
    if (!any) {
      return new RowFilter.Or(List.of());
    }
    List<RowFilter> parts = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      ColumnRef column = keys.get(i).target();
      parts.add(new RowFilter.Compare(column, Comparison.GREATER_OR_EQUAL, least[i]));
      parts.add(new RowFilter.Compare(column, Comparison.LESS_OR_EQUAL, greatest[i]));
    }
    return new RowFilter.And(parts);
  }
}
