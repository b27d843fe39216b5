package io.millrace.delta.constraint;

import static java.util.Objects.requireNonNull;

import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/** The columns that a condition may name. Names differ by more than case. */
final class Columns {
  private static final long MICROS_PER_MILLI = 1000;
  private static final int NANOS_PER_MICRO = 1000;

  private final RowType rowType;
  private final Set<String> leftOut = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
  private final @Nullable ZoneId zone;

  /**
   * @param rowType of the rows that come
   * @param leftOut columns of the table that they do not have, and that are NULL in it
   * @param zone in which moments have a date and a time of day; null if that is not known
   */
  Columns(RowType rowType, Set<String> leftOut, @Nullable ZoneId zone) {
    this.rowType = requireNonNull(rowType, "rowType is null");
    this.leftOut.addAll(leftOut);
    this.zone = zone;
  }

  @Nullable ZoneId zone() {
    return zone;
  }

  /**
   * A column, or a field of a struct.
   *
   * @throws Unsupported if there is none, or its values cannot be compared here
   */
  Expression find(List<String> path) throws Unsupported {
    int index = indexOf(rowType, path.get(0));
    if (index < 0) {
      if (leftOut.contains(path.get(0))) {
        return Literal.NULL;
      }
      throw new Unsupported("column " + path.get(0) + ", which is not there");
    }
    return field(String.join(".", path), rowType, index, path.subList(1, path.size()), row -> row);
  }

  private interface Parent {
    @Nullable RowData of(RowData row);
  }

  private static Expression field(
      String column, RowType type, int index, List<String> rest, Parent parent) throws Unsupported {
    LogicalType fieldType = type.getTypeAt(index);
    if (!rest.isEmpty()) {
      if (!(fieldType instanceof RowType struct)) {
        throw new Unsupported("field " + rest.get(0) + " of " + column);
      }
      int inner = indexOf(struct, rest.get(0));
      if (inner < 0) {
        throw new Unsupported("column " + column + ", which is not there");
      }
      int arity = struct.getFieldCount();
      return field(
          column,
          struct,
          inner,
          rest.subList(1, rest.size()),
          row -> {
            RowData outer = parent.of(row);
            return outer == null || outer.isNullAt(index) ? null : outer.getRow(index, arity);
          });
    }
    Reader reader = reader(fieldType);
    return Expression.of(
        ValueType.of(column, fieldType),
        row -> {
          RowData holder = parent.of(row);
          return holder == null || holder.isNullAt(index) ? null : reader.read(holder, index);
        });
  }

  private static int indexOf(RowType type, String name) {
    for (int i = 0; i < type.getFieldCount(); i++) {
      if (type.getFieldNames().get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private interface Reader {
    Object read(RowData row, int field);
  }

  private static Reader reader(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> RowData::getBoolean;
      case TINYINT -> (row, field) -> (long) row.getByte(field);
      case SMALLINT -> (row, field) -> (long) row.getShort(field);
      case INTEGER, DATE -> (row, field) -> (long) row.getInt(field);
      case BIGINT -> RowData::getLong;
      case FLOAT -> (row, field) -> (double) row.getFloat(field);
      case DOUBLE -> RowData::getDouble;
      case DECIMAL -> {
        DecimalType decimal = (DecimalType) type;
        yield (row, field) ->
            row.getDecimal(field, decimal.getPrecision(), decimal.getScale()).toBigDecimal();
      }
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        int precision = LogicalTypeChecks.getPrecision(type);
        yield (row, field) -> micros(row.getTimestamp(field, precision));
      }
      // FlatRow's strings borrow; nothing is kept beyond the row.
      default -> (row, field) -> (BinaryStringData) row.getString(field);
    };
  }

  private static Long micros(TimestampData value) {
    return value.getMillisecond() * MICROS_PER_MILLI
        + value.getNanoOfMillisecond() / NANOS_PER_MICRO;
  }
}
