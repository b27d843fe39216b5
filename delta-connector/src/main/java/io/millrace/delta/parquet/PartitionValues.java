package io.millrace.delta.parquet;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.DeltaTableSpec;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.jspecify.annotations.Nullable;

/**
 * The partition that a row belongs to, its values written as the Delta protocol wants them
 * ("Partition Value Serialization"): an empty text is NULL, TIMESTAMP is wall-clock time with
 * microseconds, TIMESTAMP_LTZ is UTC in ISO 8601. Not thread-safe; keeps nothing of a row.
 */
public final class PartitionValues {
  private static final DateTimeFormatter WALL_CLOCK =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final LocalDate FIRST_DATE = LocalDate.of(1, 1, 1);
  private static final LocalDate LAST_DATE = LocalDate.of(9999, 12, 31);

  private final String table;
  private final boolean emptyIsRefused;
  private final List<String> columns;
  private final List<String> names;
  private final int[] positions;
  private final LogicalType[] types;

  /**
   * @throws MillraceException TYPE_UNSUPPORTED for a partition column whose values have no text;
   *     PROPERTY_INVALID if no column is left for the files
   */
  public PartitionValues(DeltaTableSpec spec) {
    this(spec, ColumnNames.AS_THEY_ARE);
  }

  /**
   * @param inFiles what the table calls its columns
   * @throws MillraceException as the other constructor
   */
  public PartitionValues(DeltaTableSpec spec, ColumnNames inFiles) {
    table = spec.name();
    // A key column that is '' in the stream and NULL in the table would never meet itself.
    emptyIsRefused = spec.upserts();
    columns = spec.partitionColumns();
    names = columns.stream().map(inFiles::inFiles).toList();
    positions = spec.partitionPositions();
    RowType rowType = spec.rowType();
    if (columns.size() == rowType.getFieldCount()) {
      throw new MillraceException(
          ErrorCode.PROPERTY_INVALID,
          "all columns of table %s are partition columns, so that nothing is left for its files"
              .formatted(table),
          "partition by fewer columns");
    }
    types = new LogicalType[positions.length];
    for (int i = 0; i < positions.length; i++) {
      types[i] = rowType.getTypeAt(positions[i]);
      requireText(columns.get(i), types[i]);
    }
  }

  /**
   * Passes if a table can be partitioned as it is to be.
   *
   * @throws MillraceException as the constructor
   */
  public static void requireUsable(DeltaTableSpec spec) {
    if (new PartitionValues(spec).columns.isEmpty()) {
      throw new IllegalArgumentException("table " + spec.name() + " has no partition columns");
    }
  }

  private void requireText(String column, LogicalType type) {
    switch (type.getTypeRoot()) {
      case BOOLEAN,
          TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          FLOAT,
          DOUBLE,
          DECIMAL,
          CHAR,
          VARCHAR,
          DATE,
          TIMESTAMP_WITHOUT_TIME_ZONE,
          TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {}
      default ->
          throw new MillraceException(
              ErrorCode.TYPE_UNSUPPORTED,
              "column %s of table %s has type %s, by which a Delta table cannot be partitioned here"
                  .formatted(column, table, type.asSummaryString()),
              "partition by a column of a number, text, date or timestamp type");
    }
  }

  /**
   * @throws MillraceException NOT_NULL_VIOLATED for a NULL, or a text that would be read as NULL,
   *     where none may be; TYPE_UNSUPPORTED for a date outside the years 1 to 9999
   */
  public Partition of(RowData row) {
    Map<String, @Nullable String> values = new LinkedHashMap<>();
    for (int i = 0; i < positions.length; i++) {
      String text = row.isNullAt(positions[i]) ? null : text(row, i);
      if (text != null && text.isEmpty() && (emptyIsRefused || !types[i].isNullable())) {
        throw new MillraceException(
            ErrorCode.NOT_NULL_VIOLATED,
            "partition column %s of table %s is '' in a row, which Delta tables hold as NULL"
                .formatted(columns.get(i), table),
            "give such rows another value, or drop them with an expectation");
      }
      if (text == null && !types[i].isNullable()) {
        throw new NullChecks(table, ColumnNames.AS_THEY_ARE).violated(columns.get(i));
      }
      values.put(names.get(i), text == null || text.isEmpty() ? null : text);
    }
    return Partition.of(names, values);
  }

  private String text(RowData row, int i) {
    int position = positions[i];
    LogicalType type = types[i];
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> Boolean.toString(row.getBoolean(position));
      case TINYINT -> Byte.toString(row.getByte(position));
      case SMALLINT -> Short.toString(row.getShort(position));
      case INTEGER -> Integer.toString(row.getInt(position));
      case BIGINT -> Long.toString(row.getLong(position));
      case FLOAT -> Float.toString(row.getFloat(position));
      case DOUBLE -> Double.toString(row.getDouble(position));
      case DECIMAL -> {
        DecimalType decimal = (DecimalType) type;
        yield row.getDecimal(position, decimal.getPrecision(), decimal.getScale())
            .toBigDecimal()
            .toPlainString();
      }
      case DATE -> date(LocalDate.ofEpochDay(row.getInt(position)), i).toString();
      case TIMESTAMP_WITHOUT_TIME_ZONE -> WALL_CLOCK.format(instant(row, i));
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> UTC.format(instant(row, i));
      default -> row.getString(position).toString();
    };
  }

  private Instant instant(RowData row, int i) {
    TimestampData value = row.getTimestamp(positions[i], LogicalTypeChecks.getPrecision(types[i]));
    Instant instant =
        Instant.ofEpochMilli(value.getMillisecond()).plusNanos(value.getNanoOfMillisecond());
    date(LocalDate.ofInstant(instant, ZoneOffset.UTC), i);
    return instant;
  }

  private LocalDate date(LocalDate date, int i) {
    if (date.isBefore(FIRST_DATE) || date.isAfter(LAST_DATE)) {
      throw new MillraceException(
          ErrorCode.TYPE_UNSUPPORTED,
          "partition column %s of table %s has a value in the year %d, which readers of Delta"
                  .formatted(columns.get(i), table, date.getYear())
              + " tables do not take",
          "drop or quarantine rows outside the years 1 to 9999");
    }
    return date;
  }
}
