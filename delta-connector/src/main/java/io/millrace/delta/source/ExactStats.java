package io.millrace.delta.source;

import io.millrace.delta.filter.Bounds;
import io.millrace.delta.filter.ColumnRef;
import io.millrace.delta.filter.FileBounds;
import io.millrace.delta.kernel.LiveFile;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of the rows of one file that count, as far as it says it exactly.
 *
 * <p>Statistics may bound more than what is there, and still be right: text is cut to a prefix,
 * timestamps to milliseconds, not-a-numbers are left out, and deleted rows may be among minimum and
 * maximum. None of these is told as exact.
 */
final class ExactStats {
  /** A number with more digits may have been through a floating point number of its writer's. */
  private static final int DIGITS_MAX = 15;

  private final LiveFile file;
  private final FileBounds bounds;

  ExactStats(LiveFile file) {
    this.file = file;
    this.bounds = new FileBounds(file.partitionValues(), file.stats());
  }

  /**
   * A least or greatest value.
   *
   * @param value null if there is none, since there is nothing but NULL
   */
  record Extreme(@Nullable Comparable<?> value) {}

  /** How many rows count; empty if that is not known. */
  OptionalLong rows() {
    OptionalLong records = file.records();
    if (records.isEmpty() || records.getAsLong() < file.deletedRecords()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(records.getAsLong() - file.deletedRecords());
  }

  /** How many of the rows that count have a value; empty if that is not known. */
  OptionalLong values(ColumnRef column) {
    OptionalLong rows = rows();
    if (rows.isEmpty()) {
      return rows;
    }
    if (ofPartition(column)) {
      return bounds.of(column).nulls() == Bounds.Nulls.ALL ? OptionalLong.of(0) : rows;
    }
    OptionalLong nulls = bounds.nullCount(column);
    long records = file.records().orElse(0);
    if (nulls.isEmpty() || nulls.getAsLong() < 0 || nulls.getAsLong() > records) {
      return OptionalLong.empty();
    } else if (nulls.getAsLong() == 0) {
      return rows;
    } else if (nulls.getAsLong() == records) {
      return OptionalLong.of(0);
    }
    return file.deletionVector().isEmpty() && bounds.tight(false)
        ? OptionalLong.of(records - nulls.getAsLong())
        : OptionalLong.empty();
  }

  /** The least or the greatest value of the rows that count; empty if that is not known. */
  Optional<Extreme> extreme(ColumnRef column, boolean greatest) {
    Bounds known = bounds.of(column);
    if (known.nulls() == Bounds.Nulls.ALL) {
      return Optional.of(new Extreme(null));
    }
    Comparable<?> value = greatest ? known.max() : known.min();
    boolean exact =
        value != null
            && fits(value, column.type())
            && (ofPartition(column)
                || (keptExactly(column.type()) && bounds.tight(file.deletionVector().isPresent())));
    return exact ? Optional.of(new Extreme(value)) : Optional.empty();
  }

  /** The value of a partition column; empty if it is none, or not known. */
  Optional<Extreme> partition(ColumnRef column) {
    return ofPartition(column) ? extreme(column, false) : Optional.empty();
  }

  private boolean ofPartition(ColumnRef column) {
    return column.path().size() == 1 && file.partitionValues().containsKey(column.path().get(0));
  }

  private static boolean keptExactly(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case TINYINT, SMALLINT, INTEGER, BIGINT, DATE, DECIMAL -> true;
      default -> false;
    };
  }

  /** Whether a value can be told as one of the type's without being changed. */
  private static boolean fits(Comparable<?> value, LogicalType type) {
    return switch (type.getTypeRoot()) {
      case TINYINT -> (Long) value == ((Long) value).byteValue();
      case SMALLINT -> (Long) value == ((Long) value).shortValue();
      case INTEGER, DATE -> (Long) value == ((Long) value).intValue();
      case BIGINT, BOOLEAN, VARCHAR, TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          true;
      case DECIMAL -> {
        BigDecimal plain = ((BigDecimal) value).stripTrailingZeros();
        DecimalType decimal = (DecimalType) type;
        yield plain.precision() <= DIGITS_MAX
            && plain.scale() <= decimal.getScale()
            && plain.precision() - plain.scale() <= decimal.getPrecision() - decimal.getScale();
      }
      // Not-a-numbers are neither less nor greater than others, and not found here.
      default -> false;
    };
  }
}
